"""Sends under way: how many more may follow, and how carefully while the platform is in trouble."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import takewhile

from bot.pacing import Budget

# What takes longer than this is stuck: it does not count among those that hold others up.
STUCK_SECONDS = 2.0
TRICKLE_SECONDS = 1.0
MOST = 64


class Flights:
    """The deliveries that are claimed since when, and since when those that left are under way.

    While nothing lands only one at a time follows, a second apart: so a platform that is back is
    noticed at once, and what may arrive twice stays little. `now` is the loop's time.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._claimed: dict[int, float] = {}
        self._left: dict[int, float] = {}  # in the order of leaving
        self._trouble = False
        self._landed_at = -math.inf
        self._trickled_at = -math.inf

    def claimed(self, deliveries: Iterable[int], now: float) -> None:
        """These are ours, and will leave when it is their turn."""
        claimed = dict.fromkeys(deliveries, now)
        self._claimed |= claimed
        if claimed and self._silent(now):
            self._trickled_at = now

    def age(self, delivery: int, now: float) -> float:
        """Seconds since it was claimed: what it was claimed for may have changed since."""
        return now - self._claimed[delivery]

    def leaves(self, delivery: int, now: float) -> None:
        """Its turn has come."""
        self._left[delivery] = now

    def left(self, delivery: int) -> bool:
        """Whether it is under way."""
        return delivery in self._left

    def ended(self, delivery: int) -> None:
        """However it did: it is not under way any more."""
        self._claimed.pop(delivery, None)
        self._left.pop(delivery, None)

    def landed(self, now: float) -> None:
        """The platform is there."""
        self._trouble, self._landed_at = False, now

    def failed(self) -> None:
        """The platform as a whole took nothing."""
        self._trouble = True

    def lost(self, delivery: int) -> None:
        """Nobody knows whether it has landed. Trouble, if nothing else has since it left."""
        if self.silent_since(self._left.get(delivery, -math.inf)):
            self._trouble = True

    def silent_since(self, then: float) -> bool:
        """Whether nothing has landed since then."""
        return self._landed_at <= then

    def room(self, ahead: int, now: float) -> int:
        """How many more may be claimed, where `ahead` may wait for their turn."""
        waiting = len(self._claimed) - len(self._left)
        if self._silent(now):
            return int(waiting == 0 and now - self._trickled_at >= TRICKLE_SECONDS)
        most = self._budget.most_in_flight
        moving = len(self._left) - len(self._stuck(now))
        if moving >= most or len(self._left) >= max(MOST, most):
            return 0
        return ahead - waiting

    def _silent(self, now: float) -> bool:
        """Whether nothing has landed since the last of those that are stuck has left."""
        stuck = self._stuck(now)
        return self._trouble or (bool(stuck) and stuck[-1] > self._landed_at)

    def _stuck(self, now: float) -> list[float]:
        return list(takewhile(lambda at: now - at > STUCK_SECONDS, self._left.values()))
