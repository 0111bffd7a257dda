"""After an upgrade: what older rules made of the sources, and the indexes, are made anew."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.archive.derive import READER, rederive
from storage import DatabaseError, Storage
from storage.model import Archive, Draft

log = structlog.get_logger()

AT_ONCE = 20
AGAIN_SECONDS = 5.0


async def derive_anew(storage: Storage) -> None:
    """Bring every release to this version of the reader, a few at a time. May be interrupted."""
    done = 0
    while old := await storage.releases.outdated(READER, AT_ONCE):
        await storage.releases.rederive(await asyncio.to_thread(_rederived, old))
        done += len(old)
    if done:
        log.info("Releases were read anew by the upgraded reader.", n=done)


class Upgrade:
    """Brings what is followed, and the indexes, up to date at the start of a run."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._followed = asyncio.Event()

    async def run(self) -> None:
        """All of it, as often as another process has the database; the newest releases first."""
        try:
            await self._again(self._storage.follows.renew)
        finally:
            self._followed.set()
        await self._again(self._index)
        await self._storage.search.warm_up()

    async def behind(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do this when what is followed is known by today's rules: what brings news waits."""
        await self._followed.wait()
        await work()

    async def _index(self) -> None:
        left = await self._storage.search.catch_up(AT_ONCE)
        if not left:
            return
        while left:
            left = await self._storage.search.catch_up(AT_ONCE)
        log.info("All releases are indexed for search.")

    async def _again(self, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await work()
            except DatabaseError:
                log.warning("An upgrade waits for the database.")
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return


def _rederived(old: list[tuple[int, Draft]]) -> list[tuple[int, Draft]]:
    # A release keeps its own language, dates and link: nothing of its archive is needed.
    nowhere = Archive("", "")
    return [(number, rederive(nowhere, draft)) for number, draft in old]
