"""One platform's lane: takes what is due, commits the intent, sends, commits the result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog

from bot.chat import Pictures, Platform, Stop, no_picture
from bot.delivery import outcomes
from bot.delivery.admins import Admins
from bot.delivery.audience import LOOK_SECONDS
from bot.delivery.canary import Canaries
from bot.delivery.claims import Claims
from bot.delivery.endings import Endings
from bot.delivery.flights import Flights
from bot.delivery.outage import Outage
from bot.delivery.recorder import Recorder
from bot.delivery.recovery import recover
from bot.delivery.refusals import Refusals
from bot.delivery.sending import Sender
from bot.delivery.setback import SetBack
from bot.delivery.telling import Telling
from bot.delivery.wording import Wording
from bot.waiting import loop_seconds, rung
from storage import DatabaseError, Storage
from storage.model import Delivery
from storage.outbox import Result

log = structlog.get_logger()

RETRY_SECONDS = 2.0
AHEAD_SECONDS = 0.2  # so much is claimed before its turn comes
AT_LEAST = 4  # of what may be claimed ahead a quarter is claimed at once
REPEATS = 10  # of so many claims one takes what failed before as if it were new
EMPTY_SECONDS = 0.1  # until a claim that found nothing, though something is due, is tried again
STOP_SECONDS = 7.0


class Courier:
    """Delivers what the outbox owes on one platform until `stopping` is set.

    What is in flight then is awaited and recorded; what was not sent stays owed. `pictures` gives
    what is at the address of a release's lead picture.
    """

    def __init__(
        self,
        platform: Platform,
        storage: Storage,
        admins: Admins,
        *,
        clock: Callable[[], datetime],
        stopping: asyncio.Event,
        language: str = "en",
        pictures: Pictures = no_picture,
    ) -> None:
        self.wake = asyncio.Event()
        self._platform = platform
        self._budget = platform.budget
        self._storage = storage
        self._clock = clock
        self._stopping = stopping
        self._flights = Flights(platform.budget)
        self._outage = Outage(storage, platform.name)
        telling = Telling(admins, platform.name)
        self._refusals = Refusals(storage, platform.name, telling)
        endings = Endings(
            platform, storage, self._flights, self._outage, self._refusals, telling,
            clock=clock, stopped=self._stop,
        )  # fmt: skip
        self._sender = Sender(
            platform, storage, Wording(storage, platform.limits, pictures), self._flights,
            self._outage, self._refusals, endings,
            clock=clock, stopping=stopping, language=language,
        )  # fmt: skip
        self._claims = Claims(platform, storage, self._flights, clock)
        self._canaries = Canaries(
            platform, storage, self._sender, admins, telling, self._claims.of, self._ended
        )
        self._recorder = Recorder(storage, self._recorded)
        self._set_back = SetBack(storage, platform.name, clock)
        self._sending: set[asyncio.Task[None]] = set()
        self._stopped_by: Stop | None = None
        self._busy = False
        self._claimed = 0

    @property
    def paused(self) -> bool:
        """Whether too many refusals hold everything up."""
        return self._refusals.breaker.open

    async def run(self) -> None:
        """Until told to stop. Raises Stop if the platform will not have us any more."""
        self._stopped_by = None
        try:
            await self._run()
        except asyncio.CancelledError:
            if not self._stopping.is_set():  # it takes no requests from us any more
                await self._note_the_stop()
            raise
        if self._stopped_by is not None:
            await self._note_the_stop()
            raise self._stopped_by

    async def _run(self) -> None:
        await self._outage.recall()
        await self._refusals.recall(self._clock())
        epoch = await recover(self._platform, self._storage, self._clock, self._stopping)
        if epoch is None:
            return
        self._claims.epoch = epoch
        recorder = asyncio.create_task(self._recorder.run())
        try:
            while not self._stopping.is_set() and self._stopped_by is None:
                if recorder.done():
                    recorder.result()
                try:
                    await self._turn()
                except DatabaseError as error:
                    log.warning("The outbox cannot be used; nothing is sent.", reason=str(error))
                    await rung(self._stopping, RETRY_SECONDS)
        finally:
            await self._settle(recorder)

    async def _note_the_stop(self) -> None:
        """Until it is mended no delivery grows older."""
        try:
            await self._outage.stopped(self._clock())
        except DatabaseError as error:
            log.warning("Since when a platform is stopped could not be kept.", reason=str(error))

    async def _turn(self) -> None:
        """Claim what may go out now, or wait until something may."""
        self.wake.clear()
        now = self._clock()
        await self._refusals.keep(now)
        if self._room() <= 0:
            await rung(self.wake, self._until_room())
            return
        await self._outage.keep(now)
        await self._set_back.look(now)
        if not self._busy and (pause := await self._until_due(now)) > 0:
            if not self._sending:
                self._refusals.through()
            await rung(self.wake, pause)
            return
        claimed = await self._claim()
        self._busy = bool(claimed)
        for delivery in claimed:
            self._send(delivery)
        if not claimed:  # what is due waits for a canary, or for what its chat was sent before
            await rung(self.wake, LOOK_SECONDS if self.paused else EMPTY_SECONDS)

    def _room(self) -> int:
        now = loop_seconds()
        if self._budget.ahead() > AHEAD_SECONDS or self._recorder.stuck:
            return 0
        ahead = max(1, int(self._budget.rate.now * AHEAD_SECONDS))
        room = self._flights.room(ahead, now)
        if not self.paused:
            # A claim is a transaction: at high rates many go into one. (One alone is a trial.)
            return room if room == 1 or room >= ahead // AT_LEAST else 0
        return 0 if self._sending or self._refusals.breaker.until_try(now) else min(room, 1)

    def _until_room(self) -> float:
        """Seconds until there may be some; a send that ends wakes us before."""
        ahead = self._budget.ahead() - AHEAD_SECONDS
        return min(max(ahead, 0.0) or LOOK_SECONDS, LOOK_SECONDS)

    async def _until_due(self, now: datetime) -> float:
        due = await self._storage.outbox.next_due(self._platform.name)
        if due is None:
            return LOOK_SECONDS
        return min(LOOK_SECONDS, (due - now).total_seconds())

    async def _claim(self) -> list[Delivery]:
        room, paused, waited_for = self._room(), self.paused, self._canaries.waited_for
        if room <= 0:
            return []
        # What failed before, and may fail for hours, holds up nothing new: it has one claim in ten,
        # and what room is left.
        self._claimed += 1
        fresh = paused or self._claimed % REPEATS != 0
        take = partial(self._claims.next, without=waited_for, urgent=paused)
        claimed = await take(room, fresh=fresh)
        if fresh and (left := room - len(claimed)) and not (paused and claimed):
            claimed += await take(left, fresh=False)
        if paused and claimed:
            self._refusals.trying(claimed)
        # An admin's own is the canary, where it is among the first.
        return sorted(claimed, key=lambda d: d.subscriber.address not in self._platform.admins)

    def _send(self, delivery: Delivery) -> None:
        """Begin with it, as a canary where it is the first, or give it back to wait for that."""
        if self._canaries.refused(delivery):
            self._ended(delivery, outcomes.refused(delivery))
            return
        # What may have arrived was sent before: its content is known to be taken, or not. A copy
        # that cannot be corrected says nothing of the others.
        alone = not (delivery.doubtful or delivery.copy or self._canaries.proven(delivery))
        if alone and not self._canaries.begin(delivery):
            self._ended(delivery, outcomes.not_tried(delivery, self._clock()))
            return
        task = asyncio.create_task(self._deliver(delivery, alone=alone))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _deliver(self, delivery: Delivery, *, alone: bool) -> None:
        if alone:
            work = self._sender.guarded(delivery, self._canaries.send(delivery))
        else:
            work = self._sender.attempt(delivery)
        try:
            self._ended(delivery, await work)
        except asyncio.CancelledError:
            self._flights.ended(delivery.id)
            raise

    def _ended(self, delivery: Delivery, result: Result) -> None:
        """Keep how it ended; once that is done we are woken, and there is room for others."""
        self._flights.ended(delivery.id)
        self._recorder.put(result)

    def _recorded(self, results: list[Result]) -> None:
        self._claims.let_go(results)
        self.wake.set()

    def _stop(self, error: Stop) -> None:
        self._stopped_by = error
        self.wake.set()

    async def _settle(self, recorder: asyncio.Task[None]) -> None:
        """Wait for what is in flight, and commit how it ended: else it would be sent again."""
        began = loop_seconds()
        if self._sending:
            await asyncio.wait(self._sending, timeout=STOP_SECONDS)
        for task in self._sending:
            task.cancel()
        recorder.cancel()
        await asyncio.gather(recorder, *self._sending, return_exceptions=True)
        await self._recorder.settle(STOP_SECONDS - (loop_seconds() - began))
