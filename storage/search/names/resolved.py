"""What the words of a query come to, where they are names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word of the archive that spells the name asked for.

    `grade` 0 is the word as asked for, in any case or script; the greater, the looser: from
    SOUNDS on it only sounds or looks like it. A `word` with a hyphen or an apostrophe is a phrase
    to the word index.
    """

    name_id: int
    word: str
    grade: int


# Grades from here on rest on the ear or on a slip of the finger.
SOUNDS = 4
SLIP = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """What one name in the query means: the positions of its words, and how the archive has it.

    `optional`: a given name, an initial or a patronymic beside a surname that was found; it only
    makes a release better. `givens` are the name ids of given names that were asked for with this
    surname: a mention with another given name is somebody else's. `sure`: the archive has it
    behind a given name, an initial or a form of address, so it is no ordinary word. `plain`: in
    how many releases the word stands in small letters.
    """

    asked: tuple[int, ...]
    spellings: tuple[Spelling, ...]
    optional: bool = False
    givens: frozenset[int] = frozenset()
    sure: bool = False
    plain: int = 0


@dataclass(frozen=True, slots=True)
class Resolved:
    """A reading for each word of the query (None: no name); words joined to one share theirs.

    `tried` are the spellings that were looked for, for whoever found nothing.
    """

    readings: tuple[Reading | None, ...]
    tried: tuple[str, ...] = ()


def believed(reading: Reading) -> list[Spelling]:
    """The spellings that are meant: a slip only where nothing is nearer, and what only sounds like
    it only where it is a person's name.
    """
    most = SLIP if any(spelling.grade < SLIP for spelling in reading.spellings) else 2 * SLIP
    if not reading.sure:
        most = SOUNDS
    return [spelling for spelling in reading.spellings if spelling.grade < most]
