"""The platforms of one run, each in and out: listened to, delivered to, ready, refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot import present
from bot.chat import Answer, Platform, Stop
from bot.delivery.admins import Admins
from bot.delivery.courier import Courier
from bot.standings import Standings
from bot.supervise import kept_running

log = structlog.get_logger()


class Presence:
    """Where Herald is. `ready` is set once every platform takes requests.

    `refused` is the Stop that ends the run: by any platform before it was ready, else by the last.
    """

    def __init__(
        self,
        platforms: Sequence[Platform],
        standings: Standings,
        admins: Admins,
        answer: Callable[[], Answer],
        stopping: asyncio.Event,
    ) -> None:
        self.ready = asyncio.Event()
        self.refused: Stop | None = None
        self._standings = standings
        self._admins = admins
        self._answer = answer
        self._stopping = stopping
        self._not_ready = {platform.name for platform in platforms}
        self._working = set(self._not_ready)
        if not platforms:
            log.warning("No platform is set up: releases are kept, and nobody is told.")
            self.ready.set()

    async def keep(self, platform: Platform, courier: Courier) -> None:
        """One platform, in and out. It stops alone when it is refused; the others go on."""
        inward = asyncio.create_task(
            kept_running(platform.name, lambda: self._listen(platform), self._stopping)
        )
        outward = asyncio.create_task(kept_running("courier", courier.run, self._stopping))
        try:
            await asyncio.wait((inward, outward), return_when=asyncio.FIRST_EXCEPTION)
            for task in (inward, outward):
                if task.done() and isinstance(error := task.exception(), Stop):
                    self._refused_by(platform, error)
        finally:
            courier.wake.set()
            if not self._stopping.is_set():
                outward.cancel()
            # The platform stays open for what the courier still has in flight.
            inward.cancel()
            await asyncio.gather(inward, outward, return_exceptions=True)

    async def _listen(self, platform: Platform) -> None:
        try:
            await platform.run(self._answer(), lambda: self._ready(platform.name))
        except Stop:  # no accident: whoever waits for us says what it means
            raise
        except Exception:
            self._standings.report(platform.name, ok=False, why="it broke, and is begun again")
            raise

    def _ready(self, name: str) -> None:
        self._standings.report(name, ok=True)
        if name in self._not_ready:
            self._not_ready.discard(name)
            if not self._not_ready:
                self.ready.set()

    def _refused_by(self, platform: Platform, error: Stop) -> None:
        name, why = platform.name, str(error)
        self._working.discard(name)
        self._standings.report(name, ok=False, why="it refused us, and is stopped")
        if name in self._not_ready:  # whoever started us hears it as the error it is
            self._end(error)
            return
        log.error("The platform refused us and is stopped.", platform=name, why=why)
        self._admins.tell(lambda language: present.stopped(name, why, language))
        if not self._working:  # nobody could be told any more: whoever watches us has to know
            self._end(error)

    def _end(self, error: Stop) -> None:
        self.refused = error
        self._stopping.set()
