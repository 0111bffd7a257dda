"""Which names in a query are persons' in the archive, and which are ordinary words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from storage.database import Connection
from storage.search.candidates import REST, Candidate
from storage.search.expression import phrase
from storage.search.names.given import Givens
from storage.search.names.mentions import SURE, UNSURE
from storage.search.names.ordinary import NEVER
from storage.search.names.resolved import SLIP

# How many of the newest mentions of a spelling tell which given names it has.
SAMPLED = 500
# In one of so many mentions a person's name has a given name or a form of address by it.
FAIR = 10
# Nobody counts on: a word in so many releases that is no name in most of them is an ordinary one.
COUNTED = 200


async def persons(connection: Connection, candidates: Sequence[Candidate], givens: Givens) -> None:
    """What stands before each spelling in its newest mentions, and so whether it is a person's."""
    ids = sorted({name_id for candidate in candidates for name_id in candidate.grades})
    if not ids:
        return
    rows = await connection.rows(
        "SELECT wanted.value, mentions.given_id, given.word, max(mentions.weight),"
        " sum(mentions.weight > ?)"
        " FROM json_each(?) AS wanted CROSS JOIN mentions ON mentions.name_id = wanted.value"
        " AND mentions.sort >= coalesce((SELECT sort FROM mentions AS newest"
        "   WHERE newest.name_id = wanted.value ORDER BY sort DESC LIMIT 1 OFFSET ?), -9e18)"
        " LEFT JOIN names AS given ON given.id = mentions.given_id GROUP BY 1, 2",
        (UNSURE, json.dumps(ids), SAMPLED),
    )
    before: dict[int, dict[int, str]] = {}
    seen, persons = Counter[int](), Counter[int]()
    for name_id, given_id, given, weight, count in rows:
        if given:
            before.setdefault(name_id, {})[given_id] = given
        seen[name_id] += max(count, bool(given and givens.known(given)))
        if weight >= SURE or (given and givens.known(given)):
            persons[name_id] += max(count, 1)
    for candidate in candidates:
        own = candidate.grades.keys()
        candidate.before = {name_id: before[name_id] for name_id in own & before.keys()}
        never = candidate.word.lower() in NEVER
        near = [i for i, grade in candidate.grades.items() if grade % SLIP < REST and not never]
        candidate.seen = sum(seen[i] for i in near)
        candidate.sure = _are_persons(near, seen, persons)
        candidate.heard_sure = candidate.sure or _are_persons(own, seen, persons)
        if candidate.best >= SLIP and not candidate.heard_sure:
            # Nobody mistypes what is no name.
            candidate.grades.clear()


async def weigh(connection: Connection, candidates: Iterable[Candidate]) -> None:
    """Tell names that are persons' from ordinary words."""
    doubtful = [c for c in candidates if c.grades and (not c.sure or c.word[0].islower())]
    if doubtful:
        await _in_small_letters(connection, doubtful)
    for candidate in doubtful:
        if not candidate.plain:
            candidate.sure = candidate.heard_sure
            continue
        # Who writes a word small means the name only where that is met more than the word.
        candidate.sure = candidate.sure and candidate.plain < candidate.seen
        if not candidate.sure:
            # An ordinary word is looked for as it stands; what only sounds like it is a name.
            candidate.grades = {i: grade for i, grade in candidate.grades.items() if not grade}


def _are_persons(ids: Iterable[int], seen: Counter[int], persons: Counter[int]) -> bool:
    """Whether names stand as persons' names do in a fair part of their mentions."""
    known = [name_id for name_id in ids if persons[name_id]]
    return FAIR * sum(persons[i] for i in known) >= sum(seen[i] for i in ids) and bool(known)


async def _in_small_letters(connection: Connection, candidates: Sequence[Candidate]) -> None:
    """Note in about how many releases each word stands as a word only, of the first COUNTED."""
    wanted = [
        (
            phrase(candidate.word),
            [
                i
                for i, word in candidate.words.items()
                if phrase(word).lower() == phrase(candidate.word).lower()
            ],
        )
        for candidate in candidates
    ]
    rows = await connection.rows(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM release_words"
        "   WHERE release_words MATCH json_extract(wanted.value, '$[0]') LIMIT ?1)) -"
        " (SELECT count(*) FROM (SELECT DISTINCT sort FROM mentions WHERE name_id IN"
        "   (SELECT value FROM json_each(json_extract(wanted.value, '$[1]'))) LIMIT ?1))"
        " FROM json_each(?2) AS wanted ORDER BY wanted.key",
        (COUNTED, json.dumps(wanted)),
    )
    for candidate, row in zip(candidates, rows, strict=True):
        candidate.plain = max(0, int(row[0]))
