"""Whether a refusal means the rate: platforms refuse for other reasons, too, and do not say so."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

ROW_SECONDS = 600.0  # refusals that lie closer together than this may have to do with each other
REMEMBERED = 8
NO_FASTER = 1.001  # times the rate of the other time
CLEARLY_FEWER, DOUBT = 0.5, 1  # sends than were taken then: this share, and one
UNRELATED_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Run:
    """What was taken after one pause until the next was asked for: so many `sends`, at a rate
    that was `mean` on the whole and `last` in the end.
    """

    sends: int
    mean: float
    last: float

    def contradicts(self, other: Run) -> bool:
        """Whether this one ended much earlier, though it was no faster.

        Whatever counts what is sent, be it a bucket or a window of time, takes more of who is
        slower before it refuses, or as much at least.
        """
        return (
            self.sends + DOUBT < CLEARLY_FEWER * other.sends
            and self.mean <= NO_FASTER * other.mean
            and self.last <= NO_FASTER * other.last
        )


class Refusals:
    """The latest ones. Each comes after a run of sends, that began with a pause."""

    def __init__(self) -> None:
        self._runs: deque[Run] = deque(maxlen=REMEMBERED)
        self._latest = -math.inf
        self._unrelated_until = -math.inf

    def first(self, now: float) -> bool:
        """Whether there has been none for long."""
        return now - self._latest > ROW_SECONDS

    def unrelated(self, now: float) -> bool:
        """Whether the refusals of this moment have nothing to do with the rate."""
        return now < self._unrelated_until

    def add(self, run: Run, now: float) -> None:
        """One more, after this run."""
        if self.first(now):  # the limit may have changed in so long a run: it is no measure
            self._runs.clear()
        else:
            if self._says_nothing(run):
                self._unrelated_until = now + UNRELATED_SECONDS
            self._runs.append(run)
        self._latest = now

    def _says_nothing(self, run: Run) -> bool:
        """Whether no limit explains it that is kept by being slower."""
        against = [other for other in self._runs if run.contradicts(other)]
        for other in against:
            self._runs.remove(other)
        return bool(against) or run.sends == 0  # the first one after a pause, which was kept
