"""In which order hits stand: by name and relevance, or by date.

Ranking reads every hit, and a word that is in nearly every release tells nothing: so of many hits
only the newest are ranked, and where most releases are hits their dates decide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from storage.database import Connection
from storage.model import Order
from storage.search.wanted import FIRST, LAST, Spelled, Wanted, hits, place, values

# bm25 costs about a microsecond a hit, and more for the length of the word's list.
RANKED = 1000
# Of names only the mentions are looked at, which costs less.
RANKED_BY_NAME = 3000
# Nobody pages through more; counting goes on at 0.1 µs a hit.
COUNTED = 10_000
# What is in more releases than this share of them (and in more than FEW) is in nearly all of them.
FEW = 20

# How much nearer a mention of the name brings a release: with the given name that was asked for,
# under the name at all, under a spelling that only sounds like it, with another given name.
BY_FULL_NAME, BY_NAME, BY_SOUND, BY_ANOTHER = 4, 3, 2, 1
# Mentions of less weight are of something that is called after somebody (the Magnitsky Act).
ALONE = 4
# More than a query can have; with a given name's id it makes one number.
PARTS = 1000


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
        f"SELECT count(*) FROM (SELECT 1 {hits(wanted)} LIMIT :most)",
        {**values(wanted), "most": COUNTED + 1},
    )
    more, total = counted > COUNTED, min(int(counted), COUNTED)
    if order is Order.BEST and wanted.match:
        most = RANKED_BY_NAME if wanted.names else RANKED
        floor = await _floor(connection, wanted, most) if total > most else FIRST
        common = await _is_common(connection, wanted, floor, min(total, most))
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
        f" FROM (SELECT {place(wanted)} AS place {hits(wanted)} ORDER BY place DESC LIMIT :most)"
        " JOIN releases AS dated ON dated.sort = place GROUP BY year ORDER BY year DESC",
        {**values(wanted), "most": COUNTED},
    )
    return [(int(year), count) for year, count in rows]


async def _by_date(
    connection: Connection, wanted: Wanted, order: Order, count: int, skip: int, below: int = LAST
) -> tuple[int, ...]:
    way = "ASC" if order is Order.OLD else "DESC"
    rows = await connection.rows(
        f"SELECT {place(wanted)} AS place {hits(wanted)}"
        f" ORDER BY place {way} LIMIT :count OFFSET :skip",
        {**values(wanted, below=below), "count": count, "skip": skip},
    )
    return tuple(row[0] for row in rows)


async def _floor(connection: Connection, wanted: Wanted, most: int) -> int:
    """The place of the last hit that is ranked."""
    return (await _by_date(connection, wanted, Order.NEW, 1, most - 1))[0]


async def _is_common(connection: Connection, wanted: Wanted, floor: int, found: int) -> bool:
    """Whether of all that is within the same limits, from the floor on, more than half are hits."""
    if found <= FEW:
        return False
    everything = replace(wanted, match="", names=())
    there = await connection.value(
        f"SELECT count(*) FROM (SELECT 1 {hits(everything)} LIMIT :most)",
        {**values(everything, floor), "most": 2 * found},
    )
    return int(there) < 2 * found


async def _best(
    connection: Connection, wanted: Wanted, floor: int, common: bool, count: int, skip: int
) -> tuple[int, ...]:
    """The ranked hits first, and behind them those below the floor, by date."""
    most = RANKED_BY_NAME if wanted.names else RANKED
    places: tuple[int, ...] = ()
    if skip < most:
        statement = _BY_NAME if wanted.names else _BY_RANK
        rows = await connection.rows(
            statement.format(place=place(wanted), hits=hits(wanted)),
            {
                **values(wanted, floor), "count": min(count, most - skip), "skip": skip,
                "most": most, "common": common, "spelled": _spelled(wanted.names),
                "givens": _givens(wanted.names),
            },
        )  # fmt: skip
        places = tuple(row[0] for row in rows)
    left = count - len(places)
    if floor > FIRST and left > 0:
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
_BY_NAME = f"""
WITH spelled (part, name_id, sure, asked) AS MATERIALIZED (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),
           json_extract(value, '$[2]'), json_extract(value, '$[3]')
    FROM json_each(:spelled)
),
named AS MATERIALIZED (
    SELECT place, sum(best) AS score
    FROM (SELECT mentions.sort AS place, spelled.part,
                 max(4 * CASE
                         WHEN NOT sure THEN {BY_SOUND}
                         WHEN NOT asked THEN {BY_NAME}
                         WHEN given_id = 0 THEN {BY_NAME}
                         WHEN {PARTS} * given_id + part IN (SELECT value FROM json_each(:givens))
                         THEN {BY_FULL_NAME}
                         ELSE {BY_ANOTHER} END
                     + 2 * (weight >= {ALONE}) + (NOT :common AND weight % 2)) AS best
          FROM spelled CROSS JOIN mentions ON mentions.name_id = spelled.name_id
          WHERE mentions.sort BETWEEN :lowest AND :highest
          GROUP BY 1, 2)
    GROUP BY place
)
SELECT hit.place
FROM (SELECT {{place}} AS place {{hits}} ORDER BY place DESC LIMIT :most) AS hit
LEFT JOIN named ON named.place = hit.place
ORDER BY coalesce(named.score, 0) DESC, hit.place DESC LIMIT :count OFFSET :skip
"""


def _spelled(names: Sequence[Spelled]) -> str:
    """Part, id, whether it is sure, and whether a given name was asked for, as JSON."""
    return json.dumps([(n.part, n.name_id, n.sure, bool(n.givens)) for n in names])


def _givens(names: Sequence[Spelled]) -> str:
    """The given names asked for, each with its part in one number, as JSON."""
    return json.dumps([PARTS * given + name.part for name in names for given in name.givens])
