"""How far the server is: the time that a request and its answer take on their way."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(slots=True)
class Distance:
    """Every call takes `latency` seconds, and up to `jitter` more, drawn evenly.

    `arrives` is the share of that time after which it has its effect: 1 is all of it before
    (what is cut off meanwhile happens still), 0 all of it after (it has happened at once).
    getUpdates is as near as without: it waits long enough.
    """

    latency: float = 0
    jitter: float = 0
    arrives: float = 0.5

    def journey(self, method: str) -> tuple[float, float]:
        """Seconds on the way here, and on the way back."""
        if method == "getupdates":
            return 0, 0
        whole = self.latency + random.uniform(0, self.jitter)
        return whole * self.arrives, whole * (1 - self.arrives)
