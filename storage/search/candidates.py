"""The names that share a key with a word, and how sure each of them is."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from storage.database import Connection
from storage.search.expression import phrase
from storage.search.names.ears import EAR, ears, heard
from storage.search.names.given import Givens
from storage.search.names.keys import keys
from storage.search.names.letters import bare, is_cyrillic
from storage.search.names.resolved import SLIP, SOUNDS
from storage.search.names.slips import slips

# Nearly the same in the same script: believed where the same given names stand before it.
VARIANT = SLIP - 1
# Nobody counts on: a word in so many releases that is no name in most of them is an ordinary one.
COUNTED = 200


@dataclass(slots=True)
class Candidate:
    """A word of the query, or two joined, on its way to a reading."""

    at: tuple[int, ...]
    word: str
    grades: dict[int, int] = field(default_factory=dict)  # by name id
    words: dict[int, str] = field(default_factory=dict)
    plain: int = 0
    givens: dict[int, set[str]] = field(default_factory=dict)  # by name id, as written
    sure: bool = False
    given_ids: dict[str, int] = field(default_factory=dict)


async def look_up(connection: Connection, candidates: Iterable[Candidate], givens: Givens) -> None:
    """Find the names that share a key with each candidate."""
    wanted = _wanted(candidates, givens)
    rows = await connection.rows(
        "SELECT name_keys.key, name_id, grade, word FROM json_each(?) AS wanted"
        " CROSS JOIN name_keys ON name_keys.key = wanted.value"
        " JOIN names ON names.id = name_keys.name_id",
        (json.dumps(list(wanted)),),
    )
    for key, name_id, grade, word in rows:
        for candidate, own_grade in wanted[key]:
            total = _grade(candidate.word, word, key, own_grade + grade)
            if total is not None and total < SLIP:
                note(candidate, name_id, word, min(total, VARIANT))
    for candidate in candidates:
        _tighten(candidate)


def _wanted(
    candidates: Iterable[Candidate], givens: Givens
) -> dict[str, list[tuple[Candidate, int]]]:
    """The keys to look for, each with who asks for it and how sure it is."""
    wanted: dict[str, list[tuple[Candidate, int]]] = defaultdict(list)
    for candidate in candidates:
        if len(bare(candidate.word)) < 2:
            continue
        own = keys(candidate.word)
        for key, grade in own.items():
            wanted[key].append((candidate, grade))
            for alias in givens.alias(key) if grade < SOUNDS else ():
                wanted[alias].append((candidate, grade + 1))
        for key in ears(candidate.word):
            wanted[key].append((candidate, 0))
    return wanted


def note(candidate: Candidate, name_id: int, word: str, grade: int) -> None:
    candidate.grades[name_id] = min(grade, candidate.grades.get(name_id, grade))
    candidate.words[name_id] = word


def _grade(asked: str, word: str, key: str, grade: int) -> int | None:
    """How sure a name is that shares this key with the word asked for; None: it is another."""
    if key.startswith(EAR):
        return _heard(asked, word)
    return 0 if bare(word) == bare(asked) else grade


def _heard(asked: str, word: str) -> int | None:
    """The grade of a name that only sounds like the one asked for."""
    if is_cyrillic(asked) == is_cyrillic(word):
        return VARIANT if slips(bare(asked), bare(word)) is not None else None
    latin, cyrillic = (word, asked) if is_cyrillic(asked) else (asked, word)
    return SOUNDS if heard(latin, cyrillic) else None


def _tighten(candidate: Candidate) -> None:
    """Of each script keep what is about as sure as the surest: what only sounds like the name is
    believed where nothing is written like it."""
    for cyrillic in (False, True):
        ids = [
            i
            for i, word in candidate.words.items()
            if is_cyrillic(word) == cyrillic and candidate.grades[i] < VARIANT
        ]
        best = min((candidate.grades[i] for i in ids), default=0)
        most = best if best >= SOUNDS else 3 if best < 2 else best + 1
        for name_id in ids:
            if candidate.grades[name_id] > most:
                del candidate.grades[name_id], candidate.words[name_id]


async def in_small_letters(connection: Connection, candidate: Candidate) -> int:
    """In about how many releases a word stands as a word only, of the first COUNTED of them."""
    ids = [i for i, word in candidate.words.items() if bare(word) == bare(candidate.word)]
    there = await connection.value(
        "SELECT count(*) FROM (SELECT 1 FROM release_words WHERE release_words MATCH ? LIMIT ?)",
        (phrase(candidate.word), COUNTED),
    )
    named = await connection.value(
        "SELECT count(*) FROM (SELECT DISTINCT sort FROM mentions"
        " WHERE name_id IN (SELECT value FROM json_each(?)) LIMIT ?)",
        (json.dumps(ids), COUNTED),
    )
    return max(0, int(there) - int(named))
