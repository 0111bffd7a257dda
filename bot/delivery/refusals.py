"""Whether it is believed that somebody is gone: said twice, and apart from a burst of refusals."""

from __future__ import annotations

import math
import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.chat import Gone, SendError
from bot.delivery import outcomes
from bot.delivery.breaker import CANARY_SECONDS, Breaker, Tripped
from bot.delivery.tallies import Tallies
from bot.delivery.telling import Telling, title_of
from bot.waiting import loop_seconds
from storage import Storage
from storage.model import Announcement, Delivery

log = structlog.get_logger()

# Who is refused is asked once more, after as many other sends as a breaker looks at: by then it
# would have seen that it is everybody.
SECOND_OPINION = 2.0
SENDS_BETWEEN = 200
# Who is refused in a burst, or has no rights, is asked again after so long, twice as long, ...
ASK_AGAIN = 30.0

# False ones have lasted for hours. So for so long after a burst nobody is given up, however often
# they are refused, but for no more than this part of the time that a delivery has.
BURST = timedelta(hours=6)
PART = 4


@dataclass(frozen=True, slots=True)
class Word:
    """What a refusal is worth: whether it is `believed`; else it is asked `again` in so many
    seconds.
    """

    believed: bool
    again: float


class Refusals:
    """One platform's, and its breaker. A burst is known after a restart, too: see `keep`."""

    def __init__(self, storage: Storage, platform: str, telling: Telling) -> None:
        self.breaker = Breaker()
        self._storage = storage
        self._platform = platform
        self._fact = f"tripped {platform}"
        self._telling = telling
        self._refused = Tallies()
        self._said = Tallies()  # that they are gone, or we without rights
        self._tries: Collection[int] = ()
        self._tripped_at = -math.inf  # the loop's seconds
        self._unkept: datetime | None = None
        self._untold: tuple[Announcement, Tripped] | None = None
        self._proved = False  # a try has arrived since admins were told of the pause
        self._rests = False  # as it is kept

    def trying(self, claimed: Collection[Delivery]) -> None:
        """These may go out though the breaker is open, and what they come to decides."""
        self._tries = frozenset(delivery.id for delivery in claimed)
        self.breaker.tried(loop_seconds())

    def hold_up(self, delivery: Delivery) -> bool:
        """Whether too many were refused after this was claimed."""
        return self.breaker.open and delivery.id not in self._tries

    def arrived(self, delivery: Delivery) -> None:
        """It is there, and so is who got it."""
        self.settled(delivery)
        if not self.breaker.open:
            self.breaker.arrived()
            self._look(through=False)
        elif delivery.id in self._tries:
            self.breaker.close()
            self._proved = True
            log.info("A try arrived: the push goes on.")

    def through(self) -> None:
        """Nothing is due now, and nothing under way."""
        self._look(through=True)

    def heard(self, delivery: Delivery, error: SendError, now: datetime, rate: float) -> Word:
        """It was refused. `rate` is how many sends there are a second."""
        seconds = loop_seconds()
        refused = self._refused.another(delivery.id, seconds).times
        # For a reason that nobody knows: it may be one of many, and says nothing of who is there.
        gone = isinstance(error, outcomes.GONE)
        said = self._said.another(delivery.id, seconds).times if gone else 0
        if delivery.announcement.vouched:
            self._vouched()
            return Word(True, _ladder(delivery))
        # A second word says nothing new, nor does what an earlier run was told.
        if refused == 1 and not outcomes.refused_before(delivery):
            self._count(delivery, now)
        if self.breaker.open:
            return Word(False, CANARY_SECONDS)
        patience = min(BURST, delivery.announcement.lifetime / PART).total_seconds()
        if seconds - self._tripped_at < patience or not isinstance(error, Gone):
            return Word(False, _ladder(delivery))
        return Word(said > 1, max(SECOND_OPINION, SENDS_BETWEEN / rate))

    def settled(self, delivery: Delivery) -> None:
        """It is not asked again."""
        self._refused.forget(delivery.id)
        self._said.forget(delivery.id)

    async def recall(self, now: datetime) -> None:
        """What an earlier run has kept. Raises DatabaseError."""
        kept = await self._storage.facts.get(self._fact)
        if kept:
            ago = max(0.0, (now - datetime.fromisoformat(kept)).total_seconds())
            self._tripped_at = max(self._tripped_at, loop_seconds() - ago)

    async def keep(self, now: datetime) -> None:
        """Write down when the last burst was, and whether the push rests; tell admins when it
        begins to. Raises DatabaseError.
        """
        if self._unkept is not None:
            await self._storage.facts.set(self._fact, self._unkept.isoformat())
            self._unkept = None
        if self._rests is not self.breaker.open:
            await self._storage.platforms.pause(self._platform, now if self.breaker.open else None)
            self._rests = self.breaker.open
        if self._untold is not None:
            announcement, tripped = self._untold
            title = await title_of(self._storage, announcement)
            self._telling.paused(announcement.id, title, tripped, lambda: self.breaker.open)
            self._untold = None

    def _count(self, delivery: Delivery, now: datetime) -> None:
        tripped = self.breaker.refused(loop_seconds())
        if tripped is None:
            return
        self._tripped_at, self._unkept = loop_seconds(), now
        log.error("Too many are refused as gone: the push is paused.", again=tripped.again)
        if not tripped.again:
            self._untold, self._proved = (delivery.announcement, tripped), False

    def _vouched(self) -> None:
        """An admin knows that they are really gone."""
        if self.breaker.open:
            self.breaker.close()
            log.info("An admin says that they are really gone: the push goes on.")

    def _look(self, *, through: bool) -> None:
        # Where nothing arrived, all who were refused are gone: nobody takes messages again.
        if self.breaker.over(through=through) and self._proved:
            self._telling.goes_on()


def _ladder(delivery: Delivery) -> float:
    longest = min(outcomes.LONGEST_WAIT, ASK_AGAIN * 2.0 ** min(delivery.attempts, 10))
    return random.uniform(0.75, 1.0) * longest  # noqa: S311 - no secret hangs on it
