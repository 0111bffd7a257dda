"""How a subscription ends: it rests, it is erased, it moves, or it becomes one with another."""

from __future__ import annotations

from storage import letters
from storage.authors import forget_author
from storage.database import Connection, Transaction
from storage.following.audience import pass_by, settle
from storage.following.rows import WANTED, drop, join, move


async def deactivate(tx: Transaction, number: int, *, gone: bool = False) -> None:
    """End a subscription: what was not sent yet is skipped, and counted so.

    With `gone` it only rests: being let in again brings it back, with all that it follows. What
    is never wanted, and languages, are choices that outlive a subscription.
    """
    if not gone:
        await drop(tx, number, WANTED)
    await _skip(tx, number, in_flight=False)
    await tx.run("UPDATE subscribers SET active = 0, gone = ? WHERE id = ?", (gone, number))


async def erase(tx: Transaction, number: int) -> None:
    """Delete a subscriber and all that hangs on it; how a send in flight ends is not kept then."""
    await _skip(tx, number, in_flight=True)
    await drop(tx, number)
    await tx.run("DELETE FROM subscribers WHERE id = ?", (number,))


async def erase_chat(tx: Transaction, chat_hash: bytes) -> bool:
    """Delete all that is kept of a chat. False if there was nothing."""
    rows = await tx.rows("SELECT id FROM subscribers WHERE chat_hash = ?", (chat_hash,))
    for (number,) in rows:
        await erase(tx, number)
    said = await forget_author(tx, chat_hash)
    mailbox = await letters.erase(tx, chat_hash)
    return bool(rows) or said or mailbox


async def kept(connection: Connection, chat_hash: bytes) -> bool:
    """Whether there is anything of a chat that `erase_chat` would delete."""
    return bool(await connection.value(_KEPT, (chat_hash,)))


async def any_kept(connection: Connection) -> bool:
    """Whether anything of anybody is kept."""
    return bool(await connection.value(_ANY_KEPT))


async def forget_copies(tx: Transaction, number: int) -> None:
    """Forget which messages went there: at another address their ids are those of other messages,
    which no correction may touch.
    """
    await tx.run(
        "UPDATE deliveries SET message = '' WHERE subscriber_id = ? AND message <> ''", (number,)
    )


async def merge(tx: Transaction, old: int, kept: int) -> None:
    """Two rows become one: what either is owed stays owed; the wishes are the active one's.

    Two active ones follow what either did; who gets everything goes on getting it.
    """
    for number in (old, kept):
        await settle(tx, number)
    (one, _), (other, both) = await tx.rows(
        "SELECT id, active FROM subscribers WHERE id IN (?, ?) ORDER BY active DESC, id DESC",
        (old, kept),
    )
    if both:
        await join(tx, one, other)
    if one == old:
        await move(tx, old, kept)
    await _have_what_either_got(tx, old, kept)
    await tx.run(_OWED_AFTER_ALL, (kept, old))
    await tx.run(
        "UPDATE OR IGNORE deliveries SET subscriber_id = ? WHERE subscriber_id = ?", (kept, old)
    )
    await tx.run(_MERGED, (one, other, kept))
    await pass_by(tx, kept)
    await erase(tx, old)


async def _have_what_either_got(tx: Transaction, old: int, kept: int) -> None:
    """What went to one of them, or may have, does not wait for the other any more."""
    rows = await tx.rows(_GOT_BY_THE_OTHER, (kept, old))
    await tx.run_many("DELETE FROM deliveries WHERE id = ?", ((row[0],) for row in rows))
    await tx.run_many(
        "UPDATE announcements SET skipped = skipped + 1 WHERE id = ?", ((row[1],) for row in rows)
    )


_KEPT = """
SELECT EXISTS (SELECT 1 FROM subscribers WHERE chat_hash = ?1)
    OR EXISTS (SELECT 1 FROM statements WHERE chat_hash = ?1)
    OR EXISTS (SELECT 1 FROM mailboxes WHERE chat_hash = ?1)
"""
_ANY_KEPT = """
SELECT EXISTS (SELECT 1 FROM subscribers)
    OR EXISTS (SELECT 1 FROM statements WHERE author <> x'')
    OR EXISTS (SELECT 1 FROM mailboxes)
"""
_GOT_BY_THE_OTHER = """
SELECT id, announcement_id FROM deliveries
WHERE subscriber_id = ? AND state = 0
  AND EXISTS (SELECT 1 FROM deliveries AS d
              WHERE d.subscriber_id = ? AND d.announcement_id = deliveries.announcement_id
                AND d.part = deliveries.part AND d.state IN (1, 2, 4, 6))
"""
# What one of them does not want, or is not sent any more, gives way to what the other waits for.
_OWED_AFTER_ALL = """
DELETE FROM deliveries
WHERE subscriber_id = ? AND state = 5
  AND EXISTS (SELECT 1 FROM deliveries AS d
              WHERE d.subscriber_id = ? AND d.announcement_id = deliveries.announcement_id
                AND d.part = deliveries.part AND d.state IN (0, 1, 4))
"""
_MERGED = """
UPDATE subscribers SET
    active = x.active, gone = max(x.gone, y.gone) * (1 - x.active),
    joined = CASE WHEN y.active THEN min(x.joined, y.joined) ELSE x.joined END,
    language = CASE WHEN x.language <> '' THEN x.language ELSE y.language END,
    timezone = CASE WHEN x.timezone <> '' THEN x.timezone ELSE y.timezone END,
    refused_days = 0, refused_on = ''
FROM subscribers AS x, subscribers AS y
WHERE x.id = ? AND y.id = ? AND subscribers.id = ?
"""


async def _skip(tx: Transaction, number: int, *, in_flight: bool) -> None:
    await tx.run(
        "UPDATE announcements SET skipped = skipped + waiting.n FROM"
        " (SELECT announcement_id, count(*) AS n FROM deliveries"
        "  WHERE subscriber_id = ? AND (state IN (0, 4) OR state = 1 AND ?)"
        "  GROUP BY announcement_id) AS waiting"
        " WHERE announcements.id = waiting.announcement_id",
        (number, in_flight),
    )
    await tx.run(
        "UPDATE deliveries SET state = 5"
        " WHERE subscriber_id = ? AND (state IN (0, 4) OR state = 1 AND ?)",
        (number, in_flight),
    )
