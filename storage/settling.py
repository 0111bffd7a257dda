"""How sends ended, and what is given up: written so that nothing counts twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from storage.database import Database, Transaction
from storage.deliveries import OWED, SETTLED, Result, State, count, settle
from storage.times import to_ms

# Rows written in one transaction: about 10 ms.
PIECE = 1000

_OPEN = (State.INTENT, State.DOUBT)


async def record(tx: Transaction, results: Sequence[Result]) -> None:
    """Write these results, those of deliveries that are not open any more left out.

    What shall be tried again, though nobody is owed it any more, is skipped.
    """
    numbers = json.dumps([result.delivery for result in results])
    standing = {row[0]: row[1:] for row in await tx.rows(_STANDING, (numbers,))}
    changes, settled, there = [], Counter[tuple[int, State]](), []
    for result in results:
        # Whoever has been forgotten has no row, and what is settled is not changed again.
        if result.delivery not in standing:
            continue
        announcement, subscriber, owed, refused = standing[result.delivery]
        state = result.state if owed or result.state in SETTLED else State.SKIPPED
        changes.append((state, result.message, result.error, to_ms(result.due_at), result.tried,
                        result.mark if state is State.DOUBT else "", result.delivery))  # fmt: skip
        if state in SETTLED:
            settled[announcement, state] += 1
        if state is State.SENT and refused:
            there.append((subscriber,))
        if state not in _OPEN:
            del standing[result.delivery]
    await tx.run_many(_RECORDED, changes)
    await count(tx, settled)
    # Whom a message reached is there: earlier refusals say nothing any more. (What was sent can
    # be changed where nobody reads it.)
    await tx.run_many(
        "UPDATE subscribers SET refused_days = 0, refused_on = '' WHERE id = ?", there
    )


async def recover(tx: Transaction, platform: str, epoch: int, now: int, bound: str | None) -> int:
    """Put into doubt, due now, what runs before this epoch left under way; returns how many."""
    rows = await tx.rows(_LEFT_OPEN, (platform, epoch))
    await tx.run_many(
        "UPDATE deliveries SET state = 4, due_at = ?, mark = ? WHERE id = ?",
        [(now, _bounded(mark, bound), number) for number, _, mark, owed in rows if owed],
    )
    lost = [(number, of, State.SKIPPED) for number, of, _, owed in rows if not owed]
    await settle(tx, lost, "")
    return len(rows)


def _bounded(mark: str, bound: str | None) -> str:
    """The mark with the end of the look. One that has an end was looked for when the run died."""
    if bound is None or not mark or "-" in mark:
        return mark
    return f"{mark}-{bound}" if bound else ""


async def give_up(
    database: Database, announcement: int, platform: str, error: str, ends: Mapping[State, State]
) -> int:
    """Settle all that waits there of this announcement, piece by piece; returns how many.

    `ends` says what becomes of a row that waits and of one in doubt.
    """
    n = 0
    while True:
        async with database.write() as tx:
            rows = await tx.rows(_WAITING, (announcement, platform, PIECE))
            await settle(tx, [(number, announcement, ends[State(s)]) for number, s in rows], error)
        n += len(rows)
        if len(rows) < PIECE:
            return n


# The rows of a list of ids, found by these ids and not otherwise.
_STANDING = f"""
SELECT d.id, d.announcement_id, d.subscriber_id, {OWED},
       s.refused_days > 0 AND a.kind <> 'correction'
FROM json_each(?) AS wanted
CROSS JOIN deliveries AS d ON d.id = wanted.value
JOIN announcements AS a ON a.id = d.announcement_id
JOIN subscribers AS s ON s.id = d.subscriber_id
WHERE d.state IN (1, 4)
"""
_RECORDED = """
UPDATE deliveries SET state = ?, message = ?, error = ?, due_at = coalesce(?, due_at),
                      attempts = attempts + ?, mark = ?
WHERE id = ?
"""
_LEFT_OPEN = f"""
SELECT d.id, d.announcement_id, d.mark, {OWED}
FROM deliveries AS d
JOIN announcements AS a ON a.id = d.announcement_id
JOIN subscribers AS s ON s.id = d.subscriber_id
WHERE d.platform = ? AND d.epoch < ? AND d.state = 1
"""
_WAITING = """
SELECT id, state FROM deliveries
WHERE announcement_id = ? AND platform = ? AND state IN (0, 4)
LIMIT ?
"""
