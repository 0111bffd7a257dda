"""The loop that keeps what is stored small comes by everywhere."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.delivery.tidying import tidy
from storage import Storage
from storage.model import Address, Content, RichText


async def test_each_round_comes_by_outbox_and_mailboxes(storage: Storage, now: datetime) -> None:
    """An old draft and an old letter are gone after one of them."""
    reader = Address("somewhere", "1")
    await storage.subscribers.subscribe(reader)
    await storage.mailboxes.put([(reader, "d1", Content("old news"))], now)
    draft = await storage.statements.draft(reader, RichText("Hear!"), timedelta(days=1), "en", now)
    stopping = asyncio.Event()
    asked = 0

    def clock() -> datetime:
        nonlocal asked
        asked += 1
        if asked == 2:
            stopping.set()
        return now + timedelta(days=91)

    async with asyncio.timeout(10):
        await tidy(storage, clock, stopping)

    assert None is await storage.statements.find(draft.id, reader)
    assert [] == await storage.mailboxes.since(reader)
