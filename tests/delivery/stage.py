"""A courier at work on a fake platform, with what its tests keep asking for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.chat import Pictures, no_picture
from bot.delivery.admins import Admins
from bot.delivery.courier import Courier
from storage import Storage
from storage.model import Address, Fate, Outbox, Progress
from tests.fakes.platform import FakePlatform
from tests.fakes.releases import ARCHIVE, draft


def clock() -> datetime:
    return datetime.now(UTC)


async def subscribed(storage: Storage, *chats: str) -> None:
    for chat in chats:
        await storage.subscribers.subscribe(Address("fake", chat))


async def published(storage: Storage, *numbers: int, now: datetime | None = None) -> None:
    """Store these releases as news, and write down whom they are owed to."""
    drafts = [(draft(n), Fate.ANNOUNCE) for n in numbers]
    await storage.keep(ARCHIVE, drafts, now or clock())
    while await storage.outbox.fan_out():
        pass


def made(
    storage: Storage,
    platform: FakePlatform,
    stopping: asyncio.Event,
    *,
    now: Callable[[], datetime] = clock,
    pictures: Pictures = no_picture,
) -> Courier:
    """A courier of this platform's."""
    admins = Admins([platform], storage, "en")
    return Courier(platform, storage, admins, clock=now, stopping=stopping, pictures=pictures)


@asynccontextmanager
async def courier(
    storage: Storage,
    platform: FakePlatform,
    *,
    now: Callable[[], datetime] = clock,
    pictures: Pictures = no_picture,
) -> AsyncIterator[Courier]:
    """A courier at work; it is told to stop at the end, and has to."""
    stopping = asyncio.Event()
    working = made(storage, platform, stopping, now=now, pictures=pictures)
    task = asyncio.create_task(working.run())
    try:
        yield working
    finally:
        stopping.set()
        working.wake.set()
        await asyncio.wait_for(task, 20)


async def settled(storage: Storage) -> Outbox:
    """The outbox once nothing waits any more."""
    async with asyncio.timeout(20):
        while (totals := await storage.outbox.totals()).waiting:
            await asyncio.sleep(0.01)
    return totals


async def progress(storage: Storage, announcement: int = 1) -> Progress:
    """How far an announcement is."""
    found = await storage.outbox.progress(announcement)
    assert found is not None
    return found
