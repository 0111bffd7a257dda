"""After an upgrade: what older rules made of the sources, and the indexes, are made anew."""

from __future__ import annotations

import asyncio

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


async def index_anew(storage: Storage) -> None:
    """Bring what is followed, and every release, into the indexes; the newest releases first."""
    while True:
        if await _done(storage):
            break
        await asyncio.sleep(AGAIN_SECONDS)
    await storage.search.warm_up()


async def _done(storage: Storage) -> bool:
    """Whether all is indexed now; not so where another process has the database, for a while."""
    try:
        await storage.follows.renew()
        left = await storage.search.catch_up(AT_ONCE)
        if not left:
            return True
        while left:
            left = await storage.search.catch_up(AT_ONCE)
    except DatabaseError:
        log.warning("Indexing waits for the database.")
        return False
    log.info("All releases are indexed for search.")
    return True


def _rederived(old: list[tuple[int, Draft]]) -> list[tuple[int, Draft]]:
    # A release keeps its own language, dates and link: nothing of its archive is needed.
    nowhere = Archive("", "")
    return [(number, rederive(nowhere, draft)) for number, draft in old]
