"""The rows of what is followed: written, met by a release, given up when nobody follows them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterable

from storage.database import Connection, Transaction
from storage.facts import JOINED, next_number
from storage.matching import Meaning, meets, terms_of, text_of
from storage.model import Follow, Naming

WANTED = ("name", "keyword")
ALL = (*WANTED, "exclusion")
PIECE = 50  # candidates looked at in one go


async def followed(connection: Connection, number: int) -> list[Follow]:
    """What a subscriber follows, names first, what is excluded last."""
    rows = await connection.rows(
        "SELECT kind, value FROM subscription_filters"
        " WHERE subscriber_id = ? AND kind <> 'language'",
        (number,),
    )
    found = [Follow(kind, value) for kind, value in rows]
    return sorted(found, key=lambda follow: (ALL.index(follow.kind), follow.value.casefold()))


async def put(
    tx: Transaction, number: int, follow: Follow, naming: Naming, meaning: Meaning
) -> None:
    """Follow it from now on: what was announced before is not met."""
    await tx.run(
        "INSERT INTO subscription_filters (subscriber_id, kind, value, since) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (number, follow.kind, follow.value, await next_number(tx, JOINED)),
    )
    terms, needed = terms_of(follow, naming, meaning)
    await tx.run_many(
        "INSERT INTO follow_terms (term, kind, value, needed) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        ((term, follow.kind, follow.value, needed) for term in sorted(terms)),
    )


async def drop(tx: Transaction, number: int, kinds: Collection[str] = ALL) -> list[Follow]:
    """Follow nothing of these kinds any more; returns what was followed."""
    gone = [follow for follow in await followed(tx, number) if follow.kind in kinds]
    await remove(tx, number, gone)
    return gone


async def remove(tx: Transaction, number: int, follows: Iterable[Follow]) -> None:
    follows = list(follows)
    await tx.run_many(
        "DELETE FROM subscription_filters WHERE subscriber_id = ? AND kind = ? AND value = ?",
        ((number, follow.kind, follow.value) for follow in follows),
    )
    await give_up(tx, follows)


async def give_up(tx: Transaction, follows: Iterable[Follow]) -> None:
    """Keep nothing of what nobody follows any more."""
    values = [(follow.kind, follow.value) for follow in follows]
    for table in ("follow_terms", "announcement_follows"):
        await tx.run_many(
            f"DELETE FROM {table} WHERE kind = ?1 AND value = ?2 AND NOT EXISTS"
            " (SELECT 1 FROM subscription_filters WHERE kind = ?1 AND value = ?2)",
            values,
        )


async def meet(tx: Transaction, announcement: int, release: int, naming: Naming) -> None:
    """Write down which follows the release meets: at one cost, however many follow them."""
    await tx.run(
        "DELETE FROM announcement_follows WHERE announcement_id IN"
        " (SELECT id FROM announcements WHERE fanned = 1)"
    )
    if not await tx.value("SELECT EXISTS (SELECT 1 FROM follow_terms)"):
        return
    row = await tx.row("SELECT title, body FROM releases WHERE id = ?", (release,))
    if row is None:
        return
    text = text_of(*row)
    candidates = await tx.rows(_CANDIDATES, (json.dumps(sorted(text.terms())),))
    for start in range(0, len(candidates), PIECE):
        await tx.run_many(
            "INSERT INTO announcement_follows (announcement_id, kind, value) VALUES (?, ?, ?)",
            [
                (announcement, kind, value)
                for kind, value, hits in candidates[start : start + PIECE]
                if meets(value, json.loads(hits), text, naming)
            ],
        )
        await asyncio.sleep(0)  # others get their turn in between


# From the terms of the release, never along all that is followed.
_CANDIDATES = """
SELECT f.kind, f.value, json_group_array(f.term)
FROM json_each(?) AS here CROSS JOIN follow_terms AS f ON f.term = here.value
GROUP BY f.kind, f.value
HAVING count(*) >= max(f.needed)
"""
