"""How long sends take, and what that tells: a platform that is silently slow wants fewer."""

from __future__ import annotations

from collections import deque
from statistics import median, quantiles

# Telegram hides flood waits of up to 8 s as latency: it holds a send and tries it again, in whole
# seconds (td NetQueryDelayer.cpp). A median does not mind the few that are held for their own sake.
SAMPLE, LOOK = 20, 5  # sends looked at, every so many
SLOWER, NEVER_SLOW_SECONDS = 3.0, 0.25  # times the usual, if that is more than this;
SLOW_SECONDS, SLOWER_STILL = 1.0, 1.5  # or this, if that is so many times the usual
EASE = 0.95 ** (LOOK / SAMPLE)  # by 5 % for 20 slow sends,
UNEASE = 1.15  # and back to the full rate within some seconds
USED_TO = 1.01  # a way that has become longer is the usual one after a while

SPREAD = 100
UNTRIED_SECONDS = 0.3  # what a send takes as long as we do not know


class Latency:
    """The sends that were answered last. `ease` is the share of the rate that they leave."""

    def __init__(self) -> None:
        self.ease = 1.0
        self.most = UNTRIED_SECONDS  # what a send takes, but for one in twenty
        self._spread: deque[float] = deque(maxlen=SPREAD)
        self._usual = NEVER_SLOW_SECONDS
        self._unseen = 0

    def landed(self, seconds: float, least: float) -> None:
        """A send was answered after so long; the rate may be eased to this share of it."""
        self._spread.append(seconds)
        self._unseen += 1
        if self._unseen < LOOK or len(self._spread) < SAMPLE:
            return
        self._unseen = 0
        self.most = quantiles(self._spread, n=20)[-1]
        half = median(list(self._spread)[-SAMPLE:])
        if self._is_slow(half):
            self.ease = max(min(least, 1.0), self.ease * EASE)
        else:
            self.ease = min(1.0, self.ease * UNEASE)
        self._usual = min(half, self._usual * USED_TO)

    def _is_slow(self, half: float) -> bool:
        return (
            half > max(NEVER_SLOW_SECONDS, SLOWER * self._usual)
            or half > max(SLOW_SECONDS, SLOWER_STILL * self._usual)
        )  # fmt: skip
