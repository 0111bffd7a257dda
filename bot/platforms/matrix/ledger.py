"""How far the homeserver's news is dealt with: a token is kept once all before it is done."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from storage import DatabaseError

log = structlog.get_logger(__name__)

EVERY_SECONDS = 0.2  # each token is a commit on the disk
RETRY_SECONDS = 5.0


class Batch:
    """What one answer brought. It is done when all that was taken from it is."""

    def __init__(self, token: str, settled: Callable[[], None]) -> None:
        self.token = token
        self.open = 1  # for the one who reads it
        self._settled = settled

    def take(self) -> None:
        """One more thing has to be done."""
        self.open += 1

    def done(self) -> None:
        """One thing is; or nothing more is taken from it."""
        self.open -= 1
        if not self.open:
            self._settled()


class Ledger:
    """One run's. `keep` puts a token on the disk; it is called in a thread."""

    def __init__(self, keep: Callable[[str], None]) -> None:
        self._keep = keep
        self._batches: deque[Batch] = deque()
        self._token = self._kept = ""
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    def begin(self, token: str) -> Batch:
        """An answer is in; `token` is where the next one begins."""
        batch = Batch(token, self._settle)
        self._batches.append(batch)
        return batch

    @property
    def waiting(self) -> int:
        """How much is not done yet."""
        return sum(batch.open for batch in self._batches)

    async def room(self, most: int) -> None:
        """Wait until less than so much is not done."""
        while self.waiting >= most:
            self._room.clear()
            await self._room.wait()

    async def run(self) -> None:
        """Keep each token soon, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self.flush()
            except DatabaseError as error:
                log.warning("It cannot be kept how far was read.", reason=str(error))
                self._news.set()
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(EVERY_SECONDS)

    async def flush(self) -> None:
        """Keep what is done by now. Raises DatabaseError."""
        token = self._token
        if token != self._kept:
            await asyncio.to_thread(self._keep, token)
            self._kept = token

    def _settle(self) -> None:
        while self._batches and not self._batches[0].open:
            self._token = self._batches.popleft().token
            self._news.set()
        self._room.set()
