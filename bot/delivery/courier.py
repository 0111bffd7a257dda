"""One platform's lane: takes what is due, commits the intent, sends, commits the result."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot import present
from bot.chat import (
    Gone,
    Later,
    Message,
    Moved,
    NoRights,
    Platform,
    SendError,
    Stop,
    Unknown,
)
from bot.delivery import outcomes
from bot.delivery.audience import LOOK_SECONDS, wait
from bot.delivery.pacing import Pace
from storage import DatabaseError, Storage
from storage.model import Delivery
from storage.outbox import Result

log = structlog.get_logger()

IN_FLIGHT = 8
FLUSH_SECONDS = 0.02
RETRY_SECONDS = 2.0
AHEAD_SECONDS = 0.2
CHAT_GAP = 1.05  # a chat takes one message a second
SEND_SECONDS = 60.0  # longer than the platform's own time-outs: past it, who knows
STOP_SECONDS = 7.0
OUTAGE = timedelta(minutes=5)


class Courier:
    """Delivers what the outbox owes on one platform until `stopping` is set.

    What is in flight then is awaited and recorded; what was not sent stays owed.
    """

    def __init__(
        self,
        platform: Platform,
        storage: Storage,
        *,
        epoch: int,
        rate: float,
        clock: Callable[[], datetime],
        stopping: asyncio.Event,
        language: str = "en",
    ) -> None:
        self.wake = asyncio.Event()
        self._platform = platform
        self._storage = storage
        self._epoch = epoch
        self._pace = Pace(rate)
        self._rate = rate
        self._clock = clock
        self._stopping = stopping
        self._language = language
        self._sending: set[asyncio.Task[None]] = set()
        self._results: list[Result] = []
        self._landed = asyncio.Event()
        self._free = asyncio.Event()
        self._recent: deque[tuple[float, int]] = deque()
        self._down_since: datetime | None = None
        self._stopped_by: Stop | None = None

    async def run(self) -> None:
        """Until told to stop. Raises Stop if the platform will not have us any more."""
        await self._storage.outbox.recover(self._platform.name, self._epoch)
        recorder = asyncio.create_task(self._record_for_ever())
        try:
            while not self._stopping.is_set() and self._stopped_by is None:
                if recorder.done():
                    recorder.result()
                try:
                    await self._turn()
                except DatabaseError as error:
                    log.error("The outbox cannot be used; nothing is sent.", reason=str(error))
                    await wait(self._stopping, RETRY_SECONDS)
        finally:
            try:
                await self._settle()
            finally:
                recorder.cancel()
        if self._stopped_by is not None:
            raise self._stopped_by

    async def _turn(self) -> None:
        """Claim what may go out now, or wait until something may."""
        free = IN_FLIGHT - len(self._sending)
        ahead = self._pace.ahead() - AHEAD_SECONDS
        if free <= 0 or ahead > 0:
            self._free.clear()
            await wait(self._free, min(ahead, LOOK_SECONDS) if ahead > 0 else LOOK_SECONDS)
            return
        self.wake.clear()
        now = self._clock()
        count = max(1, min(free, int(self._rate * AHEAD_SECONDS)))
        claimed = await self._storage.outbox.claim(self._platform.name, self._epoch, count, now)
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery))
            self._sending.add(task)
            task.add_done_callback(self._sent)
        if not claimed:
            await wait(self.wake, await self._until_due(now))

    async def _until_due(self, now: datetime) -> float:
        due = await self._storage.outbox.next_due(self._platform.name)
        if due is None:
            return LOOK_SECONDS
        return min(LOOK_SECONDS, max(0.02, (due - now).total_seconds()))

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._landed.set()
        self._free.set()

    async def _deliver(self, delivery: Delivery) -> None:
        """One attempt, whatever comes of it; an unexpected error postpones only this delivery."""
        try:
            result = await self._attempt(delivery)
        except Exception:  # the lane moves on, whatever one delivery does
            log.error("A delivery failed unexpectedly.", id=delivery.id, exc_info=True)
            result = outcomes.failed(delivery, Later("unexpected"), self._clock(), timedelta())
        # Not in one line with the await: a flush meanwhile puts another list in the place of this.
        self._results.append(result)

    async def _attempt(self, delivery: Delivery) -> Result:
        message = await self._message(delivery)
        if message is None:
            return outcomes.withdrawn(delivery)
        pause = self._chat_wait(delivery.subscriber.id)
        if pause > 0:
            return outcomes.not_tried(delivery, self._clock() + timedelta(seconds=pause))
        await asyncio.sleep(self._pace.take())
        if self._pace.frozen or self._stopping.is_set():
            return outcomes.not_tried(delivery, self._clock())
        try:
            async with asyncio.timeout(SEND_SECONDS):
                sent = await self._platform.send(
                    delivery.subscriber.address, message, key=f"{delivery.id}.{delivery.part}"
                )
        except TimeoutError:
            return await self._failed(delivery, Unknown("no answer in time"))
        except SendError as error:
            return await self._failed(delivery, error)
        await self._up_again()
        return outcomes.arrived(delivery, sent)

    async def _message(self, delivery: Delivery) -> Message | None:
        """What is to be said; None if it was withdrawn meanwhile."""
        release = delivery.announcement.release
        found = await self._storage.releases.get(release) if release is not None else None
        if found is None or found.withdrawn:
            return None
        return present.announcement(found, delivery.subscriber.language or self._language)

    async def _failed(self, delivery: Delivery, error: SendError) -> Result:
        """Act on a failure where it asks for it; returns the delivery's next state."""
        now = self._clock()
        subscriber = delivery.subscriber
        match error:
            case Gone() | NoRights():
                await self._storage.subscribers.refused(subscriber.id, now.date())
            case Moved():
                await self._storage.subscribers.move(subscriber.address, error.address)
            case Later() if error.scope == "platform":
                self._pace.freeze(error.seconds if error.seconds is not None else 1.0)
                self._down_since = self._down_since or now
            case Stop():
                self._stopped_by = error
                self.wake.set()
        log.info("A delivery did not arrive.", id=delivery.id, reason=str(error))
        return outcomes.failed(delivery, error, now, await self._age(delivery, now))

    async def _age(self, delivery: Delivery, now: datetime) -> timedelta:
        if self._down_since is not None:
            now = min(now, self._down_since)
        since = delivery.announcement.created_at
        return now - since - await self._storage.facts.downtime(since, now, self._platform.name)

    async def _up_again(self) -> None:
        """A send arrived: if the platform was down, keep how long, for nothing expires by it."""
        began, self._down_since = self._down_since, None
        now = self._clock()
        if began is not None and now - began >= OUTAGE:
            await self._storage.facts.platform_was_down(self._platform.name, began, now)

    def _chat_wait(self, subscriber: int) -> float:
        """Seconds until this chat may get its next message."""
        now = asyncio.get_running_loop().time()
        while self._recent and now - self._recent[0][0] > CHAT_GAP:
            self._recent.popleft()
        last = max((at for at, who in self._recent if who == subscriber), default=None)
        if last is not None:
            return last + CHAT_GAP - now
        self._recent.append((now, subscriber))
        return 0.0

    async def _record_for_ever(self) -> None:
        """Results of the same few milliseconds are committed together."""
        while True:
            await self._landed.wait()
            await asyncio.sleep(FLUSH_SECONDS)
            self._landed.clear()
            try:
                await self._flush()
            except DatabaseError as error:
                log.error("Results cannot be kept; they are tried again.", reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)
                self._landed.set()

    async def _flush(self) -> None:
        results, self._results = self._results, []
        if not results:
            return
        try:
            await self._storage.outbox.record(results)
        except BaseException:
            # Recorded twice is recorded once; forgotten would be sent twice.
            self._results = results + self._results
            raise
        self._free.set()
        self.wake.set()

    async def _settle(self) -> None:
        """Wait for what is in flight, and commit how it ended."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=STOP_SECONDS)
        for task in self._sending:
            task.cancel()
        await self._flush()
