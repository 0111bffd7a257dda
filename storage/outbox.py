"""The outbox: what is owed to whom, from the moment it is announced until it is settled."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from storage.database import Database, Row, Transaction
from storage.model import Announcement, Delivery, Outbox
from storage.seal import SealError
from storage.subscribers import Subscribers, joined_so_far
from storage.times import from_ms, to_ms

CHUNK = 5000


class State(IntEnum):
    """How it stands with one delivery."""

    WAITING = 0
    INTENT = 1
    SENT = 2
    FAILED = 3
    DOUBT = 4
    SKIPPED = 5
    UNKNOWN = 6


# A settled delivery goes into a counter of its announcement.
_COUNT = {
    State.SENT: "UPDATE announcements SET sent = sent + 1 WHERE id = ?",
    State.FAILED: "UPDATE announcements SET failed = failed + 1 WHERE id = ?",
    State.SKIPPED: "UPDATE announcements SET skipped = skipped + 1 WHERE id = ?",
    State.UNKNOWN: "UPDATE announcements SET unknown = unknown + 1 WHERE id = ?",
}


@dataclass(frozen=True, slots=True)
class Result:
    """How one attempt ended. `due_at` says when to try again, where the state is to wait.

    Where it was not even `tried`, it does not count as an attempt.
    """

    delivery: int
    announcement: int
    state: State
    message: str = ""
    error: str = ""
    due_at: datetime | None = None
    tried: bool = True


async def announce(tx: Transaction, release: int, now: datetime) -> None:
    """Owe this release to all who are subscribed at this moment. Twice changes nothing."""
    await tx.run(
        "INSERT INTO announcements (kind, release_id, created_at, audience)"
        " VALUES ('release', ?, ?, ?) ON CONFLICT DO NOTHING",
        (release, to_ms(now), await joined_so_far(tx)),
    )


class OutboxShelf:
    """The shelf of announcements and deliveries."""

    def __init__(self, database: Database, subscribers: Subscribers) -> None:
        self._database = database
        self._subscribers = subscribers

    async def fan_out(self, chunk: int = CHUNK) -> bool:
        """Write the next `chunk` of the oldest unfinished audience; False when all are written."""
        async with self._database.write() as tx:
            row = await tx.row(
                "SELECT id, release_id, audience, reached, created_at FROM announcements"
                " WHERE fanned = 0 ORDER BY id LIMIT 1"
            )
            if row is None:
                return False
            number, release, audience, reached, created_at = row
            last = await tx.value(
                "SELECT max(id) FROM (SELECT id FROM subscribers WHERE id > ? ORDER BY id LIMIT ?)",
                (reached, chunk),
            )
            if last is None:
                await tx.run("UPDATE announcements SET fanned = 1 WHERE id = ?", (number,))
                return True
            written = await tx.run(_FAN_OUT, (number, created_at, reached, last, audience, release))
            await tx.run(
                "UPDATE announcements SET reached = ?, total = total + ? WHERE id = ?",
                (last, written, number),
            )
        return True

    async def claim(
        self,
        platform: str,
        epoch: int,
        count: int,
        now: datetime,
        resting: Iterable[int] = (),
    ) -> list[Delivery]:
        """Commit the intent to send up to `count` due deliveries, at most one a subscriber.

        Subscribers who are `resting` are left out. A delivery whose address this key does not
        open is a failure: one broken row must not hold up the others.
        """
        claimed: list[Delivery] = []
        async with self._database.write() as tx:
            for row in await tx.rows(_DUE, (platform, to_ms(now), json.dumps([*resting]), count)):
                try:
                    delivery = self._delivery(row)
                except SealError:
                    await tx.run(
                        "UPDATE deliveries SET state = 3, error = 'seal' WHERE id = ?", (row[0],)
                    )
                    await tx.run(_COUNT[State.FAILED], (row[3],))
                    continue
                await tx.run(
                    "UPDATE deliveries SET state = 1, epoch = ? WHERE id = ?", (epoch, row[0])
                )
                claimed.append(delivery)
        return claimed

    def _delivery(self, row: Row) -> Delivery:
        return Delivery(
            id=row[0], part=row[1], attempts=row[2],
            announcement=Announcement(row[3], row[4], row[5], from_ms(row[6])),
            subscriber=self._subscribers.opened(row[7:]),
        )  # fmt: skip

    async def hasten(self, platform: str, now: datetime, far: datetime) -> None:
        """The clock was set back: what waits for a time later than `far` is due now."""
        async with self._database.write() as tx:
            await tx.run(
                "UPDATE deliveries SET due_at = ? WHERE platform = ? AND state = 0 AND due_at > ?",
                (to_ms(now), platform, to_ms(far)),
            )

    async def record(self, results: Iterable[Result]) -> None:
        """Commit how sends ended, all in one transaction, with their counters."""
        results = list(results)
        async with self._database.write() as tx:
            for result in results:
                changed = await tx.run(
                    "UPDATE deliveries SET state = ?, message = ?, error = ?,"
                    " due_at = coalesce(?, due_at), attempts = attempts + ?"
                    " WHERE id = ? AND state IN (1, 4)",
                    (result.state, result.message, result.error, to_ms(result.due_at),
                     result.tried, result.delivery),
                )  # fmt: skip
                state = result.state
                if state is State.WAITING and await tx.run(_LEFT_MEANWHILE, (result.delivery,)):
                    state = State.SKIPPED
                if changed and state in _COUNT:
                    await tx.run(_COUNT[state], (result.announcement,))
            arrived = [(r.delivery,) for r in results if r.state is State.SENT]
            await tx.run_many(_REACHABLE, arrived)

    async def recover(self, platform: str, epoch: int) -> int:
        """Take up what runs before this epoch left open: it is sent again. Returns how many."""
        async with self._database.write() as tx:
            await tx.run(
                "UPDATE announcements SET skipped = skipped + done.n FROM"
                " (SELECT announcement_id, count(*) AS n FROM deliveries"
                f"  WHERE platform = ? AND epoch < ? AND state IN (1, 4) AND NOT {_OWED}"
                "  GROUP BY announcement_id) AS done"
                " WHERE announcements.id = done.announcement_id",
                (platform, epoch),
            )
            return await tx.run(
                f"UPDATE deliveries SET state = CASE WHEN {_OWED} THEN 0 ELSE 5 END"
                " WHERE platform = ? AND epoch < ? AND state IN (1, 4)",
                (platform, epoch),
            )

    async def next_due(self, platform: str) -> datetime | None:
        """When the next delivery that waits for nothing but its time may be tried."""
        async with self._database.read() as connection:
            at: int | None = await connection.value(_NEXT, (platform,))
        return from_ms(at)

    async def totals(self) -> Outbox:
        async with self._database.read() as connection:
            row = await connection.row(
                "SELECT coalesce(sum(total - sent - failed - skipped - unknown), 0),"
                " coalesce(sum(sent), 0), coalesce(sum(failed), 0), coalesce(sum(unknown), 0)"
                " FROM announcements"
            )
        assert row is not None, "an aggregate always has a row"
        return Outbox(*row)


# Whoever left is owed nothing any more, nor is anything old once they are back.
_OWED = """
EXISTS (SELECT 1 FROM subscribers AS s JOIN announcements AS a ON a.id = deliveries.announcement_id
        WHERE s.id = deliveries.subscriber_id AND s.active = 1 AND s.joined <= a.audience)
