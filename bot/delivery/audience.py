"""Who is told: those subscribed when a release was stored, written into the outbox by chunks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from storage import Storage

# Another process may have announced something: it is found within this many seconds.
LOOK_SECONDS = 1.0


async def write_audiences(
    storage: Storage, news: asyncio.Event, couriers: Iterable[asyncio.Event]
) -> None:
    """Fan out whatever is announced, and wake the couriers. Runs until cancelled."""
    couriers = list(couriers)
    while True:
        news.clear()
        written = False
        while await storage.outbox.fan_out():
            written = True
            await asyncio.sleep(0)
        if written:
            for courier in couriers:
                courier.set()
        await wait(news, LOOK_SECONDS)


async def wait(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, but no longer than so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
