"""How fast a bot may send: evenly, without bursts, not at all while frozen; and to one chat."""

from __future__ import annotations

import time
from collections.abc import Callable

from storage.model import Address


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


class Gaps:
    """Who was sent something so recently that the chat must rest: `gap` gives seconds a chat."""

    def __init__(
        self, gap: Callable[[Address], float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._gap = gap
        self._clock = clock
        self._resting: dict[int, float] = {}

    def sent(self, subscriber: int, address: Address) -> None:
        """Something is on its way to this subscriber."""
        self._resting[subscriber] = self._clock() + self._gap(address)

    def resting(self) -> list[int]:
        """The subscribers to leave alone for now."""
        now = self._clock()
        self._resting = {who: until for who, until in self._resting.items() if until > now}
        return list(self._resting)

    def ahead(self) -> float:
        """Seconds until the first of them may be sent something again; 0 where nobody rests."""
        return max(0.0, min(self._resting.values(), default=0.0) - self._clock())