"""
_LEFT_MEANWHILE = f"UPDATE deliveries SET state = 5 WHERE id = ? AND state = 0 AND NOT {_OWED}"

# Whom a message reached is there: earlier refusals say nothing any more.
_REACHABLE = """
UPDATE subscribers SET refused_days = 0, refused_on = ''
WHERE refused_days > 0 AND id = (SELECT subscriber_id FROM deliveries WHERE id = ? AND state = 2)
"""

_FAN_OUT = """
INSERT INTO deliveries (announcement_id, subscriber_id, platform, due_at)
SELECT ?1, s.id, s.platform, ?2
FROM subscribers AS s
WHERE s.id > ?3 AND s.id <= ?4 AND s.active = 1 AND s.joined <= ?5
  AND (?6 IS NULL
       OR NOT EXISTS (SELECT 1 FROM subscription_filters AS f
                      WHERE f.subscriber_id = s.id AND f.kind = 'language')
       OR EXISTS (SELECT 1 FROM subscription_filters AS f
                  JOIN releases AS r ON r.language = f.value
                  WHERE r.id = ?6 AND f.subscriber_id = s.id AND f.kind = 'language'))
ON CONFLICT DO NOTHING
"""

# Order is kept within a chat: a later delivery waits until the earlier one is settled.
_FIRST_IN_CHAT = """
a.cancelled = 0 AND s.active = 1
  AND NOT EXISTS (SELECT 1 FROM deliveries AS e
                  WHERE e.subscriber_id = d.subscriber_id AND e.id < d.id
                    AND e.state IN (0, 1, 4))
"""
_DUE = f"""
SELECT d.id, d.part, d.attempts, a.id, a.kind, a.release_id, a.created_at,
       s.id, s.platform, s.address, s.active, s.language, s.timezone, NULL
FROM deliveries AS d
JOIN announcements AS a ON a.id = d.announcement_id
JOIN subscribers AS s ON s.id = d.subscriber_id
WHERE d.platform = ? AND d.state = 0 AND d.due_at <= ?
  AND s.id NOT IN (SELECT value FROM json_each(?)) AND {_FIRST_IN_CHAT}
ORDER BY d.due_at, d.id
LIMIT ?
"""
_NEXT = f"""
SELECT d.due_at
FROM deliveries AS d
JOIN announcements AS a ON a.id = d.announcement_id
JOIN subscribers AS s ON s.id = d.subscriber_id
WHERE d.platform = ? AND d.state = 0 AND {_FIRST_IN_CHAT}
ORDER BY d.due_at, d.id
LIMIT 1
"""
