"""What a query means in this archive: which of its words are names, and how releases have them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from storage.database import Connection
from storage.model import Naming
from storage.search import people
from storage.search.expression import expression, unwanted
from storage.search.names.resolved import SLIP, SOUNDS, Reading, Resolved, believed
from storage.search.people import Vocabulary
from storage.search.query import Query, Term
from storage.search.wanted import Spelled, Wanted


@dataclass(frozen=True, slots=True)
class Understood:
    """A query as the indexes take it.

    `shown` matches whatever is to be marked in a hit, "" for nothing. `words` are those that may be
    names, and `resolved` is what they are.
    """

    wanted: Wanted
    shown: str
    words: tuple[str, ...]
    resolved: Resolved


async def understood(
    connection: Connection,
    query: Query,
    naming: Naming,
    vocabulary: Vocabulary | None = None,
) -> Understood:
    """The query in the archive's own words; with a `vocabulary` what no release has may be mistyped
    from one of its names."""
    terms = [group[0] for group in query.groups if len(group) == 1 and _may_name(group[0])]
    words = [term.text for term in terms]
    absent = await _absent(connection, terms) if vocabulary is not None else ()
    resolved = await people.resolve(connection, words, naming, absent, vocabulary)
    found = _Names(terms, resolved)
    for term, is_wanted in _alone(query):
        one = await people.resolve(connection, [term.text], naming)
        found.take(term, one.readings[0], ranks=is_wanted)
    kept = tuple(g for g in query.groups if len(g) > 1 or g[0] not in found.dropped)
    asked = replace(query, groups=kept)
    everything = tuple(term for group in query.groups for term in group)
    wanted = Wanted(
        expression(asked, found.spelled),
        tuple(found.ranked),
        tuple(dates.ends for dates in query.dates),
        tuple(dates.ends for dates in query.without_dates),
        query.languages,
        query.without_languages,
        "" if kept else unwanted(query, found.spelled),
    )
    shown = expression(Query(groups=(everything,)), found.spelled) if everything else ""
    return Understood(wanted, shown, tuple(words), resolved)


def _may_name(term: Term) -> bool:
    return not term.phrase and not term.title


def _alone(query: Query) -> Iterator[tuple[Term, bool]]:
    """Words that are resolved each for itself: alternatives, and what is not wanted."""
    for group in query.groups:
        if len(group) > 1:
            yield from ((term, True) for term in group if _may_name(term))
    yield from ((term, False) for term in query.without if _may_name(term))


async def _absent(connection: Connection, terms: Sequence[Term]) -> list[int]:
    """Which of these words no release has."""
    matches = [expression(Query(groups=((term,),))) for term in terms]
    rows = await connection.rows(
        "SELECT wanted.key FROM json_each(?) AS wanted WHERE wanted.value = '' OR NOT EXISTS"
        " (SELECT 1 FROM release_words WHERE release_words MATCH wanted.value)",
        (json.dumps(matches),),
    )
    return [row[0] for row in rows]


class _Names:
    """Collects what the names of a query bring: spellings, what ranks, what need not be there."""

    def __init__(self, terms: Sequence[Term], resolved: Resolved) -> None:
        self.spelled: dict[Term, list[str]] = {}
        self.ranked: list[Spelled] = []
        self.dropped: set[Term] = set()
        surnames = any(r is not None and not r.optional for r in resolved.readings)
        seen: set[tuple[int, ...]] = set()
        for term, reading in zip(terms, resolved.readings, strict=True):
            if reading is None:
                continue
            if reading.asked in seen or (reading.optional and surnames):
                self.dropped.add(term)
            seen.add(reading.asked)
            self.take(term, reading, joined=len(reading.asked) > 1)

    def take(
        self, term: Term, reading: Reading | None, *, joined: bool = False, ranks: bool = True
    ) -> None:
        if reading is None:
            return
        spellings = believed(reading)
        words = [spelling.word for spelling in spellings]
        self.spelled[term] = words if joined else [term.text, *words]
        if not ranks or reading.optional or not (reading.sure or not reading.plain):
            return
        part = len(self.ranked)
        self.ranked += (
            Spelled(part, spelling.name_id, spelling.grade % SLIP < SOUNDS, reading.givens)
            for spelling in spellings
        )
