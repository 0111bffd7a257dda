"""The beginning of a courier's run: what runs before it left open may have arrived, or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.chat import Platform, Probe
from storage import Storage

log = structlog.get_logger()


async def recover(
    platform: Platform,
    storage: Storage,
    clock: Callable[[], datetime],
    stopping: asyncio.Event,
) -> int | None:
    """Put it into doubt; returns this run's epoch, None where it ends before it has begun."""
    bound = await _bound(platform.probe, stopping)
    if bound is None:
        return None
    epoch = await storage.facts.next_epoch()
    n = await storage.outbox.recover(platform.name, epoch, clock(), bound)
    if n:
        log.info("What an earlier run left open is settled now.", n=n)
    if platform.probe is not None:
        platform.probe.recovered()
    return epoch


async def _bound(probe: Probe | None, stopping: asyncio.Event) -> str | None:
    """Where a look for what was sent before ends. While the platform is away that takes its time:
    a stop does not wait for it.
    """
    if probe is None:
        return ""
    asked = asyncio.ensure_future(probe.bound())
    stopped = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait((asked, stopped), return_when=asyncio.FIRST_COMPLETED)
        return asked.result() if asked.done() else None
    finally:
        asked.cancel()
        stopped.cancel()
        await asyncio.gather(asked, stopped, return_exceptions=True)
