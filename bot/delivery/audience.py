"""Who is told: those subscribed when a release was stored, written into the outbox by chunks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

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
        # No await from here to the first look: news that comes in between would be wiped off.
        told = news.is_set()
        news.clear()
        if not told and version == seen and not await storage.outbox.fanning():
            await wait(news, LOOK_SECONDS)
            continue
        seen, written = version, False
        while await storage.outbox.fan_out():
            written = True
            await asyncio.sleep(0)
        if written:
            for courier in couriers:
                courier.set()


async def wait(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, but no longer than so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
