"""How many messages a second: what is allowed at first, and what the platform's answers teach."""

from __future__ import annotations

import math

from bot.pacing.latency import Latency
from bot.pacing.refusals import Refusals, Run

FLOOR = 5.0
STEP, STEP_SECONDS = 0.1, 30.0  # messages a second more, after so long without a refusal
FEEL, FEEL_SECONDS = 1.02, 10.0  # times as many, where it began with more
BELOW, KEPT_SECONDS = 0.99, 3600.0  # of the rate at which we were refused last, for so long;
BACK_OFF, DOUBTED_SECONDS = 0.9, 60.0  # where that was soon the limit is not found yet
BURST = 30  # what a platform may take at once: after n sends it allows 1 - BURST / n of the rate
REGAIN = 1.02  # a second, while below what was taken before


class Rate:
    """`start` messages a second, at most `ceiling`. Whoever uses it says how it goes.

    What is refused for the rate makes it slower; what is refused at random does not, for there
    slower would not help (`Refusals` tells which is which).
    """

    def __init__(self, start: float, ceiling: float | None = None) -> None:
        self._start = start
        self._ceiling = max(start, ceiling or start)
        self._floor = min(FLOOR, start)
        self._rate = self._trusted = start  # the latter is where it may go back to at once
        self._kept_until = -math.inf
        self._before = (start, start, -math.inf)
        self._latency = Latency()
        self._refusals = Refusals()
        self._sends = 0
        self._paused_after = 0  # so many of them
        self._patience = 0  # sends after a pause before the rate grows again
        self._seconds = 0.0  # what the sends since then take without a rest
        self._clean = 0.0
        self._latest = -math.inf

    @property
    def now(self) -> float:
        """Messages a second that may be sent at present."""
        return max(self._floor, self._rate * self._latency.ease)

    @property
    def latency(self) -> float:
        """Seconds that a send takes, but for one in twenty."""
        return self._latency.most

    def granted(self, now: float) -> int:
        """One more message goes out; returns its number."""
        gap = 1 / self.now
        self._sends += 1
        self._seconds += gap
        if now - self._latest <= 2 * gap and self._latency.ease == 1:
            self._clean += gap  # else that was no sending at the full rate
        self._latest = now
        self._grow(now, gap)
        return self._sends

    def refused(self, now: float, number: int) -> None:
        """The platform asks for a pause, and not for one chat's sake; `number` is the message's."""
        if number <= self._paused_after:
            return  # it left before the last pause was asked for, and says nothing new
        sends = number - self._paused_after - 1
        mean = (self._sends - self._paused_after) / self._seconds
        if self._refusals.first(now):
            self._before = (self._rate, self._trusted, self._kept_until)
        self._refusals.add(Run(sends, mean, self.now), now)
        self._paused_after, self._seconds, self._clean = self._sends, 0.0, 0.0
        if self._refusals.unrelated(now):
            self._rate, self._trusted, self._kept_until = self._before
        else:
            self._slow_down(sends, now)

    def landed(self, seconds: float) -> None:
        """A send was answered after so long."""
        self._latency.landed(seconds, self._floor / self._rate)

    def _slow_down(self, sends: int, now: float) -> None:
        share = min(BELOW, max(BACK_OFF, 1 - BURST / max(1, sends)))
        self._trusted = max(self._floor, BELOW * self.now)
        self._rate = max(self._floor, share * self.now)
        self._kept_until = now + (KEPT_SECONDS if share > BACK_OFF else DOUBTED_SECONDS)
        self._patience = sends  # what was taken at the rate that was too fast tells nothing good

    def _grow(self, now: float, gap: float) -> None:
        if self._rate < self._trusted:
            self._clean = 0.0
            if self._sends - self._paused_after > self._patience:
                self._rate = min(self._rate * REGAIN**gap, self._trusted)
        elif now >= self._kept_until:
            self._feel()

    def _feel(self) -> None:
        """After some sending without a refusal, see whether more is taken."""
        if self._rate < self._start and self._clean >= FEEL_SECONDS:
            self._rate = self._trusted = min(self._rate * FEEL, self._start)
        elif self._clean >= STEP_SECONDS:
            self._rate = self._trusted = min(self._rate + STEP, self._ceiling)
        else:
            return
        self._clean = 0.0
