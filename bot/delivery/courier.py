"""One platform's lane: takes what is due, commits the intent, sends, commits the result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot import present
from bot.chat import Platform, Stop
from bot.delivery import outcomes
from bot.delivery.admins import Admins
from bot.delivery.audience import LOOK_SECONDS
from bot.delivery.breaker import Tripped
from bot.delivery.canary import Canaries
from bot.delivery.flights import Flights
from bot.delivery.holds import Holds
from bot.delivery.outage import Outage
from bot.delivery.recorder import Recorder
from bot.delivery.sending import Hearing, Sender
from bot.delivery.setback import SetBack
from bot.delivery.turns import Turns
from bot.delivery.wording import Pictures, Wording, no_picture
from bot.waiting import loop_seconds, rung
from storage import DatabaseError, Storage
from storage.model import Delivery
from storage.outbox import Result

log = structlog.get_logger()

RETRY_SECONDS = 2.0
AHEAD_SECONDS = 0.2  # so much is claimed before its turn comes
AT_LEAST = 4  # of what may be claimed ahead a quarter is claimed at once
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
        self._admins = admins
        self._clock = clock
        self._stopping = stopping
        self._flights = Flights(platform.budget)
        self._outage = Outage(storage, platform.name)
        self._sender = Sender(
            platform, storage, Wording(storage, platform.limits, pictures), self._flights,
            self._outage, Hearing(self._tripped, self._closed, self._stop),
            clock=clock, stopping=stopping, language=language,
        )  # fmt: skip
        self._canaries = Canaries(
            platform, storage, self._sender, admins, self._claim_for, self._ended
        )
        self._recorder = Recorder(storage, self._recorded)
        self._set_back = SetBack(storage, platform.name, clock)
        self._turns = Turns()
        self._sending: set[asyncio.Task[None]] = set()
        self._holds = Holds(platform)
        self._stopped_by: Stop | None = None
        self._epoch = 0
        self._busy = False

    @property
    def paused(self) -> bool:
        """Whether too many refusals hold everything up."""
        return self._sender.breaker.open

    async def run(self) -> None:
        """Until told to stop. Raises Stop if the platform will not have us any more."""
        self._stopped_by = None
        await self._recover()
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
        if self._stopped_by is not None:
            raise self._stopped_by

    async def _recover(self) -> None:
        """What runs before this one left open may have arrived, or not."""
        probe = self._platform.probe
        bound = await probe.bound() if probe is not None else ""
        self._epoch = await self._storage.facts.next_epoch()
        n = await self._storage.outbox.recover(
            self._platform.name, self._epoch, self._clock(), bound
        )
        if n:
            log.info("What an earlier run left open is settled now.", n=n)
        if probe is not None:
            probe.recovered()

    async def _turn(self) -> None:
        """Claim what may go out now, or wait until something may."""
        self.wake.clear()
        room = self._room()
        if room <= 0:
            await rung(self.wake, self._until_room())
            return
        now = self._clock()
        await self._outage.keep(now)
        await self._set_back.look(now)
        if not self._busy and (pause := await self._until_due(now)) > 0:
            await rung(self.wake, pause)
            return
        claimed = await self._claim(room, now)
        self._busy = bool(claimed)
        for delivery in claimed:
            self._send(delivery)
        if not claimed:  # what is due waits for a canary, or for what its chat was sent before
            await rung(self.wake, EMPTY_SECONDS)

    def _room(self) -> int:
        now = loop_seconds()
        if self._budget.ahead() > AHEAD_SECONDS or self._recorder.stuck:
            return 0
        ahead = max(1, int(self._budget.rate.now * AHEAD_SECONDS))
        room = self._flights.room(ahead, now)
        if not self.paused:
            # A claim is a transaction: at high rates many go into one. (One alone is a trial.)
            return room if room == 1 or room >= ahead // AT_LEAST else 0
        return 0 if self._sending or self._sender.breaker.until_try(now) else min(room, 1)

    def _until_room(self) -> float:
        """Seconds until there may be some; a send that ends wakes us before."""
        ahead = self._budget.ahead() - AHEAD_SECONDS
        return min(max(ahead, 0.0) or LOOK_SECONDS, LOOK_SECONDS)

    async def _until_due(self, now: datetime) -> float:
        due = await self._storage.outbox.next_due(self._platform.name)
        if due is None:
            return LOOK_SECONDS
        return min(LOOK_SECONDS, (due - now).total_seconds())

    async def _claim(self, room: int, now: datetime) -> list[Delivery]:
        paused = self.paused
        claimed = await self._claimed(room, now, fresh=paused)
        if paused and not claimed:
            claimed = await self._claimed(room, now, fresh=False)
        if paused and claimed:
            self._sender.tries = frozenset(delivery.id for delivery in claimed)
            self._sender.breaker.tried(loop_seconds())
        # An admin's own is the canary, where it is among the first.
        return sorted(claimed, key=lambda d: d.subscriber.address not in self._platform.admins)

    async def _claimed(self, room: int, now: datetime, *, fresh: bool) -> list[Delivery]:
        with self._holds.claiming() as holding:
            claimed = holding.keep(await self._storage.outbox.claim(
                self._platform.name, self._epoch, self._turns.lanes(), room, now,
                without=self._canaries.waited_for, fresh=fresh, mark=holding.mark,
            ))  # fmt: skip
        self._flights.claimed(len(claimed), loop_seconds())
        return claimed

    async def _claim_for(self, announcement: int, subscriber: int) -> Delivery | None:
        with self._holds.claiming() as holding:
            claimed = await self._storage.outbox.claim_for(
                announcement, subscriber, self._platform.name, self._epoch, self._clock(),
                mark=holding.mark,
            )  # fmt: skip
            holding.keep([claimed] if claimed is not None else [])
        self._flights.claimed(int(claimed is not None), loop_seconds())
        return claimed

    def _send(self, delivery: Delivery) -> None:
        """Begin with it, as a canary where it is the first, or give it back to wait for that."""
        if self._canaries.refused(delivery):
            self._ended(delivery, outcomes.refused(delivery))
            return
        # What may have arrived was sent before: its content is known to be taken, or not.
        alone = not delivery.doubtful and not self._canaries.proven(delivery)
        if alone and not self._canaries.begin(delivery):
            self._ended(delivery, outcomes.not_tried(delivery, self._clock()))
            return
        task = asyncio.create_task(self._deliver(delivery, alone=alone))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _deliver(self, delivery: Delivery, *, alone: bool) -> None:
        attempt = self._canaries.send if alone else self._sender.attempt
        try:
            self._ended(delivery, await self._sender.guarded(delivery, attempt(delivery)))
        except asyncio.CancelledError:
            self._flights.ended(delivery.id)
            raise

    def _ended(self, delivery: Delivery, result: Result) -> None:
        """Keep how it ended; once that is done we are woken, and there is room for others."""
        self._flights.ended(delivery.id)
        self._recorder.put(result)

    def _recorded(self, results: list[Result]) -> None:
        self._holds.let_go(result.delivery for result in results)
        self.wake.set()

    def _tripped(self, delivery: Delivery, tripped: Tripped) -> None:
        name, of = self._platform.name, delivery.announcement.id
        log.error("Too many are refused as gone: the push is paused.", platform=name)
        self._admins.tell(
            lambda language: present.paused(name, tripped.refused, tripped.of, of, language)
        )

    def _closed(self) -> None:
        log.info("A try arrived: the push goes on.", platform=self._platform.name)
        self._admins.tell(lambda language: present.resumed(self._platform.name, language))

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
