"""The terms under which a release finds what is followed, derived anew where the rules changed.

One set of rows for each thing that is followed, however many follow it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from storage.database import Connection, Transaction
from storage.facts import fact, set_fact
from storage.following.matching import ALONE, sign, terms_of
from storage.following.wishes import Meaning, fitting, with_aliases
from storage.model import Follow, Naming
from storage.search.index import INDEX_VERSION

# What was derived by other rules, or when the campaign knew other names, is derived anew.
RULES = 1
_FACT = "follow_version"
# So many are made fit for an announcement within its own transaction.
FEW = 2_000
PIECE = 100


async def put(tx: Transaction, follow: Follow, naming: Naming, meaning: Meaning) -> None:
    found, needed = terms_of(follow, naming, meaning)
    await tx.run_many(
        "INSERT INTO follow_terms (term, kind, value, needed) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        ((term, follow.kind, follow.value, needed) for term in sorted(found)),
    )


async def is_current(connection: Connection, naming: Naming) -> bool:
    return await fact(connection, _FACT) == version(naming)


async def renew(tx: Transaction, naming: Naming, after: Follow | None) -> Follow | None:
    """Derive the terms of some of what is followed; where to go on, None when all are done."""
    some = await _things(tx, after, PIECE)
    if not some:
        await set_fact(tx, _FACT, version(naming))
        return None
    await _derive(tx, some, naming)
    return some[-1]


async def renew_few(tx: Transaction, naming: Naming) -> None:
    """Derive all that are not current, if they are not too many for one transaction."""
    if await is_current(tx, naming):
        return
    things = await _things(tx, None, FEW + 1)
    if len(things) <= FEW:
        await _derive(tx, things, naming)
        await set_fact(tx, _FACT, version(naming))


async def _things(connection: Connection, after: Follow | None, count: int) -> list[Follow]:
    start = (after.kind, after.value) if after is not None else ("", "")
    return [Follow(kind, value) for kind, value in await connection.rows(_THINGS, (*start, count))]


async def _derive(tx: Transaction, things: Iterable[Follow], naming: Naming) -> None:
    for follow in things:
        meaning = with_aliases(await _meaning(tx, follow), follow.value, naming)
        await tx.run(
            "DELETE FROM follow_terms WHERE kind = ? AND value = ?", (follow.kind, follow.value)
        )
        await put(tx, follow, naming, meaning)


async def _meaning(connection: Connection, follow: Follow) -> Meaning:
    """What it meant until now: the archive may be without an index at this moment."""
    rows = await connection.rows(
        "SELECT term FROM follow_terms WHERE kind = ? AND value = ?", (follow.kind, follow.value)
    )
    signs = {sign(term) for (term,) in rows}
    if not signs:
        return fitting(follow, Meaning())
    return Meaning(named=signs != {""}, worded="" in signs, alone=ALONE in signs)


@lru_cache(maxsize=4)
def version(naming: Naming) -> str:
    known = hashlib.sha256(repr((naming.given, naming.aliases)).encode()).hexdigest()[:16]
    return f"{RULES}/{INDEX_VERSION}/{known}"


_THINGS = """
SELECT DISTINCT kind, value FROM subscription_filters
WHERE kind <> 'language' AND (kind, value) > (?, ?)
ORDER BY kind, value LIMIT ?
"""
