"""The platforms of one run, each in and out: listened to, delivered to, ready, refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot import present
from bot.chat import Answer, Platform, Stop
from bot.delivery.admins import Admins, Build
from bot.delivery.courier import Courier
from bot.standings import Standings
from bot.supervise import kept_running

log = structlog.get_logger()


class Presence:
    """Where Herald is. `ready` is set once every platform takes requests, or has stopped alone.

    `refused` is the Stop that ends the run: before a platform was ready any that is not for it
    alone, else that of the last.
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
        self._untold: list[Build] = []  # until somebody is there who could tell it
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
        self._waited_for(name)

    def _waited_for(self, name: str) -> None:
        """Nobody waits for this one any more."""
        self._not_ready.discard(name)
        if not self._not_ready and not self.ready.is_set():
            self.ready.set()
            for build in self._untold:
                self._admins.tell(build)
            self._untold.clear()

    def _refused_by(self, platform: Platform, error: Stop) -> None:
        name, why = platform.name, str(error)
        at_start = name in self._not_ready
        self._working.discard(name)
        self._standings.report(name, ok=False, why=f"it is stopped: {why}")
        if at_start and not (error.alone and self._working):
            self._end(error)  # whoever started us hears it as the error it is
            return
        log.error("The platform refused us and is stopped.", platform=name, why=why)
        self._tell(lambda language: present.stopped(name, why, language), at_once=not at_start)
        self._waited_for(name)
        if not self._working:  # nobody could be told any more: whoever watches us has to know
            self._end(error)

    def _tell(self, build: Build, *, at_once: bool) -> None:
        if at_once or self.ready.is_set():
            self._admins.tell(build)
        else:
            self._untold.append(build)

    def _end(self, error: Stop) -> None:
        self.refused = error
        self._stopping.set()
