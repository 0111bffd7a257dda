"""Who is told: those subscribed when a release was stored, written into the outbox by chunks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bot.waiting import rung
from storage import Storage

# Another process may have announced something: SQLite's data_version tells, asked this often.
LOOK_SECONDS = 1.0


async def write_audiences(
    storage: Storage, news: asyncio.Event, couriers: Iterable[asyncio.Event]
) -> None:
    """Fan out whatever is announced, and wake the couriers. Runs until cancelled."""
    couriers = list(couriers)
    seen = -1
    while True:
        version = await storage.version()
        told = news.is_set()
        news.clear()  # before we look: news that comes meanwhile rings again
        if not told and version == seen and not await storage.outbox.fanning():
            await rung(news, LOOK_SECONDS)
            continue
        seen, written = version, False
        while await storage.outbox.fan_out():
            written = True
            await asyncio.sleep(0)
        if written:
            for courier in couriers:
                courier.set()
