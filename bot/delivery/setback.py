"""A clock that is set back: nothing waits for what it once called the near future."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.waiting import loop_seconds
from storage import Storage

log = structlog.get_logger()

SET_BACK = timedelta(minutes=1)  # a clock that went back so far was set, and did not drift
FAR_AHEAD = timedelta(minutes=15)  # further than the pauses between two tries
RESULTS_SECONDS = 360.0  # so long results of before may be on their way into the outbox


class SetBack:
    """Compares the wall clock with the loop's, which never jumps."""

    def __init__(self, storage: Storage, platform: str, clock: Callable[[], datetime]) -> None:
        self._storage = storage
        self._platform = platform
        self._clock = clock
        self._began: datetime | None = None
        self._until = 0.0

    async def look(self, now: datetime) -> None:
        """Where it was set back, what waits for long is due now. Raises DatabaseError."""
        before, self._began = self._began, self._zero()
        if before is not None and self._began < before - SET_BACK:
            log.warning("The clock was set back; what waits for it is due now.")
            self._until = loop_seconds() + RESULTS_SECONDS
        if loop_seconds() < self._until:
            await self._storage.outbox.hasten(self._platform, now, now + FAR_AHEAD)

    def _zero(self) -> datetime:
        """What the wall clock calls the loop's second 0: it moves when the clock is set."""
        return self._clock() - timedelta(seconds=loop_seconds())
