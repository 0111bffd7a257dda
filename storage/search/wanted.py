"""Which releases are wanted, as conditions of a statement."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from storage.saving import SORT_STEP, day_sort

# An instant and its local date lie at most a day apart.
A_DAY = 86400 * SORT_STEP
FIRST, LAST = -(2**62), 2**62

Days = tuple[date, date]


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

    `match` is the full-text expression that a release must meet, "" for all releases, of which
    those that meet `unwanted` are left out then; `names` are the spellings whose mentions go before
    mere words. `spans` and `gaps` are the archive's local dates that are wanted and those that are
    not, the first and the last day of each.
    """

    match: str
    names: tuple[Spelled, ...] = ()
    spans: tuple[Days, ...] = ()
    gaps: tuple[Days, ...] = ()
    languages: frozenset[str] = frozenset()
    without_languages: frozenset[str] = frozenset()
    unwanted: str = ""


def place(wanted: Wanted) -> str:
    """What the place of a hit is called in its statement."""
    return "release_words.rowid" if wanted.match else "releases.sort"


def hits(wanted: Wanted) -> str:
    """The hits as the end of a statement: further conditions may follow."""
    limits = [
        (wanted.spans, _DATED if len(wanted.spans) == 1 else _WITHIN.format("EXISTS", "spans")),
        (wanted.gaps, _WITHIN.format("NOT EXISTS", "gaps")),
        (wanted.languages, _IN.format("IN", "languages")),
        (wanted.without_languages, _IN.format("NOT IN", "without_languages")),
    ]
    said = [condition for limit, condition in limits if limit]
    if wanted.match:
        found = "FROM release_words"
        if said:
            found += " CROSS JOIN releases ON releases.sort = release_words.rowid"
        found += " WHERE release_words MATCH :match"
    else:
        found = "FROM releases WHERE withdrawn = 0" + (_UNWANTED if wanted.unwanted else "")
    # One pair of bounds: of two, the full-text index would use but one.
    return found + f" AND {place(wanted)} BETWEEN :lowest AND :highest" + "".join(said)


_DATED = " AND releases.published BETWEEN :first AND :last"
_WITHIN = """
AND {0} (SELECT 1 FROM json_each(:{1})
         WHERE published BETWEEN json_extract(value, '$[0]') AND json_extract(value, '$[1]'))
"""
_IN = " AND releases.language {0} (SELECT value FROM json_each(:{1}))"
_UNWANTED = """
AND releases.sort NOT IN
    (SELECT rowid FROM release_words WHERE release_words MATCH :unwanted)
"""


def values(wanted: Wanted, floor: int = FIRST, below: int = LAST) -> dict[str, object]:
    """What stands for the names in the statement; only places from `floor` on, `below` another."""
    first = min((days[0] for days in wanted.spans), default=date.min)
    last = max((days[1] for days in wanted.spans), default=date.max)
    return {
        "match": wanted.match,
        "unwanted": wanted.unwanted,
        "lowest": max(floor, day_sort(first) - A_DAY),
        "highest": min(below - 1, day_sort(last) + 2 * A_DAY),
        "first": first.isoformat(),
        "last": last.isoformat(),
        "spans": _days(wanted.spans),
        "gaps": _days(wanted.gaps),
        "languages": json.dumps(sorted(wanted.languages)),
        "without_languages": json.dumps(sorted(wanted.without_languages)),
    }


def _days(spans: Iterable[Days]) -> str:
    return json.dumps([(first.isoformat(), last.isoformat()) for first, last in spans])
