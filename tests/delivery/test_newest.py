"""What is known of announcements does not grow for the life of the process."""

from __future__ import annotations

import asyncio

import pytest

from bot.delivery.newest import Newest
from storage import Storage
from tests.delivery.stage import made, published, settled, subscribed
from tests.fakes.platform import FakePlatform


def test_what_was_added_last_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten for the fourth of three; what is added again is new again."""
    monkeypatch.setattr("bot.delivery.newest.KEPT", 3)
    newest = Newest[int]()
    for item in (1, 2, 3, 1, 4):
        newest.add(item)

    assert [3, 1, 4] == list(newest)
    assert (False, True) == (2 in newest, 1 in newest)


async def test_a_courier_keeps_what_is_proven_of_few_announcements(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of six releases it knows the last two, and everybody has got all of them."""
    monkeypatch.setattr("bot.delivery.newest.KEPT", 2)
    platform, stopping = FakePlatform(), asyncio.Event()
    working = made(storage, platform, stopping)
    await subscribed(storage, *"abc")
    await published(storage, *range(1, 7))
    task = asyncio.create_task(working.run())
    totals = await settled(storage)
    stopping.set()
    working.wake.set()
    await asyncio.wait_for(task, 20)

    assert (18, 0) == (totals.sent, totals.failed)
    known = working._canaries
    assert [2, 2] == [len(known._proven), len(known._shown)]
