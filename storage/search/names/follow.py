"""Whether a word of a release is a surname that somebody follows."""

from __future__ import annotations

from storage.model import Naming
from storage.search.names.cases import RULE, undone
from storage.search.names.ears import ears, heard
from storage.search.names.fold import readings
from storage.search.names.given import Givens, givens_of
from storage.search.names.keys import keys
from storage.search.names.letters import bare, is_cyrillic, whole

_FEMININE = ("ова", "ева", "ёва", "ина", "ына", "ая")


def follow_keys(name: str, naming: Naming) -> frozenset[str]:
    """The keys under which any spelling of a surname is met; none where it is no name."""
    surname = whole(name)
    return (
        frozenset(_written(surname, givens_of(naming)) | ears(surname)) if surname else frozenset()
    )


def has_alias(name: str, naming: Naming) -> bool:
    """Whether the campaign knows another name for a surname."""
    givens = givens_of(naming)
    return any(givens.alias(key) for key in _unaliased(whole(name)))


def spells(name: str, seen: str, naming: Naming) -> bool:
    """Whether a word that was met under a key of a surname is that surname."""
    surname = whole(name)
    return bool(surname) and _same(surname, _written(surname, givens_of(naming)), seen)


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
