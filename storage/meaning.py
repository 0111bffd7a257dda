"""Whether what somebody wants to follow is a name or words: the archive and capitals tell."""

from __future__ import annotations

from storage.database import Connection
from storage.followable import taken_apart
from storage.matching import Meaning
from storage.model import Follow, Naming
from storage.namesakes import looks_like_a_name, name_words, only_names, person
from storage.search.expression import phrase
from storage.search.names.given import givens_of
from storage.search.names.letters import whole
from storage.search.names.ordinary import is_never_given
from storage.search.names.resolved import SOUNDS, Reading
from storage.search.people import resolve
from storage.search.vocabulary import Vocabulary


async def meaning(connection: Connection, value: str, naming: Naming) -> Meaning:
    """How a release would meet this.

    A single word in small letters may be both: sanctions, and whoever is called so.
    """
    words = name_words(value)
    if not words or taken_apart(value).quoted or not only_names(value):
        return Meaning()
    if not looks_like_a_name(value) and any(is_never_given(word.lower()) for word in words):
        return Meaning()
    resolved = await resolve(connection, words, naming, (), Vocabulary())
    readings = resolved.readings
    if looks_like_a_name(value):
        given = any(givens_of(naming).known(word) for word in words)
        if not given and all(_is_ordinary(reading) for reading in readings):
            return Meaning()
        alone = await _will_do_alone(connection, value, readings[-1], naming)
        return Meaning(named=True, worded=False, alone=alone)
    if not all(reading is not None and _is_sure(reading) for reading in readings):
        return Meaning()
    return Meaning(named=True, worded=_is_small(value))


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
