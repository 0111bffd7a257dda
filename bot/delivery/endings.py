"""What follows from how a send ended: for its delivery, for who was to get it, for the platform."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.chat import Gone, Later, Moved, NoRights, Platform, Refused, SendError, Sent, Stop, Unknown
from bot.delivery import outcomes
from bot.delivery.flights import Flights
from bot.delivery.outage import Outage
from bot.delivery.refusals import Refusals
from bot.delivery.tallies import Tallies
from bot.delivery.telling import Telling
from bot.waiting import loop_seconds
from storage import DatabaseError, Storage
from storage.model import Delivery
from storage.outbox import Result, State

log = structlog.get_logger()

# While the platform takes nothing at all, it is asked again after so long.
FIRST_FREEZE, LONGEST_FREEZE = 0.5, 4.0

Stopped = Callable[[Stop], None]


class Endings:
    """One platform's. `stopped` hears that it will not have us at all."""

    def __init__(
        self,
        platform: Platform,
        storage: Storage,
        flights: Flights,
        outage: Outage,
        refusals: Refusals,
        telling: Telling,
        *,
        clock: Callable[[], datetime],
        stopped: Stopped,
    ) -> None:
        self.stopped = stopped
        self.refusal = ""  # why the last content was refused
        self._platform = platform
        self._storage = storage
        self._flights = flights
        self._outage = outage
        self._refusals = refusals
        self._telling = telling
        self._clock = clock
        self._doubts = Tallies()
        self._freeze = FIRST_FREEZE

    def arrived(self, delivery: Delivery, sent: Sent) -> Result:
        """It has arrived: whatever happens from here on, that stands."""
        self._answered()
        if delivery.copy:  # no news of who is there
            return outcomes.arrived(delivery, sent)
        self._doubts.forget(delivery.id)
        self._refusals.arrived(delivery)
        return outcomes.arrived(delivery, sent)

    async def failed(self, delivery: Delivery, error: SendError) -> Result:
        """Act on a failure where it asks for it; returns the delivery's next state."""
        now = self._clock()
        log.info("A delivery did not arrive.", id=delivery.id, reason=str(error))
        if delivery.copy:
            return await self._uncorrected(delivery, error, now)
        wait, final = self._judged(delivery, error, now)
        age = await self._age(delivery, now)
        result = outcomes.failed(delivery, error, now, age, wait, final=final)
        subscriber = delivery.subscriber
        match error:
            case Gone() if final:
                await self._storage.subscribers.refused(subscriber.id, now.date())
            case Moved():
                await self._storage.subscribers.move(subscriber.address, error.address)
            case Unknown() if result.state is State.UNKNOWN:
                self._telling.in_doubt(delivery.announcement.id)
        if result.state not in (State.WAITING, State.DOUBT):
            self._doubts.forget(delivery.id)
            self._refusals.settled(delivery)
        return result

    async def _uncorrected(self, delivery: Delivery, error: SendError, now: datetime) -> Result:
        """A copy could not be changed: only what that says of the platform counts."""
        self._heard(delivery, error, now)
        if isinstance(error, Moved):
            await self._storage.subscribers.move(delivery.subscriber.address, error.address)
        age, wait = await self._age(delivery, now), outcomes.pause(delivery, error)
        return outcomes.uncorrected(delivery, error, now, age, wait)

    def _heard(self, delivery: Delivery, error: SendError, now: datetime) -> None:
        """What an error says of the platform as a whole."""
        match error:
            case Unknown():
                self._flights.lost(delivery.id)
                self._outage.failed(now)
            case Stop():
                self._outage.failed(now)
                self.stopped(error)
            case Later() if error.scope == "platform":
                self._troubled(error, now)
            case _:
                self._answered()

    def _judged(self, delivery: Delivery, error: SendError, now: datetime) -> tuple[float, bool]:
        """Seconds until its next try, and whether there is none; the platform's part is done."""
        wait, final = outcomes.pause(delivery, error), False
        self._heard(delivery, error, now)
        if isinstance(error, Unknown):
            doubt = self._doubted(delivery)
            if not self._platform.once:
                wait, final = outcomes.pause_in_doubt(doubt), doubt.for_good
        if isinstance(error, Refused):
            self.refusal = str(error)
        # A refusal for a reason that nobody knows may be one of many that are false, too.
        strange = isinstance(error, Later) and error.scope == "chat" and error.seconds is None
        if isinstance(error, outcomes.GONE) or strange:
            word = self._refusals.heard(delivery, error, now, self._platform.budget.rate.now)
            if isinstance(error, Gone | NoRights):
                wait, final = word.again, word.believed
        return wait, final

    def _answered(self) -> None:
        """The platform is there, whatever it says: what trouble there was is over."""
        self._freeze = FIRST_FREEZE
        self._flights.landed(loop_seconds())
        self._outage.arrived(self._clock())

    def _doubted(self, delivery: Delivery) -> outcomes.Doubt:
        """The answer was lost, of this one or of all."""
        tally = self._doubts.another(delivery.id, loop_seconds())
        silent = self._flights.silent_since(tally.since)
        return outcomes.Doubt(tally.times, tally.last - tally.since, silent)

    def _troubled(self, error: Later, now: datetime) -> None:
        """Nothing goes out for a moment; a pause that was asked for is in the budget already."""
        self._outage.failed(now)
        if error.seconds is not None:
            return
        self._flights.failed()
        if not self._platform.budget.frozen:  # others of the same moment say nothing new
            self._platform.budget.freeze(self._freeze)
            self._freeze = min(LONGEST_FREEZE, 2 * self._freeze)

    async def _age(self, delivery: Delivery, now: datetime) -> timedelta:
        """How long it has been tried. While the database is locked nothing grows older: how a
        send ended must not hang on that.
        """
        try:
            return await self._outage.uptime(delivery.announcement.created_at, now)
        except DatabaseError as error:
            log.warning("A delivery's age cannot be known now.", reason=str(error))
            return timedelta()
