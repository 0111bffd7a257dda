"""Whether a name that is followed and the names of a release may be one person's."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from storage.model import Naming
from storage.search.names.follow import follow_keys, spells
from storage.search.names.given import Givens, givens_of, is_initial
from storage.search.names.letters import whole
from storage.search.names.mentions import Mention
from storage.search.names.ordinary import ADDRESS
from storage.search.names.patronymics import is_patronymic

_NAME = re.compile(r"[^\W\d_]+(?:[-‐‑'’‘ʼ][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Person:
    """A name that is followed: all `surnames` have to be there, no given name may contradict."""

    surnames: tuple[str, ...]
    givens: tuple[str, ...]

    @property
    def joined(self) -> str:
        """ "Mc Cain" may be written as one word."""
        return "".join(self.surnames)


def person(value: str, naming: Naming) -> Person:
    givens = givens_of(naming)
    words = name_words(value)
    # "Major Karpov" is Karpov: no release has a form of address for a name.
    words = [word for word in words if word.lower() not in ADDRESS] or words
    beside = [w for w in words if is_initial(w) or givens.known(w) or is_patronymic(w)]
    surnames = [w for w in words if w not in beside]
    if not surnames:
        surnames, beside = words[-1:], words[:-1]
    return Person(tuple(surnames), tuple(w for w in beside if not is_patronymic(w)))


def name_words(value: str) -> list[str]:
    return [word for written in _NAME.findall(value) if (word := whole(written))]


def only_names(value: str) -> bool:
    """Whether nothing is in it that could be no name, such as a number."""
    return len(_NAME.findall(value)) == sum(
        any(c.isalnum() for c in word) for word in value.split()
    )


def looks_like_a_name(value: str) -> bool:
    """Two or more words, all with a capital, and nothing else."""
    words = _NAME.findall(value)
    return len(words) > 1 and all(w[0].isupper() for w in words) and only_names(value)


def mentioned(value: str, by_key: Mapping[str, Sequence[Mention]], naming: Naming) -> bool:
    """Whether the person is among the mentions of a text, which are kept by their keys."""
    who = person(value, naming)
    found = [_givens(name, by_key, naming) for name in who.surnames]
    whole_name = _givens(who.joined, by_key, naming)
    here = found[-1] if all(seen is not None for seen in found) else whole_name
    return here is not None and may_be(who, here, naming)


def mentioned_alone(value: str, by_key: Mapping[str, Sequence[Mention]], naming: Naming) -> bool:
    """The same by the last of the names, where nobody else of that name is in the text."""
    who = person(value, naming)
    seen = _givens(who.surnames[-1], by_key, naming)
    return seen is not None and may_be_alone(who, seen, naming)


def may_be(who: Person, seen: Collection[str], naming: Naming) -> bool:
    """Whether the given names by the surname, all over a text, may be this person's.

    A surname alone is whoever is named beside it elsewhere in the text.
    """
    givens = givens_of(naming)
    known = {word for word in seen if word and (is_initial(word) or givens.known(word))}
    return not who.givens or not known or _agree(who.givens, known, givens)


def may_be_alone(who: Person, seen: Collection[str], naming: Naming) -> bool:
    """The same for somebody whose given name is in no table: any word there may be another."""
    known = {word for word in seen if word}
    return not known or _agree(who.surnames[:-1], known, givens_of(naming))


def one_person(one: str, other: str, naming: Naming) -> bool:
    """Whether two names are one, perhaps in another spelling."""
    first, second = person(one, naming), person(other, naming)
    if len(first.surnames) != len(second.surnames) or bool(first.givens) != bool(second.givens):
        return False
    alike = all(
        spells(a, b, naming) or spells(b, a, naming)
        for a, b in zip(first.surnames, second.surnames, strict=True)
    )
    return alike and (
        not first.givens or _agree(first.givens, set(second.givens), givens_of(naming))
    )


def _givens(name: str, by_key: Mapping[str, Sequence[Mention]], naming: Naming) -> set[str] | None:
    """What stands before this name wherever it is; None if it is nowhere."""
    near = {m for key in follow_keys(name, naming) for m in by_key.get(key, ())}
    here = {m.given for m in near if spells(name, m.word, naming)}
    return here or None


def _agree(asked: tuple[str, ...], seen: set[str], givens: Givens) -> bool:
    return any(givens.agree(one, other) for one in asked for other in seen)
