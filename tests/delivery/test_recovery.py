"""The beginning of a run: what is in doubt comes first, and a stop is heard while that waits."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.chat import Message, Sent
from bot.waiting import loop_seconds
from storage.model import Address, Lane, Outbox
from tests.delivery import stage
from tests.delivery.stage import published, subscribed
from tests.delivery.weather import Weather, housed
from tests.virtual import clock, virtual


class Away:
    """A probe that cannot know where earlier runs ended, before the platform is there."""

    def __init__(self) -> None:
        self.there = asyncio.Event()
        self.ended = False
        self.settled = 0

    async def bound(self) -> str:
        try:
            await self.there.wait()
        finally:
            self.ended = True
        return "9"

    def recovered(self) -> None:
        self.settled += 1

    def mark(self, address: Address) -> str:
        return ""

    async def arrived(self, address: Address, message: Message, mark: str) -> Sent | None:
        return None


@virtual
async def test_a_stop_is_heard_while_the_platform_is_away(tmp_path: Path) -> None:
    """The run ends at once, what an earlier one left open stays for the next, nothing hangs on."""
    platform, stopping = Weather(), asyncio.Event()
    platform.probe = probe = Away()
    async with housed(tmp_path) as storage:
        await subscribed(storage, "1")
        await published(storage, 1, now=clock())
        dead = await storage.facts.next_epoch()
        await storage.outbox.claim("fake", dead, [Lane.RELEASE], 1, clock())
        running = asyncio.create_task(stage.made(storage, platform, stopping, now=clock).run())
        await asyncio.sleep(2)
        began = loop_seconds()
        stopping.set()
        await running
        epoch = await storage.facts.next_epoch()

    assert 0 == loop_seconds() - began
    assert (True, 0) == (probe.ended, probe.settled)
    assert dead + 1 == epoch, "that run was none"


@virtual
async def test_once_it_is_there_the_run_begins(tmp_path: Path) -> None:
    """With what was left open, and then with what waits."""
    platform, stopping = Weather(admins=()), asyncio.Event()
    platform.probe = probe = Away()
    async with housed(tmp_path) as storage:
        await subscribed(storage, "1", "2")
        await published(storage, 1, now=clock())
        dead = await storage.facts.next_epoch()
        await storage.outbox.claim("fake", dead, [Lane.RELEASE], 1, clock())
        working = stage.made(storage, platform, stopping, now=clock)
        running = asyncio.create_task(working.run())
        await asyncio.sleep(2)
        assert [] == platform.sends
        probe.there.set()
        await asyncio.sleep(2)
        totals = await storage.outbox.totals()
        stopping.set()
        working.wake.set()
        await running

    assert (Outbox(sent=2), 1) == (totals, probe.settled)
