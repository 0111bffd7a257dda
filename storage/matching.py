"""Which follows a text meets: a name in any spelling, words in any form."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from storage.model import Follow, Naming
from storage.search.names import follow as names
from storage.search.names.given import Givens, givens_of, is_initial
from storage.search.names.letters import whole
from storage.search.names.mentions import Mention, mentions
from storage.search.names.patronymics import is_patronymic
from storage.search.people import all_keys
from storage.search.stems import WORD, terms, ways

# Before the key of a name: no word of a text begins with it.
NAMED = "@"
_NAME = re.compile(r"[^\W\d_]+(?:[-‐‑'’‘ʼ][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Text:
    """What of a release can meet a follow: the names it mentions and the stems of its words."""

    names: dict[str, tuple[Mention, ...]]  # by their keys
    words: frozenset[str]

    def terms(self) -> frozenset[str]:
        """All under which a follow may be found."""
        return self.words | {NAMED + key for key in self.names}


@dataclass(frozen=True, slots=True)
class _Person:
    """A name that is followed: all `surnames` have to be there, no given name may contradict."""

    surnames: tuple[str, ...]
    givens: tuple[str, ...]


def text_of(title: str, body: str) -> Text:
    found: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions(title, body):
        for key in all_keys(mention.word):
            found[key].append(mention)
    by_key = {key: tuple(named) for key, named in found.items()}
    return Text(by_key, terms(f"{title}\n{body}"))


def terms_of(follow: Follow, naming: Naming, *, named: bool) -> tuple[frozenset[str], int]:
    """The terms that lead to a follow, and how many of them a text has at least.

    `named`: it is, or excludes, a name.
    """
    if not named:
        words = _words(follow.value)
        return frozenset().union(*words), len(words)
    person = _person(follow.value, givens_of(naming))
    found: set[str] = set()
    for name in (*person.surnames, "".join(person.surnames)):
        found |= names.follow_keys(name, naming)
    return frozenset(NAMED + key for key in found), 1


def meets(value: str, text: Text, naming: Naming, *, named: bool) -> bool:
    """Whether the text has what is followed."""
    if not named:
        words = _words(value)
        return bool(words) and all(word & text.words for word in words)
    givens = givens_of(naming)
    person = _person(value, givens)
    found = [_mentions(name, text, naming) for name in person.surnames]
    if not found or not all(found):
        # "Mc Cain" may be written as one word.
        found = [_mentions("".join(person.surnames), text, naming)]
    here = found[-1]
    seen = {m.given for m in here if m.given and (is_initial(m.given) or givens.known(m.given))}
    # A surname alone is whoever is named beside it elsewhere in the text.
    return bool(here) and (not person.givens or not seen or _agree(person.givens, seen, givens))


def same(one: Follow, other: Follow, naming: Naming) -> bool:
    """Whether two follows are one, perhaps in another spelling."""
    if one.kind != other.kind:
        return False
    if _words(one.value) and _words(one.value) == _words(other.value):
        return True
    if one.kind != "name":
        return False
    givens = givens_of(naming)
    first, second = _person(one.value, givens), _person(other.value, givens)
    if len(first.surnames) != len(second.surnames) or bool(first.givens) != bool(second.givens):
        return False
    alike = all(
        _spells(a, b, naming) or _spells(b, a, naming)
        for a, b in zip(first.surnames, second.surnames, strict=True)
    )
    return alike and (not first.givens or _agree(first.givens, set(second.givens), givens))


def has_words(value: str) -> bool:
    """Whether there is anything that a text could have."""
    return bool(_words(value))


def looks_like_a_name(value: str) -> bool:
    """Two or more words, all with a capital, and nothing else."""
    words = _NAME.findall(value)
    return len(words) > 1 and all(w[0].isupper() for w in words) and len(words) == _count(value)


def name_words(value: str) -> list[str]:
    return [word for written in _NAME.findall(value) if (word := whole(written))]


def _count(value: str) -> int:
    return sum(any(c.isalnum() for c in word) for word in value.split())


def _words(value: str) -> list[frozenset[str]]:
    """For each word the stems that it may have."""
    return sorted({terms(" ".join(ways(word))) for word in WORD.findall(value)}, key=sorted)


def _person(value: str, givens: Givens) -> _Person:
    words = name_words(value)
    beside = [w for w in words if is_initial(w) or givens.known(w) or is_patronymic(w)]
    surnames = [w for w in words if w not in beside]
    if not surnames:
        surnames, beside = words[-1:], words[:-1]
    return _Person(tuple(surnames), tuple(w for w in beside if not is_patronymic(w)))


def _mentions(name: str, text: Text, naming: Naming) -> list[Mention]:
    near = {m for key in names.follow_keys(name, naming) for m in text.names.get(key, ())}
    return [mention for mention in near if _spells(name, mention.word, naming)]


def _spells(asked: str, seen: str, naming: Naming) -> bool:
    return names.meets(asked, ((seen, ""),), naming)


def _agree(asked: tuple[str, ...], seen: set[str], givens: Givens) -> bool:
    return any(givens.agree(one, other) for one in asked for other in seen)
