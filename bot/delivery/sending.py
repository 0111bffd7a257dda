"""One attempt to deliver: the words, the turn, the send, and what follows from how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.chat import (
    Gone,
    Later,
    Message,
    Moved,
    NoRights,
    Platform,
    Refused,
    SendError,
    Sent,
    Stop,
    Unknown,
)
from bot.delivery import outcomes
from bot.delivery.breaker import Breaker, Tripped
from bot.delivery.flights import Flights
from bot.delivery.outage import Outage
from bot.delivery.wording import Wording
from bot.waiting import loop_seconds, rung
from storage import DatabaseError, Storage
from storage.model import Delivery
from storage.outbox import Result, State

log = structlog.get_logger()

SEND_SECONDS = 180.0  # longer than the platform's own time-outs: past it, who knows
TURN_SECONDS = 0.5  # who unsubscribes meanwhile gets nothing a second later
RETRY_SECONDS = 2.0
UPTIME_SECONDS = 60.0  # how long it stays true that an announcement is in time
REST_SECONDS = 0.1  # a chat that must rest for longer makes room for others

# While the platform takes nothing at all, it is asked again after so long.
FIRST_FREEZE, LONGEST_FREEZE = 0.5, 4.0


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who hears of what happens: `tripped` and `closed` of the breaker's, `stop` of a refusal."""

    tripped: Callable[[Delivery, Tripped], None]
    closed: Callable[[], None]
    stop: Callable[[Stop], None]


class Sender:
    """Sends on one platform. `language` is the campaign's; `stopping` ends what has not begun."""

    def __init__(
        self,
        platform: Platform,
        storage: Storage,
        wording: Wording,
        flights: Flights,
        outage: Outage,
        hearing: Hearing,
        *,
        clock: Callable[[], datetime],
        stopping: asyncio.Event,
        language: str,
    ) -> None:
        self.breaker = Breaker()
        self.refusal = ""  # why the last content was refused
        self.tries: frozenset[int] = frozenset()  # what may go out though the breaker is open
        self._platform = platform
        self._storage = storage
        self._wording = wording
        self._flights = flights
        self._outage = outage
        self._hearing = hearing
        self._clock = clock
        self._stopping = stopping
        self._language = language
        self._freeze = FIRST_FREEZE
        self._in_time: dict[int, float] = {}

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
        try:
            async with asyncio.timeout(TURN_SECONDS) as limit:
                async with self._platform.budget.turn(lane, address):
                    if self._stopping.is_set() or self._held_up(delivery):
                        return outcomes.not_tried(delivery, now)
                    limit.reschedule(loop_seconds() + SEND_SECONDS)
                    sent = await self._sent(delivery, message)
        except TimeoutError:
            if not self._flights.left(delivery.id):
                return outcomes.not_tried(delivery, self._clock())
            return await self._failed(delivery, Unknown("no answer in time"))
        except SendError as error:
            return await self._failed(delivery, error)
        # It has arrived: whatever happens from here on, that stands.
        self._arrived()
        return outcomes.arrived(delivery, sent)

    def _held_up(self, delivery: Delivery) -> bool:
        """Whether too many were refused after this was claimed."""
        return self.breaker.open and delivery.id not in self.tries

    async def _sent(self, delivery: Delivery, message: Message) -> Sent:
        self._flights.leaves(delivery.id, loop_seconds())
        return await self._platform.send(
            delivery.subscriber.address, message, key=f"{delivery.id}.{delivery.part}"
        )

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
                self._hearing.stop(error)
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
            self._in_time[announcement.id] = loop_seconds() + UPTIME_SECONDS
            return False
        self._in_time.pop(announcement.id, None)
        await self._storage.outbox.expire(announcement.id, self._platform.name)
        return True

    def _arrived(self) -> None:
        self._freeze = FIRST_FREEZE
        self._flights.landed(loop_seconds())
        self._outage.arrived(self._clock())
        if self.breaker.arrived():
            self._hearing.closed()

    async def _failed(self, delivery: Delivery, error: SendError) -> Result:
        """Act on a failure where it asks for it; returns the delivery's next state."""
        now = self._clock()
        log.info("A delivery did not arrive.", id=delivery.id, reason=str(error))
        believed = self._believed(delivery, error)
        age = await self._outage.uptime(delivery.announcement.created_at, now)
        result = outcomes.failed(
            delivery, error, now, age, believed=believed, rate=self._platform.budget.rate.now
        )
        subscriber = delivery.subscriber
        match error:
            case Gone() | NoRights() if result.state is State.FAILED:
                await self._storage.subscribers.refused(subscriber.id, now.date())
            case Refused():
                self.refusal = str(error)
            case Moved():
                await self._storage.subscribers.move(subscriber.address, error.address)
            case Later() if error.scope == "platform":
                self._troubled(error, now)
            case Unknown():
                self._outage.failed(now)
            case Stop():
                self._hearing.stop(error)
        return result

    def _believed(self, delivery: Delivery, error: SendError) -> bool:
        """Whether this refusal may be true: the platform answers, and not too many are refused."""
        strange = isinstance(error, Later) and error.scope == "chat" and error.seconds is None
        if not isinstance(error, outcomes.GONE) and not strange:
            return True
        self._flights.landed(loop_seconds())
        if delivery.announcement.vouched:
            if self.breaker.open:
                self.breaker.close()
                self._hearing.closed()
            return True
        if not outcomes.refused_before(delivery):  # a second word says nothing new
            tripped = self.breaker.refused(loop_seconds())
            if tripped is not None:
                self._hearing.tripped(delivery, tripped)
        return not self.breaker.open

    def _troubled(self, error: Later, now: datetime) -> None:
        """Nothing goes out for a moment; a pause that was asked for is in the budget already."""
        self._outage.failed(now)
        if error.seconds is not None:
            return
        self._flights.failed()
        if not self._platform.budget.frozen:  # others of the same moment say nothing new
            self._platform.budget.freeze(self._freeze)
            self._freeze = min(LONGEST_FREEZE, 2 * self._freeze)
