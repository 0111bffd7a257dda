"""Keeps how sends ended: results of the same few milliseconds are committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.waiting import loop_seconds
from storage import DatabaseError, Storage
from storage.outbox import Result

log = structlog.get_logger()

FLUSH_SECONDS = 0.02
RETRY_SECONDS = 1.0


class Recorder:
    """Takes results at once and commits them soon; none is given up while the process lives."""

    def __init__(self, storage: Storage, recorded: Callable[[list[Result]], None]) -> None:
        self._storage = storage
        self._recorded = recorded
        self._results: list[Result] = []
        self._some = asyncio.Event()
        self._flushing = asyncio.Lock()
        self.stuck = False  # results cannot be kept: what is sent now would be sent again

    def put(self, result: Result) -> None:
        """Keep this; returns at once."""
        self._results.append(result)
        self._some.set()

    async def run(self) -> None:
        """Commit whatever comes, until cancelled."""
        while True:
            await self._some.wait()
            await asyncio.sleep(FLUSH_SECONDS)
            self._some.clear()
            try:
                await self._flush()
            except DatabaseError as error:
                log.warning("Results cannot be kept; they are tried again.", reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)
                self._some.set()

    async def settle(self, seconds: float) -> None:
        """Commit all there is, for so long at most. Raises DatabaseError if it cannot be done."""
        until = loop_seconds() + seconds
        while True:
            try:
                return await self._flush()
            except DatabaseError:
                if loop_seconds() > until:
                    raise
            await asyncio.sleep(FLUSH_SECONDS)

    async def _flush(self) -> None:
        async with self._flushing:  # whoever asks while another flushes waits for its end, too
            results, self._results = self._results, []
            if not results:
                return
            try:
                await self._storage.outbox.record(results)
            except BaseException:
                # Recorded twice is recorded once; forgotten would be sent twice.
                self._results = results + self._results
                self.stuck = True
                raise
            self.stuck = False
            self._recorded(results)
