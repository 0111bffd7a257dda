"""One attempt to deliver: the words, the turn, the send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.chat import Message, Platform, Refused, SendError, Sent, Stop, Unknown
from bot.delivery import outcomes
from bot.delivery.endings import Endings
from bot.delivery.flights import Flights
from bot.delivery.outage import Outage
from bot.delivery.refusals import Refusals
from bot.delivery.wording import Wording
from bot.waiting import loop_seconds, rung
from storage import DatabaseError, Storage
from storage.model import Delivery
from storage.outbox import Result

log = structlog.get_logger()

SEND_SECONDS = 180.0  # longer than the platform's own time-outs: past it, who knows
# A claim that has not left by then is given back: who unsubscribes, or cancels, meanwhile must
# see nothing go out a second later.
FRESH_SECONDS = 0.9
RETRY_SECONDS = 2.0
UPTIME_SECONDS = 60.0  # how long it stays true that an announcement is in time
REST_SECONDS = 0.1  # a chat that must rest for longer makes room for others


class Sender:
    """Sends on one platform. `language` is the campaign's; `stopping` ends what has not begun."""

    def __init__(
        self,
        platform: Platform,
        storage: Storage,
        wording: Wording,
        flights: Flights,
        outage: Outage,
        refusals: Refusals,
        endings: Endings,
        *,
        clock: Callable[[], datetime],
        stopping: asyncio.Event,
        language: str,
    ) -> None:
        self._platform = platform
        self._storage = storage
        self._wording = wording
        self._flights = flights
        self._outage = outage
        self._refusals = refusals
        self._endings = endings
        self._clock = clock
        self._stopping = stopping
        self._language = language
        self._in_time: dict[int, float] = {}

    @property
    def refusal(self) -> str:
        """Why the last content was refused."""
        return self._endings.refusal

    def language(self, delivery: Delivery) -> str:
        """The one in which this subscriber is told."""
        return delivery.subscriber.language or self._language

    async def words(self, delivery: Delivery) -> Message | None:
        """What is to be said; None if it was withdrawn meanwhile."""
        return await self._wording.message(delivery.announcement, self.language(delivery))

    async def guarded(self, delivery: Delivery, work: Awaitable[Result]) -> Result:
        """The next state that `work` comes to, whatever happens: the lane moves on."""
        try:
            return await work
        except DatabaseError as error:
            log.warning("A delivery has to wait for the database.", reason=str(error))
            return outcomes.not_tried(delivery, self._clock() + timedelta(seconds=RETRY_SECONDS))
        except Exception:
            log.error("A delivery failed unexpectedly.", id=delivery.id, exc_info=True)
            return outcomes.unexpected(delivery, self._clock())

    async def attempt(self, delivery: Delivery) -> Result:
        """Try once; returns the delivery's next state."""
        return await self.guarded(delivery, self._attempt(delivery))

    async def _attempt(self, delivery: Delivery) -> Result:
        message = await self.words(delivery)
        if message is None:
            return outcomes.withdrawn(delivery)
        now = self._clock()
        if await self._late(delivery, now):
            return outcomes.expired(delivery)
        if delivery.doubtful and delivery.mark:
            return await self._looked_for(delivery, message)
        address, lane = delivery.subscriber.address, delivery.announcement.lane
        rest = self._platform.budget.rest(lane, address)
        if rest > REST_SECONDS:
            return outcomes.not_tried(delivery, now + timedelta(seconds=rest))
        left = FRESH_SECONDS - self._flights.age(delivery.id, loop_seconds())
        if left <= 0:
            return outcomes.not_tried(delivery, now)
        try:
            async with asyncio.timeout(left) as limit:
                async with self._platform.budget.turn(lane, address):
                    if self._stopping.is_set() or self._refusals.hold_up(delivery):
                        return outcomes.not_tried(delivery, now)
                    limit.reschedule(loop_seconds() + SEND_SECONDS)
                    sent = await self._sent(delivery, message)
        except TimeoutError:
            if not self._flights.left(delivery.id):
                return outcomes.not_tried(delivery, self._clock())
            return await self._endings.failed(delivery, Unknown("no answer in time"))
        except SendError as error:
            return await self._endings.failed(delivery, error)
        return self._endings.arrived(delivery, sent)

    async def _sent(self, delivery: Delivery, message: Message) -> Sent:
        self._flights.leaves(delivery.id, loop_seconds())
        address = delivery.subscriber.address
        if not delivery.copy:
            return await self._platform.send(address, message, key=f"{delivery.id}.{delivery.part}")
        if not self._platform.limits.edits:  # it would be sent once more
            raise Refused("what was sent here stands as it is")
        sent = Sent(delivery.copy)
        await self._platform.edit(address, sent, message)
        return sent

    async def _looked_for(self, delivery: Delivery, message: Message) -> Result:
        """What an earlier run sent is looked for; where it is not, it is sent, with a new mark."""
        if self._platform.probe is None:
            return outcomes.not_there(delivery, self._clock())
        while not self._stopping.is_set():
            try:
                found = await self._platform.probe.arrived(
                    delivery.subscriber.address, message, delivery.mark
                )
            except Stop as error:
                self._endings.stopped(error)
                break
            except SendError as error:
                log.info("A delivery in doubt could not be looked for.", reason=str(error))
                await rung(self._stopping, RETRY_SECONDS)
                continue
            if found is None:
                return outcomes.not_there(delivery, self._clock())
            return outcomes.arrived(delivery, found)
        raise asyncio.CancelledError  # nothing is known: it stays an intent, for the next run

    async def _late(self, delivery: Delivery, now: datetime) -> bool:
        """Whether nobody is to be told of it any more; if so, all who wait for it are skipped."""
        announcement = delivery.announcement
        if now - announcement.created_at <= announcement.lifetime:
            return False
        if self._in_time.get(announcement.id, 0.0) > loop_seconds():
            return False
        if await self._outage.uptime(announcement.created_at, now) <= announcement.lifetime:
            seconds = loop_seconds()
            known = {of: until for of, until in self._in_time.items() if until > seconds}
            self._in_time = {**known, announcement.id: seconds + UPTIME_SECONDS}
            return False
        await self._storage.outbox.expire(announcement.id, self._platform.name)
        return True
