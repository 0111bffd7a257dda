"""Work that is done in order for one chat, and side by side for different ones."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Hashable

import structlog

log = structlog.get_logger(__name__)

Job = Callable[[], Coroutine[None, None, None]]


class Lanes:
    """A queue a key, at most `longest` jobs waiting in each. In memory only."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._waiting: dict[Hashable, deque[Job]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, key: Hashable, job: Job) -> bool:
        """Do this after what waits under the same key. False if too much does already."""
        lane = self._waiting.get(key)
        if lane is None:
            self._waiting[key] = deque([job])
            task = asyncio.create_task(self._work(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif len(lane) < self._longest:
            lane.append(job)
        else:
            return False
        return True

    async def end(self, seconds: float) -> None:
        """Let what is here be done for so long at most, then cancel the rest."""
        if not self._tasks:
            return
        tasks = set(self._tasks)
        try:
            await asyncio.wait(tasks, timeout=seconds)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, key: Hashable) -> None:
        lane = self._waiting[key]
        try:
            while lane:
                await self._one(lane.popleft())
        finally:
            del self._waiting[key]

    async def _one(self, job: Job) -> None:
        try:
            await job()
        except Exception:  # the loop that turns: the next job must be done
            log.error("A job for a chat failed.", exc_info=True)
