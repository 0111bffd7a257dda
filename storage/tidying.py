"""Keeps the outbox small: what was cancelled is settled, what is long done becomes counters."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.database import Transaction
from storage.deliveries import State, settle
from storage.settling import PIECE
from storage.times import to_ms

# How long it is known which message went to whom: corrections go to those of the last seven days.
KEPT = timedelta(days=8)
DRAFTS_KEPT = timedelta(days=1)


async def tidy(tx: Transaction, now: datetime) -> bool:
    """Do one piece of it; True if there may be more."""
    await tx.run(
        "DELETE FROM statements WHERE announcement_id IS NULL AND created_at <= ?",
        (to_ms(now - DRAFTS_KEPT),),
    )
    more = await _skip_cancelled(tx)
    await tx.run(_DONE, (to_ms(now),))
    return more or await _fold(tx, to_ms(now - KEPT))


async def _skip_cancelled(tx: Transaction) -> bool:
    rows = await tx.rows(_CANCELLED, (PIECE,))
    await settle(tx, [(number, of, State.SKIPPED) for number, of in rows], "cancelled")
    return len(rows) == PIECE


async def _fold(tx: Transaction, until: int) -> bool:
    """Delete a piece of what was done before; its counters stay."""
    number = await tx.value(
        "SELECT id FROM announcements WHERE folded = 0 AND done_at IS NOT NULL AND done_at <= ?"
        " ORDER BY done_at LIMIT 1",
        (until,),
    )
    if number is None:
        return False
    deleted = await tx.run(
        "DELETE FROM deliveries WHERE id IN"
        " (SELECT id FROM deliveries WHERE announcement_id = ? LIMIT ?)",
        (number, PIECE),
    )
    if deleted < PIECE:
        await tx.run("UPDATE announcements SET folded = 1 WHERE id = ?", (number,))
    return True


# What is under way is left: how it ends is still to come. Any other index would be walked over
# all rows that are settled already.
_CANCELLED = """
SELECT d.id, d.announcement_id
FROM announcements AS a
CROSS JOIN deliveries AS d INDEXED BY deliveries_due ON d.announcement_id = a.id
WHERE a.done_at IS NULL AND a.cancelled = 1 AND d.state IN (0, 4)
LIMIT ?
"""
_DONE = """
UPDATE announcements SET done_at = ?
WHERE done_at IS NULL AND fanned = 1 AND total = sent + failed + skipped + unknown
"""
