"""Which releases are wanted, in which order: by name and relevance, or by date.

Ranking reads every hit, and a word that is in nearly every release tells nothing: so of many hits
only the newest are ranked, and where most releases are hits their dates decide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from storage.database import Connection
from storage.model import Order
from storage.saving import SORT_STEP, day_sort

# bm25 costs about a microsecond a hit, and more for the length of the word's list.
RANKED = 1000
# Of names only the mentions are looked at, which costs less.
RANKED_BY_NAME = 3000
# Nobody pages through more; counting goes on at 0.1 µs a hit.
COUNTED = 10_000
# What is in more releases than this share of them (and in more than FEW) is in nearly all of them.
FEW = 20

# An instant and its local date lie at most a day apart.
A_DAY = 86400 * SORT_STEP
_FIRST, _LAST = -(2**62), 2**62

# How much nearer a mention of the name brings a release: with the given name that was asked for,
# under the name at all, under a spelling that only sounds like it, with another given name.
BY_FULL_NAME, BY_NAME, BY_SOUND, BY_ANOTHER = 4, 3, 2, 1
# Mentions of less weight are of something that is called after somebody (the Magnitsky Act).
ALONE = 4


@dataclass(frozen=True, slots=True)
class Spelled:
    """One spelling of a name in a query: `part` tells the names of one query apart."""

    part: int
    name_id: int
    sure: bool
    givens: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, as the indexes take it.

    `match` is the full-text expression that a release must meet, "" for all releases; `names` the
    spellings whose mentions go before mere words; `first` and `last` are the archive's local dates.
    """

    match: str
    names: tuple[Spelled, ...] = ()
    first: date = date.min
    last: date = date.max
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ranked:
    """The places (`sort`) of some hits, in order; how many there are, at most COUNTED."""

    places: tuple[int, ...]
    total: int
    more: bool
    order: Order


async def ranked(
    connection: Connection, wanted: Wanted, order: Order, count: int, skip: int
) -> Ranked:
    """`count` hits after the first `skip`, in this order: NEW where relevance tells nothing."""
    counted = await connection.value(
        f"SELECT count(*) FROM (SELECT 1 {_hits(wanted)} LIMIT :most)",
        {**_values(wanted), "most": COUNTED + 1},
    )
    more, total = counted > COUNTED, min(int(counted), COUNTED)
    if order is Order.BEST and wanted.match:
        most = RANKED_BY_NAME if wanted.names else RANKED
        floor = await _floor(connection, wanted, most) if total > most else _FIRST
        common = await _is_common(connection, floor, min(total, most))
        if common and not wanted.names:
            order = Order.NEW
        else:
            places = await _best(connection, wanted, floor, common, count, skip)
            return Ranked(places, total, more, order)
    if order is Order.BEST:
        order = Order.NEW
    places = await _by_date(connection, wanted, order, count, skip)
    return Ranked(places, total, more, order)


async def years(connection: Connection, wanted: Wanted) -> list[tuple[int, int]]:
    """The years of the newest COUNTED hits, and how many each has, newest first."""
    rows = await connection.rows(
        f"SELECT substr(dated.published, 1, 4) AS year, count(*)"
        f" FROM (SELECT {_place(wanted)} AS place {_hits(wanted)} ORDER BY place DESC LIMIT :most)"
        " JOIN releases AS dated ON dated.sort = place GROUP BY year ORDER BY year DESC",
        {**_values(wanted), "most": COUNTED},
    )
    return [(int(year), count) for year, count in rows]


async def _by_date(
    connection: Connection, wanted: Wanted, order: Order, count: int, skip: int, below: int = _LAST
) -> tuple[int, ...]:
    way = "ASC" if order is Order.OLD else "DESC"
    rows = await connection.rows(
        f"SELECT {_place(wanted)} AS place {_hits(wanted)}"
        f" ORDER BY place {way} LIMIT :count OFFSET :skip",
        {**_values(wanted, below=below), "count": count, "skip": skip},
    )
    return tuple(row[0] for row in rows)


async def _floor(connection: Connection, wanted: Wanted, most: int) -> int:
    """The place of the last hit that is ranked."""
    return (await _by_date(connection, wanted, Order.NEW, 1, most - 1))[0]


async def _is_common(connection: Connection, floor: int, hits: int) -> bool:
    """Whether more than half of the releases, from the floor on, are hits."""
    if hits <= FEW:
        return False
    there = await connection.value(
        "SELECT count(*) FROM (SELECT 1 FROM releases WHERE sort >= ? LIMIT ?)", (floor, 2 * hits)
    )
    return int(there) < 2 * hits


