"""The author of a statement sees one message that counts, from the first to the last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.chat import Gone, Message, Refused, Sent
from bot.delivery.reports import Reports
from storage import Storage
from storage.model import Address, RichText
from tests.delivery.stage import clock, courier, settled, subscribed
from tests.fakes.platform import FakePlatform

AUTHOR = Address("fake", "author")


class Board(FakePlatform):
    """Keeps what is edited, too."""

    def __init__(self) -> None:
        super().__init__()
        self.edits: list[tuple[str, str]] = []
        self.missing = False

    async def edit(self, address: Address, sent: Sent, message: Message) -> None:
        if self.missing:
            raise Refused("not there")
        self.edits.append((sent.id, message.text.text))
        async with self._more:
            self._more.notify_all()


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.reports.EDIT_SECONDS", 0.05)
    monkeypatch.setattr("bot.delivery.reports.LOOK_SECONDS", 0.02)


@asynccontextmanager
async def reporting(storage: Storage, platform: FakePlatform) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    task = asyncio.create_task(Reports(storage, [platform]).run(stopping))
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait_for(task, 10)


async def confirmed(storage: Storage) -> int:
    """A statement on its way to all."""
    draft = await storage.statements.draft(
        AUTHOR, RichText("Free them all."), timedelta(days=1), "en", clock()
    )
    sent = await storage.statements.send(draft.id, AUTHOR, clock())
    assert sent is not None
    while await storage.outbox.fan_out():
        pass
    return sent[0]


async def test_one_message_counts_to_the_end(storage: Storage) -> None:
    """The author gets a message, it is changed in place, and the last word is said once."""
    platform = Board()
    await subscribed(storage, *map(str, range(40)))
    await confirmed(storage)
    async with reporting(storage, platform):
        await platform.until(lambda: "author" in platform.chats)
        async with courier(storage, platform):
            await settled(storage)
        async with asyncio.timeout(10):
            while await storage.statements.reports():
                await storage.outbox.tidy(clock())
                await asyncio.sleep(0.01)

    assert 1 == platform.chats.count("author")
    ids = {sent for sent, _ in platform.edits}
    assert 1 == len(ids)
    assert "40" in platform.edits[-1][1]


async def test_a_message_that_is_gone_is_sent_anew(storage: Storage) -> None:
    """An author who deleted it gets another; one who blocked us gets none."""
    platform = Board()
    await subscribed(storage, "a")
    announcement = await confirmed(storage)
    async with reporting(storage, platform):
        await platform.until(lambda: platform.chats.count("author") == 1)
        platform.missing = True
        await storage.outbox.cancel(announcement)
        await platform.until(lambda: platform.chats.count("author") == 2)


async def test_an_author_who_is_gone_is_left_alone(storage: Storage) -> None:
    """There is nobody to tell; the statement goes on."""
    platform = Board()
    platform.failures.append(Gone("blocked"))
    await subscribed(storage, "a")
    await confirmed(storage)
    async with reporting(storage, platform), asyncio.timeout(10):
        while await storage.statements.reports():
            await asyncio.sleep(0.01)

    assert [] == platform.chats
