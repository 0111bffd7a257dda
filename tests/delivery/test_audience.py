"""Who is told: whatever is announced is written into the outbox, whenever it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from bot.delivery.audience import write_audiences
from storage import Storage, open_storage
from storage.model import Address, Fate, Naming
from storage.outbox import announce
from storage.seal import Seal
from tests.conftest import SECRET
from tests.fakes.releases import ARCHIVE, draft


@asynccontextmanager
async def writing(storage: Storage, news: asyncio.Event) -> AsyncIterator[asyncio.Event]:
    courier = asyncio.Event()
    task = asyncio.create_task(write_audiences(storage, news, [courier]))
    try:
        yield courier
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def owed(storage: Storage, count: int) -> None:
    async with asyncio.timeout(10):
        while (await storage.outbox.totals()).waiting < count:
            await asyncio.sleep(0.005)


async def test_news_at_any_moment_finds_its_audience(storage: Storage) -> None:
    """A hundred releases, one after the other at odd moments: each is owed, and soon."""
    await storage.subscribers.subscribe(Address("fake", "1"))
    news = asyncio.Event()
    async with writing(storage, news):
        for number in range(1, 101):
            await storage.keep(ARCHIVE, [(draft(number), Fate.ANNOUNCE)], datetime.now(UTC))
            news.set()
            await owed(storage, number)


async def test_what_another_process_announces_is_found(storage: Storage) -> None:
    """Nobody rings a bell across processes: the database's own version tells."""
    await storage.subscribers.subscribe(Address("fake", "1"))
    async with writing(storage, asyncio.Event()) as courier:
        await asyncio.sleep(0)
        async with open_storage(storage.database.path, Seal(SECRET)) as other:
            await other.keep(ARCHIVE, [(draft(1), Fate.ANNOUNCE)], datetime.now(UTC))
        await owed(storage, 1)
        await asyncio.wait_for(courier.wait(), 10)


async def test_news_while_the_database_is_busy_is_not_overlooked(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bell rings just while it looks whether others have written: it is heard all the same."""
    monkeypatch.setattr("bot.delivery.audience.LOOK_SECONDS", 0.02)
    await storage.subscribers.subscribe(Address("fake", "1"))
    await storage.keep(ARCHIVE, [(draft(1), Fate.QUIET)], datetime.now(UTC))
    looking = asyncio.Event()
    version = storage.version

    async def watched() -> int:
        looking.set()
        return await version()

    monkeypatch.setattr(storage, "version", watched)
    news = asyncio.Event()
    async with writing(storage, news):
        await looking.wait()
        await asyncio.sleep(0.1)
        async with storage.database.write() as tx:
            looking.clear()
            await looking.wait()
            await announce(tx, 1, datetime.now(UTC), Naming())
            news.set()
        await owed(storage, 1)