async def _best(
    connection: Connection, wanted: Wanted, floor: int, common: bool, count: int, skip: int
) -> tuple[int, ...]:
    """The ranked hits first, and behind them those below the floor, by date."""
    most = RANKED_BY_NAME if wanted.names else RANKED
    places: tuple[int, ...] = ()
    if skip < most:
        statement = _BY_NAME if wanted.names else _BY_RANK
        rows = await connection.rows(
            statement.format(place=_place(wanted), hits=_hits(wanted)),
            {
                **_values(wanted, floor), "count": min(count, most - skip), "skip": skip,
                "most": most, "spelled": _weights(wanted.names), "alone": ALONE, "common": common,
            },
        )  # fmt: skip
        places = tuple(row[0] for row in rows)
    left = count - len(places)
    if floor > _FIRST and left > 0:
        beyond = max(0, skip - most)
        places += await _by_date(connection, wanted, Order.NEW, left, beyond, below=floor)
    return places


# The newest hits, and only these are ranked; the smaller the rank, the better.
_BY_RANK = """
SELECT place
FROM (SELECT {place} AS place, rank AS worth {hits} ORDER BY place DESC LIMIT :most)
ORDER BY worth, place DESC LIMIT :count OFFSET :skip
"""
# What each release from the floor on is worth: each name of the query once, its best mention. An
# odd weight is one in the title, which counts where not nearly every release has the name.
_BY_NAME = """
WITH spelled (part, name_id, given_id, worth) AS MATERIALIZED (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),
           json_extract(value, '$[2]'), json_extract(value, '$[3]')
    FROM json_each(:spelled)
),
named AS MATERIALIZED (
    SELECT place, sum(best) AS score
    FROM (SELECT mentions.sort AS place, spelled.part,
                 max(4 * spelled.worth + 2 * (mentions.weight >= :alone)
                     + (NOT :common AND mentions.weight % 2)) AS best
          FROM spelled CROSS JOIN mentions ON mentions.name_id = spelled.name_id
          WHERE mentions.sort BETWEEN :lowest AND :highest
            AND (spelled.given_id IS NULL OR spelled.given_id = mentions.given_id)
          GROUP BY 1, 2)
    GROUP BY place
)
SELECT hit.place
FROM (SELECT {place} AS place {hits} ORDER BY place DESC LIMIT :most) AS hit
LEFT JOIN named ON named.place = hit.place
ORDER BY coalesce(named.score, 0) DESC, hit.place DESC LIMIT :count OFFSET :skip
"""


def _weights(names: Sequence[Spelled]) -> str:
    """As JSON: which name, with which given name (null: any), brings a release how near."""
    rows: list[tuple[int, int, int | None, int]] = []
    for name in names:
        if not name.sure:
            rows.append((name.part, name.name_id, None, BY_SOUND))
        elif not name.givens:
            rows.append((name.part, name.name_id, None, BY_NAME))
        else:
            rows.append((name.part, name.name_id, None, BY_ANOTHER))
            rows.append((name.part, name.name_id, 0, BY_NAME))
            rows += ((name.part, name.name_id, given, BY_FULL_NAME) for given in name.givens)
    return json.dumps(rows)


def _place(wanted: Wanted) -> str:
    return "release_words.rowid" if wanted.match else "releases.sort"


def _hits(wanted: Wanted) -> str:
    """The hits as the end of a statement: further conditions may follow."""
    dated = (wanted.first, wanted.last) != (date.min, date.max)
    if wanted.match:
        joined = "FROM release_words"
        if dated or wanted.languages:
            joined += " CROSS JOIN releases ON releases.sort = release_words.rowid"
        joined += " WHERE release_words MATCH :match"
    else:
        joined = "FROM releases WHERE withdrawn = 0"
    # One pair of bounds: of two, the full-text index would use but one.
    joined += f" AND {_place(wanted)} BETWEEN :lowest AND :highest"
    if dated:
        joined += " AND releases.published BETWEEN :first AND :last"
    if wanted.languages:
        joined += " AND releases.language IN (SELECT value FROM json_each(:languages))"
    return joined


def _values(wanted: Wanted, floor: int = _FIRST, below: int = _LAST) -> dict[str, object]:
    return {
        "match": wanted.match,
        "lowest": max(floor, day_sort(wanted.first) - A_DAY),
        "highest": min(below - 1, day_sort(wanted.last) + 2 * A_DAY),
        "first": wanted.first.isoformat(),
        "last": wanted.last.isoformat(),
        "languages": json.dumps(sorted(wanted.languages)),
    }
