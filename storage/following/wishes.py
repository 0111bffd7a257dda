"""What somebody typed to follow it: its words as a search reads them, and whether it is a name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from storage.database import Connection
from storage.following.namesakes import looks_like_a_name, name_words, only_names, person
from storage.model import Follow, Naming
from storage.search.expression import phrase
from storage.search.names.follow import has_alias
from storage.search.names.given import givens_of
from storage.search.names.letters import whole
from storage.search.names.ordinary import is_never_given
from storage.search.names.resolved import SOUNDS, Reading
from storage.search.people import resolve
from storage.search.query import Query, parse

_QUOTES = re.compile('["“”„‟«»″〝〞\uff02]')
_TYPED = re.compile("[“”„‟″〝〞\uff02]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a follow is met. `named`: by a name; `worded`: by its words in any form, too.

    `alone`: by the last of its names where nobody else has it.
    """

    named: bool = False
    worded: bool = True
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Followable:
    """Words that have to be in a release: those of one part stand side by side in it.

    `quoted`: something stood in quotes, and is meant as it is written. `operators`: more is asked
    for than words (OR, a minus within, a date, a language), which cannot be followed.
    """

    parts: tuple[tuple[str, ...], ...]
    quoted: bool
    operators: bool


@lru_cache(maxsize=5_000)
def taken_apart(value: str) -> Followable:
    query = parse(value)
    # Whatever a query has beside words that are all wanted is an operator.
    rest = replace(query, groups=(), missing=None, unread=())
    terms = [term for group in query.groups for term in group]
    operators = (
        rest != Query()
        or any(len(group) > 1 for group in query.groups)
        or any(term.title for term in terms)
    )
    parts = tuple(term.words for term in terms if term.words)
    return Followable(parts, any(term.phrase for term in terms), operators)


def tidied(value: str) -> str:
    """The value with plain quotes around its phrases, and with no others."""
    plain = _TYPED.sub('"', value)
    if plain.count('"') % 2 or not taken_apart(plain).quoted:
        plain = _QUOTES.sub(" ", plain)
    return " ".join(plain.split())


def bare(value: str) -> str:
    """The value as it is shown within quotes."""
    inner = value[1:-1]
    return inner if value == f'"{inner}"' and '"' not in inner else value


async def meaning(connection: Connection, value: str, naming: Naming) -> Meaning:
    """How a release would meet this.

    A single word in small letters may be both: sanctions, and whoever is called so.
    """
    words = name_words(value)
    if not words or taken_apart(value).quoted or not only_names(value):
        return Meaning()
    if not looks_like_a_name(value) and any(is_never_given(word.lower()) for word in words):
        return Meaning()
    resolved = await resolve(connection, words, naming)
    readings = resolved.readings
    if looks_like_a_name(value):
        given = any(givens_of(naming).known(word) for word in words)
        if not given and all(_is_ordinary(reading) for reading in readings):
            return Meaning()
        alone = await _will_do_alone(connection, value, readings[-1], naming)
        return Meaning(named=True, worded=False, alone=alone)
    if not all(reading is not None and _is_sure(reading) for reading in readings):
        return with_aliases(Meaning(), value, naming)
    return Meaning(named=True, worded=_is_small(value))


def with_aliases(known: Meaning, value: str, naming: Naming) -> Meaning:
    """The same, and by the name where the campaign has another one for it."""
    words = name_words(value)
    if known.named or len(words) != 1 or taken_apart(value).quoted or not only_names(value):
        return known
    return replace(known, named=True) if has_alias(value, naming) else known


def fitting(follow: Follow, found: Meaning) -> Meaning:
    """How this follow is met, if the archive has come to know better what is a name since."""
    if follow.kind == "exclusion" or (follow.kind == "name") == found.named:
        return found
    return Meaning() if found.named else Meaning(named=True, worded=_is_small(follow.value))


def _is_small(value: str) -> bool:
    """Whether it is one word without a capital."""
    return len(value.split()) == 1 and value.islower()


def _is_sure(reading: Reading) -> bool:
    """Whether it is a name in the archive, and no ordinary word that began with a capital once."""
    sure = reading.sure or reading.optional or not reading.plain
    return sure and any(spelling.grade < SOUNDS for spelling in reading.spellings)


def _is_ordinary(reading: Reading | None) -> bool:
    return reading is not None and not reading.sure and reading.plain > 0


async def _will_do_alone(
    connection: Connection, value: str, reading: Reading | None, naming: Naming
) -> bool:
    """Whether the last of some names that are in no table is a person's, and no ordinary word.

    Petrov is Zblorg Petrov where nobody else is named so, but York is not New York.
    """
    who = person(value, naming)
    if who.givens or len(who.surnames) < 2 or whole(value.split()[-1]) != who.surnames[-1]:
        return False
    if reading is not None:
        return reading.sure
    return not await connection.value(
        "SELECT EXISTS (SELECT 1 FROM release_words WHERE release_words MATCH ?)",
        (phrase(who.surnames[-1]),),
    )
