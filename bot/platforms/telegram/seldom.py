"""Log lines that strangers can cause: the first at once, the others counted, a line a minute."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

EVERY_SECONDS = 60.0


class Seldom:
    """One kind of trouble, said at most once a minute, with how often it was met since."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = clock()
        self._unsaid = 0

    def met(self, said: str, **details: object) -> None:
        """It was met once more."""
        now = self._clock()
        if now < self._next:
            self._unsaid += 1
            return
        self._next = now + EVERY_SECONDS
        more = {"and_others": self._unsaid} if self._unsaid else {}
        self._unsaid = 0
        log.warning(said, **details, **more)
