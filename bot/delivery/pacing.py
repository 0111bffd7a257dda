"""How fast a bot may send on one platform: evenly, without bursts, and not at all while frozen."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Hands out send times 1/rate seconds apart (the GCRA with no burst allowance).

    `rate` is messages a second; `clock` counts seconds and never jumps.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap = 1 / rate
        self._clock = clock
        self._next = clock()
        self._frozen_until = clock()

    def ahead(self) -> float:
        """Seconds until the next free send time, or until the freeze ends."""
        return max(self._next, self._frozen_until) - self._clock()

    def take(self) -> float:
        """Reserve the next send time; returns the seconds to wait for it (0 or more)."""
        now = self._clock()
        at = max(self._next, self._frozen_until, now)
        self._next = at + self._gap
        return at - now

    def freeze(self, seconds: float) -> None:
        """Send nothing for so long: the platform said so."""
        self._frozen_until = max(self._frozen_until, self._clock() + seconds)

    @property
    def frozen(self) -> bool:
        return self._clock() < self._frozen_until
