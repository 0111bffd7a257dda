"""How often a delivery has ended in one way: known for this run, and not for long."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

KEPT_SECONDS = 86400.0  # tries lie ten minutes apart: what was not heard of for longer is over


@dataclass(frozen=True, slots=True)
class Tally:
    """So many times, from `since` to `last` (the loop's seconds)."""

    times: int
    since: float
    last: float


class Tallies:
    """Those of one kind of end."""

    def __init__(self) -> None:
        self._tallies: OrderedDict[int, Tally] = OrderedDict()  # what ended last stands last

    def another(self, delivery: int, now: float) -> Tally:
        """It has ended so again; returns how often by now."""
        self._forget_old(now)
        before = self._tallies.pop(delivery, None)
        tally = Tally(before.times + 1, before.since, now) if before else Tally(1, now, now)
        self._tallies[delivery] = tally
        return tally

    def forget(self, delivery: int) -> None:
        """It is settled."""
        self._tallies.pop(delivery, None)

    def _forget_old(self, now: float) -> None:
        while self._tallies:
            oldest = next(iter(self._tallies))
            if now - self._tallies[oldest].last <= KEPT_SECONDS:
                return
            del self._tallies[oldest]
