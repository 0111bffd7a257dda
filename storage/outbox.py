"""The outbox: what is owed to whom, from the moment it is announced until it is settled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from storage import claiming, fanning, progress, settling, stranded, tidying
from storage.claiming import Wish
from storage.database import Database
from storage.deliveries import Result, State
from storage.fanning import announce
from storage.model import Address, Announcement, Delivery, Lane, Outbox, Progress, Queue
from storage.subscribers import Subscribers
from storage.times import from_ms, to_ms

__all__ = ["OutboxShelf", "Result", "State", "announce"]

CHUNK = 5000


def no_mark(_: Address) -> str:
    """Nothing can be looked for."""
    return ""


class OutboxShelf:
    """The shelf of announcements and deliveries."""

    def __init__(self, database: Database, subscribers: Subscribers) -> None:
        self._database = database
        self._subscribers = subscribers

    async def fan_out(self, chunk: int = CHUNK) -> bool:
        """Write the next `chunk` of an audience that is not whole yet; False when all are."""
        async with self._database.write() as tx:
            return await fanning.fan_out(tx, chunk)

    async def fanning(self) -> bool:
        """Whether an audience is not written down yet, or not wholly."""
        async with self._database.read() as connection:
            return bool(
                await connection.value(
                    "SELECT EXISTS (SELECT 1 FROM announcements WHERE fanned = 0)"
                )
            )

    async def claim(
        self,
        platform: str,
        epoch: int,
        lanes: Sequence[Lane],
        count: int,
        now: datetime,
        *,
        without: Collection[int] = (),
        fresh: bool = False,
        mark: Callable[[Address], str] = no_mark,
    ) -> list[Delivery]:
        """Commit the intent to send up to `count` due deliveries, at most one a subscriber.

        In the order of `lanes`, in each the oldest announcement first, those of `without` left
        alone; if they shall be `fresh`, none that failed before. `mark` is asked once for each,
        within the transaction: where a look for it would begin; it has no hyphen. What came before
        in the same lane goes first in a chat, and nothing while something is under way to it; what
        waits for that is postponed a little. A delivery whose address this key does not open is
        a failure: one broken row must not hold up the others.
        """
        wish = Wish(platform, epoch, to_ms(now), mark, fresh)
        async with self._database.write() as tx:
            return await claiming.claim(tx, self._subscribers, wish, lanes, count, without)

    async def claim_for(
        self,
        announcement: int,
        subscriber: int,
        platform: str,
        epoch: int,
        now: datetime,
        *,
        mark: Callable[[Address], str] = no_mark,
    ) -> Delivery | None:
        """The same for the one that this subscriber is owed; None if it may not go out now."""
        wish = Wish(platform, epoch, to_ms(now), mark, subscriber=subscriber)
        async with self._database.write() as tx:
            return await claiming.claim_for(tx, self._subscribers, wish, announcement)

    async def owed(self, announcement: int, subscriber: int) -> bool:
        """Whether it is, or was, for this subscriber, or that is not written down yet."""
        async with self._database.read() as connection:
            return bool(await connection.value(_OWED_TO, (subscriber, announcement)))

    async def record(self, results: Iterable[Result]) -> None:
        """Commit how sends ended, all in one transaction, with their counters.

        Recorded twice is recorded once. Whoever left meanwhile is not tried again. What is left
        in doubt is due at its time like what waits, without a mark: answers may have followed it.
        """
        results = [*results]
        async with self._database.write() as tx:
            await settling.record(tx, results)

    async def recover(
        self, platform: str, epoch: int, now: datetime, bound: str | None = None
    ) -> int:
        """Put into doubt, due now, what runs before this epoch left under way; returns how many.

        It keeps its mark, and with it the `bound`, where the look for it ends; a bound of "" says
        that nothing can be looked for. What nobody is owed any more is skipped.
        """
        async with self._database.write() as tx:
            return await settling.recover(tx, platform, epoch, to_ms(now), bound)

    async def next_due(self, platform: str) -> datetime | None:
        """When the next delivery may be tried, if nothing is in its way then."""
        async with self._database.read() as connection:
            at: int | None = await connection.value(_NEXT, (platform,))
        return from_ms(at)

    async def hasten(self, platform: str, now: datetime, far: datetime) -> None:
        """The clock was set back: what waits for a time later than `far` is due now."""
        while True:
            async with self._database.write() as tx:
                hastened = await tx.run(_HASTEN, (to_ms(now), platform, to_ms(far), settling.PIECE))
            if hastened < settling.PIECE:
                return

    async def refuse(self, announcement: int, platform: str) -> int:
        """The platform does not take its content: what waits there has failed. How many."""
        ends = {State.WAITING: State.FAILED, State.DOUBT: State.FAILED}
        return await settling.give_up(self._database, announcement, platform, "refused", ends)

    async def expire(self, announcement: int, platform: str) -> int:
        """Its time is over: what waits there is skipped, what is in doubt stays so for good."""
        ends = {State.WAITING: State.SKIPPED, State.DOUBT: State.UNKNOWN}
        return await settling.give_up(self._database, announcement, platform, "expired", ends)

    async def stranded(self, running: Collection[str]) -> list[tuple[Announcement, str]]:
        """What waits on platforms that are not `running`: each announcement, with the platform."""
        async with self._database.read() as connection:
            return await stranded.stranded(connection, running)

    async def left_open(self, running: Collection[str]) -> list[str]:
        """Platforms that are not `running`, where a run that ended left something under way."""
        async with self._database.read() as connection:
            return await stranded.left_open(connection, running)

    async def cancel(self, announcement: int) -> bool:
        """Nothing more of it is sent; `tidy` counts it. False if it was over or cancelled."""
        async with self._database.write() as tx:
            return bool(await tx.run(_CANCEL, (announcement,)))

    async def vouch(self, announcement: int) -> None:
        """An admin says that refusals of it are to be believed, however many."""
        async with self._database.write() as tx:
            await tx.run("UPDATE announcements SET vouched = 1 WHERE id = ?", (announcement,))

    async def tidy(self, now: datetime) -> bool:
        """Do one small piece of what keeps the outbox small; True if there may be more."""
        async with self._database.write() as tx:
            return await tidying.tidy(tx, now)

    async def progress(self, announcement: int) -> Progress | None:
        """How far it is; None if there is no such announcement."""
        async with self._database.read() as connection:
            return await progress.progress(connection, announcement)

    async def running(self) -> list[Progress]:
        """What is not over, newest first, 20 at most."""
        async with self._database.read() as connection:
            return await progress.running(connection)

    async def queue(self) -> list[Queue]:
        """Every lane in which something waits, what goes first at the top."""
        async with self._database.read() as connection:
            return await progress.queue(connection)

    async def totals(self) -> Outbox:
        """All there ever was. What a cancelled announcement leaves behind does not wait."""
        async with self._database.read() as connection:
            return await progress.totals(connection)


_OWED_TO = """
SELECT a.fanned = 0 OR EXISTS (SELECT 1 FROM deliveries AS d
                               WHERE d.announcement_id = a.id AND d.subscriber_id = ?)
FROM announcements AS a WHERE a.id = ?
"""
# Open announcements are few: each is asked for its first row (deliveries_due).
_NEXT = """
SELECT min((SELECT d.due_at FROM deliveries AS d
            WHERE d.announcement_id = a.id AND d.platform = ? AND d.state IN (0, 4)
            ORDER BY d.due_at LIMIT 1))
FROM announcements AS a
WHERE a.done_at IS NULL AND a.cancelled = 0
"""
_HASTEN = """
UPDATE deliveries SET due_at = ?
WHERE id IN (SELECT d.id
             FROM announcements AS a CROSS JOIN deliveries AS d ON d.announcement_id = a.id
             WHERE a.done_at IS NULL AND a.cancelled = 0
               AND d.platform = ? AND d.state IN (0, 4) AND d.due_at > ?
             LIMIT ?)
"""
# Its audience is whole as it is: nobody else is written into it.
_CANCEL = """
UPDATE announcements SET cancelled = 1, fanned = 1
WHERE id = ? AND cancelled = 0
  AND NOT (fanned = 1 AND total = sent + failed + skipped + unknown)
"""
