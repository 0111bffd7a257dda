"""One platform's lane: takes what is due, commits the intent, sends, commits the result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
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
from bot.delivery.outage import Outage
from bot.delivery.pacing import Gaps, Pace
from bot.delivery.recorder import Recorder
from storage import DatabaseError, Storage
from storage.model import Attachment, Delivery, Release
from storage.outbox import Result

log = structlog.get_logger()

IN_FLIGHT = 8
RETRY_SECONDS = 2.0
AHEAD_SECONDS = 0.2
SEND_SECONDS = 180.0  # longer than the platform's own time-outs: past it, who knows
STOP_SECONDS = 7.0
SET_BACK = timedelta(minutes=1)  # a clock that went back so far was set, and did not drift
FAR_AHEAD = timedelta(minutes=15)  # further than the pauses between two tries


async def no_picture(_: str) -> Attachment | None:
    """Nothing is shown."""
    return None


class Courier:
    """Delivers what the outbox owes on one platform until `stopping` is set.

    What is in flight then is awaited and recorded; what was not sent stays owed. `pictures` gives
    what is at the address of a release's lead picture.
    """

    def __init__(
        self,
        platform: Platform,
        storage: Storage,
        *,
        rate: float,
        clock: Callable[[], datetime],
        stopping: asyncio.Event,
        language: str = "en",
        pictures: Callable[[str], Awaitable[Attachment | None]] = no_picture,
    ) -> None:
        self.wake = asyncio.Event()
        self._platform = platform
        self._storage = storage
        self._rate = rate
        self._clock = clock
        self._stopping = stopping
        self._language = language
        self._pictures = pictures
        self._pace = Pace(rate)
        self._gaps = Gaps(platform.limits.gap)
        self._outage = Outage(storage, platform.name)
        self._recorder = Recorder(storage, self.wake.set)
        self._sending: set[asyncio.Task[None]] = set()
        self._stopped_by: Stop | None = None
        self._epoch = 0
        self._ticks = self._ticked()
        self._hasten_until = 0.0

    async def run(self) -> None:
        """Until told to stop. Raises Stop if the platform will not have us any more."""
        self._stopped_by = None
        self._epoch = await self._storage.facts.next_epoch()
        await self._storage.outbox.recover(self._platform.name, self._epoch)
        recorder = asyncio.create_task(self._recorder.run())
        try:
            while not self._stopping.is_set() and self._stopped_by is None:
                if recorder.done():
                    recorder.result()
                try:
                    await self._turn()
                except DatabaseError as error:
                    log.warning("The outbox cannot be used; nothing is sent.", reason=str(error))
                    await wait(self._stopping, RETRY_SECONDS)
        finally:
            await self._settle(recorder)
        if self._stopped_by is not None:
            raise self._stopped_by

    async def _turn(self) -> None:
        """Claim what may go out now, or wait until something may."""
        self.wake.clear()
        ahead = self._pace.ahead() - AHEAD_SECONDS
        free = IN_FLIGHT - len(self._sending)
        if free <= 0 or ahead > 0:
            await wait(self.wake, min(max(ahead, 0.0) or LOOK_SECONDS, LOOK_SECONDS))
            return
        now = self._clock()
        await self._outage.keep(now)
        await self._look_at_the_clock(now)
        count = max(1, min(free, int(self._rate * AHEAD_SECONDS)))
        claimed = await self._storage.outbox.claim(
            self._platform.name, self._epoch, count, now, self._gaps.resting()
        )
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery))
            self._sending.add(task)
            task.add_done_callback(self._landed)
        if not claimed:
            await wait(self.wake, await self._until_due(now))

    async def _until_due(self, now: datetime) -> float:
        due = await self._storage.outbox.next_due(self._platform.name)
        if due is None:
            return LOOK_SECONDS
        return min(LOOK_SECONDS, max(0.02, (due - now).total_seconds(), self._gaps.ahead()))

    async def _look_at_the_clock(self, now: datetime) -> None:
        """Where it was set back, nothing waits for what it once called the near future.

        For a while, for results of before may still be on their way into the outbox.
        """
        before, self._ticks = self._ticks, self._ticked()
        if self._ticks < before - SET_BACK:
            log.warning("The clock was set back; what waits for it is due now.")
            self._hasten_until = time.monotonic() + 2 * SEND_SECONDS
        if time.monotonic() < self._hasten_until:
            await self._storage.outbox.hasten(self._platform.name, now, now + FAR_AHEAD)

    def _ticked(self) -> datetime:
        """The clock's own idea of when this machine started: it moves when the clock is set."""
        return self._clock() - timedelta(seconds=time.monotonic())

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self.wake.set()

    async def _deliver(self, delivery: Delivery) -> None:
        """One attempt, whatever comes of it; an unexpected error postpones only this delivery."""
        try:
            result = await self._attempt(delivery)
        except Exception:  # the lane moves on, whatever one delivery does
            log.error("A delivery failed unexpectedly.", id=delivery.id, exc_info=True)
            now = self._clock()
            age = now - delivery.announcement.created_at
            result = outcomes.failed(delivery, Later("unexpected"), now, age)
        self._recorder.put(result)

    async def _attempt(self, delivery: Delivery) -> Result:
        message = await self._message(delivery)
        if message is None:
            return outcomes.withdrawn(delivery)
        await asyncio.sleep(self._pace.take())
        if self._pace.frozen or self._stopping.is_set():
            return outcomes.not_tried(delivery, self._clock())
        address = delivery.subscriber.address
        self._gaps.sent(delivery.subscriber.id, address)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                sent = await self._platform.send(
                    address, message, key=f"{delivery.id}.{delivery.part}"
                )
        except TimeoutError:
            return await self._failed(delivery, Unknown("no answer in time"))
        except SendError as error:
            return await self._failed(delivery, error)
        # It has arrived: whatever happens from here on, that stands.
        self._outage.arrived(self._clock())
        return outcomes.arrived(delivery, sent)

    async def _message(self, delivery: Delivery) -> Message | None:
        """What is to be said; None if it was withdrawn meanwhile."""
        release = delivery.announcement.release
        found = await self._storage.releases.get(release) if release is not None else None
        if found is None or found.withdrawn:
            return None
        language = delivery.subscriber.language or self._language
        picture = await self._picture(found, language)
        if picture is None:
            return present.announcement(found, language)
        message = present.announcement(found, language, self._platform.limits.caption)
        return replace(message, picture=picture)

    async def _picture(self, release: Release, language: str) -> Attachment | None:
        """Its lead picture, where the platform shows one and the whole title fits under it."""
        limits = self._platform.limits
        head = present.headline(release, language).text
        if not release.picture or limits.length(head) > limits.caption:
            return None
        return await self._pictures(release.picture)

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
                self._outage.failed(now)
            case Unknown():
                self._outage.failed(now)
            case Stop():
                self._stopped_by = error
        log.info("A delivery did not arrive.", id=delivery.id, reason=str(error))
        age = await self._outage.uptime(delivery.announcement.created_at, now)
        return outcomes.failed(delivery, error, now, age)

    async def _settle(self, recorder: asyncio.Task[None]) -> None:
        """Wait for what is in flight, and commit how it ended: else it would be sent again."""
        began = time.monotonic()
        if self._sending:
            await asyncio.wait(self._sending, timeout=STOP_SECONDS)
        for task in self._sending:
            task.cancel()
        recorder.cancel()
        await asyncio.gather(recorder, *self._sending, return_exceptions=True)
        await self._recorder.settle(STOP_SECONDS - (time.monotonic() - began))
