"""Models of a limit: each says how long until one more request may pass. Seconds throughout."""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

ROUNDING = 1e-9  # a sender that is exactly as fast as it may be is not too fast


class Limit(Protocol):
    """A limit on requests. `now` never goes back."""

    def wait(self, now: float) -> float:
        """Seconds until one more may pass; 0 or less where it may pass now."""

    def take(self, now: float) -> None:
        """One more passes now."""


@dataclass(slots=True)
class Bucket:
    """`rate` requests a second, and `burst` of them at once after a rest."""

    rate: float
    burst: float = 1
    full_at: float = -math.inf  # when all that was taken is made up for

    def wait(self, now: float) -> float:
        return self.full_at - now - (self.burst - 1) / self.rate - ROUNDING

    def take(self, now: float) -> None:
        self.full_at = max(self.full_at, now) + 1 / self.rate


@dataclass(slots=True)
class Sliding:
    """At most `most` requests in any `seconds`, wherever one begins to count."""

    most: int
    seconds: float = 1.0
    _passed: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        while self._passed and now - self._passed[0] >= self.seconds - ROUNDING:
            self._passed.popleft()
        if len(self._passed) < self.most:
            return 0
        return self._passed[-self.most] + self.seconds - now

    def take(self, now: float) -> None:
        self._passed.append(now)

    @property
    def last(self) -> float:
        """When the last request passed."""
        return self._passed[-1] if self._passed else -math.inf


@dataclass(slots=True)
class Fixed:
    """At most `most` requests in each period of `seconds`; the periods follow each other."""

    most: int
    seconds: float = 1.0
    _period: int = -1
    _passed: int = 0

    def wait(self, now: float) -> float:
        self._turn(now)
        if self._passed < self.most:
            return 0
        return (self._period + 1) * self.seconds - now

    def take(self, now: float) -> None:
        self._turn(now)
        self._passed += 1

    def _turn(self, now: float) -> None:
        period = math.floor(now / self.seconds + ROUNDING)
        if period != self._period:
            self._period, self._passed = period, 0


@dataclass(slots=True)
class Adaptive:
    """A bucket whose rate nobody is told: drawn between `least` and `most` every `seconds`."""

    least: float
    most: float
    seconds: float
    burst: float = 1
    seed: int = 0
    _bucket: Bucket = field(init=False)
    _period: int | None = None

    def __post_init__(self) -> None:
        self._bucket = Bucket(self.most, self.burst)

    def rate(self, now: float) -> float:
        """The hidden rate of this moment."""
        period = math.floor(now / self.seconds)
        if period != self._period:
            self._period = period
            drawn = random.Random(self.seed * 1_000_003 + period)
            self._bucket.rate = drawn.uniform(self.least, self.most)
        return self._bucket.rate

    def wait(self, now: float) -> float:
        self.rate(now)
        return self._bucket.wait(now)

    def take(self, now: float) -> None:
        self._bucket.take(now)
