"""Corrections: copies of an edited release that were sent are put right, never sent again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.database import Transaction
from storage.model import Correcting, Lane
from storage.times import to_ms

# By then what was made of the old words is under way or was given back, to be made anew.
SETTLED_MS = 3000


@dataclass(frozen=True, slots=True)
class Copy:
    """What a correction puts right: the platform's id of the message; or, while it is not known
    whether the copy has arrived, "" and when (ms) that is looked into again.
    """

    message: str
    doubtful_until: int | None = None


async def correct(tx: Transaction, release: int, how: Correcting, now: datetime) -> None:
    """Owe the copies of this release its new words, where it was announced not too long ago.

    A correction that nobody has begun with yet is enough: it says what is right when it goes out.
    One that goes out already is overtaken by a new one.
    """
    told = await tx.row(_ANNOUNCED, (release,))
    if told is None:
        return
    audience, done_at, begun = told
    if not begun or (done_at is not None and done_at < to_ms(now - how.age)):
        return
    times, waiting = await tx.row(_CORRECTED, (release,)) or (0, False)
    if waiting or times >= how.most:
        return
    await tx.run(_OVERTAKEN, (release,))
    await tx.run(
        "INSERT INTO announcements (kind, release_id, created_at, audience, lane)"
        " VALUES ('correction', ?, ?, ?, ?)",
        (release, to_ms(now), audience, Lane.LATER),
    )


async def fan_out(tx: Transaction, number: int, release: int, chunk: int) -> bool:
    """Write the next `chunk` of a correction's deliveries: one for each copy there is, or may be.

    True, for there was something to write down, if only that all are written.
    """
    last = await tx.value(_LAST, (release, number, chunk))
    if last is None:
        await tx.run("UPDATE announcements SET fanned = 1 WHERE id = ?", (number,))
        return True
    written = await tx.run(_FAN_OUT, (number, SETTLED_MS, release, last))
    await tx.run(
        "UPDATE announcements SET reached = ?, total = total + ? WHERE id = ?",
        (last, written, number),
    )
    return True


async def copies(tx: Transaction, release: int, deliveries: Iterable[int]) -> dict[int, Copy]:
    """What each of these deliveries of a correction puts right.

    One is missing where nothing was sent, or nothing that could be named: what is sent from now
    on has the new words, and the rest can have no correction.
    """
    rows = await tx.rows(_COPIES, (json.dumps([*deliveries]), release))
    return {number: Copy(message, until) for number, message, until in rows}


# Where nobody has been written into its audience, nobody has a copy, nor is one on its way. (Who
# changes what they want is written into it ahead of the others.)
_ANNOUNCED = """
SELECT audience, done_at, fanned = 1 OR reached > 0 OR EXISTS
       (SELECT 1 FROM deliveries AS d WHERE d.announcement_id = announcements.id AND d.state <> 5)
FROM announcements WHERE kind = 'release' AND release_id = ?
"""
_CORRECTED = """
SELECT count(*), coalesce(max(fanned = 0 AND reached = 0 AND cancelled = 0), 0)
FROM announcements WHERE kind = 'correction' AND release_id = ?
"""
_OVERTAKEN = """
UPDATE announcements SET cancelled = 1, fanned = 1
WHERE kind = 'correction' AND release_id = ? AND done_at IS NULL
"""
_ORIGINAL = "(SELECT id FROM announcements WHERE kind = 'release' AND release_id = {release})"
_LAST = f"""
SELECT max(subscriber_id)
FROM (SELECT subscriber_id FROM deliveries
      WHERE announcement_id = {_ORIGINAL.format(release="?1")}
        AND subscriber_id > (SELECT reached FROM announcements WHERE id = ?2)
      ORDER BY subscriber_id LIMIT ?3)
"""
# What waits may go out with the old words while this is written; what failed has no copy.
_FAN_OUT = f"""
INSERT INTO deliveries (announcement_id, subscriber_id, part, platform, due_at)
SELECT a.id, d.subscriber_id, d.part, d.platform, a.created_at + ?2
FROM announcements AS a
JOIN deliveries AS d ON d.announcement_id = {_ORIGINAL.format(release="?3")}
JOIN subscribers AS s ON s.id = d.subscriber_id
WHERE a.id = ?1 AND d.subscriber_id > a.reached AND d.subscriber_id <= ?4
  AND (d.state IN (0, 1, 4) OR d.state = 2 AND d.message <> '')
  AND s.active = 1 AND s.joined <= a.audience
ON CONFLICT DO NOTHING
"""
_COPIES = f"""
SELECT d.id, CASE o.state WHEN 2 THEN o.message ELSE '' END,
       CASE o.state WHEN 2 THEN NULL ELSE o.due_at END
FROM json_each(?1) AS wanted
CROSS JOIN deliveries AS d ON d.id = wanted.value
JOIN deliveries AS o ON o.announcement_id = {_ORIGINAL.format(release="?2")}
     AND o.subscriber_id = d.subscriber_id AND o.part = d.part
WHERE o.state IN (1, 4) OR o.state = 2 AND o.message <> ''
"""
