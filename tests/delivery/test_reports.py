"""The author of a statement sees one message that counts, from the first to the last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.chat import Gone, Message, NoRights, Refused, SendError, Sent, Unknown
from bot.delivery.reports import Reports
from bot.supervise import kept_running
from storage import DatabaseError, Storage
from storage.model import Address, Lane, RichText
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
    reports = Reports(storage, [platform])
    task = asyncio.create_task(kept_running("reports", lambda: reports.run(stopping), stopping))
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


@pytest.mark.parametrize("told", [False, True], ids=["first message", "edit"])
async def test_who_was_forgotten_is_told_nothing_more(storage: Storage, told: bool) -> None:
    """Not even what was waiting for its turn when they asked to be forgotten."""
    platform = Board()
    await subscribed(storage, "a")
    announcement = await confirmed(storage)
    if told:
        await storage.statements.reported(1, "55", over=False)
    at_turn, forgotten = asyncio.Event(), asyncio.Event()
    turn = platform.budget.turn

    @asynccontextmanager
    async def slow(lane: Lane, address: Address) -> AsyncIterator[None]:
        async with turn(lane, address):
            at_turn.set()
            await forgotten.wait()
            yield

    platform.budget.turn = slow  # type: ignore[assignment]
    async with reporting(storage, platform), asyncio.timeout(10):
        await at_turn.wait()
        await storage.subscribers.forget(AUTHOR)
        await storage.outbox.cancel(announcement)
        forgotten.set()
        while platform.budget.in_flight:
            await asyncio.sleep(0.01)

    assert ([], []) == (platform.chats, platform.edits)


@pytest.mark.parametrize("end", [Gone("blocked"), NoRights("not here")])
async def test_an_author_who_cannot_be_told_is_left_alone(storage: Storage, end: SendError) -> None:
    """There is nobody to tell; the statement goes on."""
    platform = Board()
    platform.failures.append(end)
    await subscribed(storage, "a")
    await confirmed(storage)
    async with reporting(storage, platform), asyncio.timeout(10):
        while await storage.statements.reports():
            await asyncio.sleep(0.01)

    assert (1, []) == (platform.started, platform.chats)


async def test_what_may_have_arrived_is_not_sent_for_ever(storage: Storage) -> None:
    """Each message whose answer is lost may be another copy: after a few no more are sent."""
    platform = Board()
    platform.failures.extend([Unknown("cut")] * 50)
    await subscribed(storage, "a")
    await confirmed(storage)
    async with reporting(storage, platform), asyncio.timeout(20):
        while await storage.statements.reports():
            await asyncio.sleep(0.01)

    assert 3 == platform.started


async def test_what_cannot_be_kept_is_not_sent_again(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk is full the author has one message, not one a second."""
    refused = 0

    async def full(*_: object, **__: object) -> None:
        nonlocal refused
        refused += 1
        raise DatabaseError("The database cannot be written: disk full.")

    monkeypatch.setattr("bot.supervise.BUSY_SECONDS", 0.01)
    platform = Board()
    await subscribed(storage, "a")
    await confirmed(storage)
    kept = storage.statements.reported
    monkeypatch.setattr(storage.statements, "reported", full)
    async with reporting(storage, platform), asyncio.timeout(10):
        while refused < 20:
            await asyncio.sleep(0.01)
        monkeypatch.setattr(storage.statements, "reported", kept)
        while not (await storage.statements.reports())[0].message:
            await asyncio.sleep(0.01)

    assert ["author"] == platform.chats
