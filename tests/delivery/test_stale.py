"""A claim that is old is given back: its reader may have left, or it was cancelled, meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat import Limits
from bot.waiting import loop_seconds
from storage import Storage
from storage.model import Address, Attachment, Fate
from tests.delivery.stage import courier, published, subscribed
from tests.delivery.weather import Weather, housed, waited
from tests.fakes.releases import ARCHIVE, draft
from tests.virtual import clock, virtual

Leave = Callable[[Storage], Awaitable[object]]


async def all_leave(storage: Storage) -> None:
    """Everybody unsubscribes."""
    for chat in "123":
        await storage.subscribers.unsubscribe(Address("fake", chat))


async def cancel(storage: Storage) -> None:
    """The announcement is called off."""
    assert await storage.outbox.cancel(1)


@virtual
@pytest.mark.parametrize("leave", [all_leave, cancel])
async def test_nothing_follows_while_an_admin_is_shown_it(tmp_path: Path, leave: Leave) -> None:
    """The first copy takes eight seconds to reach an admin: what is claimed is claimed anew."""
    platform = Weather()
    platform.seconds["admin"] = 8.0
    async with housed(tmp_path) as storage:
        await subscribed(storage, *"123")
        await published(storage, 1, now=clock())
        async with courier(storage, platform, now=clock):
            await asyncio.sleep(1)
            await leave(storage)
            await asyncio.sleep(15)

    assert [] == [send for send in platform.sends if send.chat != "admin"]


@virtual
async def test_the_push_follows_the_first_copy_at_once(tmp_path: Path) -> None:
    """Nobody waits longer for that: a moment after the admin has it the others are told."""
    platform = Weather()
    platform.seconds["admin"] = 8.0
    async with housed(tmp_path) as storage:
        await subscribed(storage, *"123")
        await published(storage, 1, now=clock())
        async with courier(storage, platform, now=clock):
            began = loop_seconds()
            await waited(storage, 0, 60)

    assert "admin" == platform.sends[0].chat
    assert ["1", "2", "3"] == sorted(send.chat for send in platform.sends[1:])
    assert platform.sends[1].at - began < 8.5


async def pictured(storage: Storage) -> None:
    """A release that has a lead picture."""
    words = replace(draft(1), picture="https://example.org/p.png")
    await storage.keep(ARCHIVE, [(words, Fate.ANNOUNCE)], clock())
    while await storage.outbox.fan_out():
        pass


async def slow_picture(_: str) -> Attachment | None:
    """It takes three seconds, each time, to find that there is none."""
    await asyncio.sleep(3)
    return None


@virtual
@pytest.mark.parametrize("leave", [all_leave, cancel])
async def test_nothing_follows_a_slow_picture(tmp_path: Path, leave: Leave) -> None:
    """Whoever left while it was fetched is sent nothing."""
    platform = Weather(admins=())
    platform.limits = Limits(4096, 1024)
    async with housed(tmp_path) as storage:
        await subscribed(storage, *"123")
        await pictured(storage)
        async with courier(storage, platform, now=clock, pictures=slow_picture):
            await asyncio.sleep(0.3)
            await leave(storage)
            await asyncio.sleep(15)

    assert [] == platform.sends


@virtual
async def test_a_slow_picture_holds_up_nobody_for_ever(tmp_path: Path) -> None:
    """All who stay are told, though each look for the picture takes longer than a claim lasts."""
    platform = Weather(admins=())
    platform.limits = Limits(4096, 1024)
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(40)))
        await pictured(storage)
        async with courier(storage, platform, now=clock, pictures=slow_picture):
            await waited(storage, 0, 60)
            totals = await storage.outbox.totals()

    assert (40, 0) == (totals.sent, totals.waiting)
