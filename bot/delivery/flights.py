"""Sends under way: how many more may follow, and how carefully while the platform is in trouble."""

from __future__ import annotations

import math
from itertools import takewhile

from bot.pacing import Budget

# What takes longer than this is stuck: it does not count among those that hold others up.
STUCK_SECONDS = 2.0
TRICKLE_SECONDS = 1.0
MOST = 64


class Flights:
    """The deliveries that are claimed, and since when those that have left are under way.

    While nothing lands only one at a time follows, a second apart: so a platform that is back is
    noticed at once, and what may arrive twice stays little. `now` is the loop's time.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._left: dict[int, float] = {}  # in the order of leaving
        self._claimed = 0
        self._trouble = False
        self._landed_at = -math.inf
        self._trickled_at = -math.inf

    def claimed(self, n: int, now: float) -> None:
        """So many more are ours, and will leave when it is their turn."""
        self._claimed += n
        if n and self._silent(now):
            self._trickled_at = now

    def leaves(self, delivery: int, now: float) -> None:
        """Its turn has come."""
        self._left[delivery] = now

    def left(self, delivery: int) -> bool:
        """Whether it is under way."""
        return delivery in self._left

    def ended(self, delivery: int) -> None:
        """However it did: it is not under way any more."""
        self._claimed -= 1
        self._left.pop(delivery, None)

    def landed(self, now: float) -> None:
        """The platform is there."""
        self._trouble, self._landed_at = False, now

    def failed(self) -> None:
        """The platform as a whole took nothing."""
        self._trouble = True

    def room(self, ahead: int, now: float) -> int:
        """How many more may be claimed, where `ahead` may wait for their turn."""
        waiting = self._claimed - len(self._left)
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
