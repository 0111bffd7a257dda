"""After an upgrade: what an older reader made of the sources is made anew, without revisions."""

from __future__ import annotations

import asyncio

import structlog

from bot.archive.derive import READER, rederive
from storage import Storage
from storage.model import Archive, Draft

log = structlog.get_logger()

AT_ONCE = 20


async def derive_anew(storage: Storage) -> None:
    """Bring every release to this version of the reader, a few at a time. May be interrupted."""
    done = 0
    while old := await storage.releases.outdated(READER, AT_ONCE):
        await storage.releases.rederive(await asyncio.to_thread(_rederived, old))
        done += len(old)
    if done:
        log.info("Releases were read anew by the upgraded reader.", n=done)


def _rederived(old: list[tuple[int, Draft]]) -> list[tuple[int, Draft]]:
    # A release keeps its own language, dates and link: nothing of its archive is needed.
    nowhere = Archive("", "")
    return [(number, rederive(nowhere, draft)) for number, draft in old]
