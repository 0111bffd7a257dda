"""Settles what is owed on platforms that are not run any more, once its time is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

import structlog

from bot.waiting import rung
from storage import Storage

log = structlog.get_logger()

LOOK_SECONDS = 3600.0


async def settle_stranded(
    storage: Storage,
    running: Collection[str],
    clock: Callable[[], datetime],
    stopping: asyncio.Event,
) -> None:
    """Look now and once an hour, until stopped. A platform that comes back in time goes on."""
    while not stopping.is_set():
        await look(storage, running, clock())
        await rung(stopping, LOOK_SECONDS)


async def look(storage: Storage, running: Collection[str], now: datetime) -> None:
    """What a run left under way there is in doubt; what is too old is given up."""
    for platform in await storage.outbox.left_open(running):
        await storage.outbox.recover(platform, await storage.facts.next_epoch(), now)
    for announcement, platform in await storage.outbox.stranded(running):
        down = await storage.facts.downtime(announcement.created_at, now)
        if now - announcement.created_at - down <= announcement.lifetime:
            continue
        n = await storage.outbox.expire(announcement.id, platform)
        log.info("A platform is not run any more: what was too old is given up.",
                 platform=platform, n=n)  # fmt: skip
