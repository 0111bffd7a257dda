"""How fast one account may send: what a homeserver allows, and what the doctor says of it.

Synapse counts in a leaky bucket for each user (synapse/api/ratelimiting.py; rc_message, 0.2 a
second and a burst of 10): whoever has been quiet may send ten at once, then one every five
seconds. Each event counts, edits and what is taken back included.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.pacing import Budget, Rate
from bot.platforms.checking import Check, well
from bot.platforms.matrix import Options
from bot.waiting import loop_seconds

BURST = 10
SPARE = 2  # a picture and its text are two events of one turn; and none may come a moment early
BRISK = 10.0  # messages a second within the burst, which the server's bucket leaves to us
USUAL = 0.2


class Bucket(Rate):
    """A rate with a burst: as fast as may be until the bucket is full, then as fast as it leaks.

    It is never fuller than the server's, and so nothing has to be refused.
    """

    def __init__(self, start: float) -> None:
        super().__init__(start)
        self._level = 0.0
        self._at = 0.0

    @property
    def level(self) -> float:
        """How full it is."""
        return self._leaked()

    def begin(self, level: float | None) -> None:
        """It is as full as an earlier run has left it; None: nobody knows."""
        most = float(BURST - SPARE)
        self._level = most if level is None else min(most, max(0.0, level))
        self._at = loop_seconds()

    @property
    def now(self) -> float:
        """Messages a second: one over the pause until the next, if one goes out now."""
        return 1 / max(1 / max(BRISK, super().now), self._until(2))

    def granted(self, now: float) -> int:
        """One more message goes out; returns its number."""
        number = super().granted(now)
        self._fill()
        return number

    def owes(self) -> float:
        """One more event goes out within the turn; the seconds that all have to wait for it."""
        self._fill()
        return self._until(1)

    def _until(self, more: int) -> float:
        """Seconds until so many have room."""
        return max(0.0, (self._leaked() + more - (BURST - SPARE)) / super().now)

    def _fill(self) -> None:
        self._level, self._at = self._leaked() + 1, loop_seconds()

    def _leaked(self) -> float:
        return max(0.0, self._level - (loop_seconds() - self._at) * super().now)


def budget(options: Options) -> tuple[Budget, Bucket]:
    """The one of an account with these options, and the rate in it."""
    bucket = Bucket(options.rate)
    return Budget(bucket), bucket


def hints(options: Options) -> Sequence[Check]:
    """What an operator should know who pushes to many rooms."""
    if options.rate > USUAL:
        return [well(
            "matrix rate", f"Herald may send {options.rate:g} messages a second.",
            "Synapse itself allows 0.2: on a homeserver of your own lift the limit for Herald's"
            " account (override_ratelimit in Synapse's admin API), or leave HERALD_MATRIX__RATE"
            " out.",
        )]  # fmt: skip
    return [well(
        "matrix rate", f"Herald may send {options.rate * 60:g} messages a minute.",
        "That is what a homeserver allows to anybody. For many readers name a public room in"
        " HERALD_MATRIX__ROOMS, or lift the limit on a homeserver of your own and set"
        " HERALD_MATRIX__RATE.",
    )]  # fmt: skip
