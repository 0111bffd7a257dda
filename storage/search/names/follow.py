"""When a release meets the name that somebody follows."""

from __future__ import annotations

from collections.abc import Iterable

from storage.model import Naming
from storage.search.names.cases import RULE, undone
from storage.search.names.ears import ears, heard
from storage.search.names.fold import readings
from storage.search.names.given import Givens, givens_of, is_initial
from storage.search.names.keys import keys
from storage.search.names.letters import bare, is_cyrillic, whole
from storage.search.names.patronymics import is_patronymic

# A name of a release as it is written, and what stands before it ("" where it stands alone).
Seen = tuple[str, str]
_FEMININE = ("ова", "ева", "ёва", "ина", "ына", "ая")


def follow_keys(value: str, naming: Naming) -> frozenset[str]:
    """The keys under which any spelling of the surname is met; none where there is no name."""
    givens = givens_of(naming)
    surname, _ = _parted(value, givens)
    return frozenset(_written(surname, givens) | ears(surname)) if surname else frozenset()


def has_alias(value: str, naming: Naming) -> bool:
    """Whether the campaign knows another name for the surname."""
    givens = givens_of(naming)
    surname, _ = _parted(value, givens)
    return any(givens.alias(key) for key in _unaliased(surname)) if surname else False


def meets(value: str, seen: Iterable[Seen], naming: Naming) -> bool:
    """Whether one of these names, met under a key of the followed one, may be that person's.

    Another given name is another person's; a lone surname, a short name, an initial may be theirs.
    """
    givens = givens_of(naming)
    surname, asked = _parted(value, givens)
    if not surname:
        return False
    wanted = _written(surname, givens)
    return any(
        _same(surname, wanted, word) and all(_may_be(one, given, givens) for one in asked)
        for word, given in seen
    )


def _parted(value: str, givens: Givens) -> tuple[str, tuple[str, ...]]:
    """The surname and the given name or initial of a name that is written in any order."""
    parts = value.replace(".", ". ").replace(",", " ").split()
    words = [word for word in map(whole, parts) if word]
    beside = [w for w in words if is_initial(w) or is_patronymic(w) or givens.known(w)]
    surnames = [w for w in words if w not in beside]
    if not surnames:
        surnames, beside = words[-1:], beside[:-1]
    given = [w for w in beside if not is_patronymic(w)]
    # What stands before a surname and is in no table is a given name all the same.
    return (surnames[-1] if surnames else ""), tuple(given[:1] or surnames[:-1][:1])


def _written(surname: str, givens: Givens) -> set[str]:
    found = _unaliased(surname)
    return found.union(*(givens.alias(key) for key in found))


def _unaliased(surname: str) -> set[str]:
    found = set(readings(surname))
    if is_cyrillic(surname) and not bare(surname).endswith(_FEMININE):
        found |= {k for b, grade in undone(bare(surname)) if grade == RULE for k in readings(b)}
    return found


def _same(surname: str, wanted: set[str], word: str) -> bool:
    if wanted & keys(word).keys():
        return True
    if is_cyrillic(surname) == is_cyrillic(word):
        return False
    return bool(heard(word, surname) if is_cyrillic(surname) else heard(surname, word))


def _may_be(asked: str, given: str, givens: Givens) -> bool:
    if not given or not (givens.known(given) or is_initial(given)):
        return True
    return givens.agree(asked, given)
