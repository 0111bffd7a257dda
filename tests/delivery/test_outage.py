"""The time in which a platform takes nothing lets no delivery expire; any other time does."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.chat import Gone, Later, Moved, NoRights, Refused, SendError, Stop, Unknown
from storage import Storage
from storage.model import Address
from tests.delivery import stage
from tests.delivery.stage import courier, progress, published, subscribed
from tests.delivery.weather import Weather, all_well, housed, waited
from tests.virtual import clock, virtual


class Days:
    """A clock on which days go by at once, with Herald there all the while."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._on = timedelta()

    def now(self) -> datetime:
        return clock() + self._on

    async def go_by(self, count: int) -> None:
        for _ in range(count * 24 * 15):
            self._on += timedelta(minutes=4)
            await self._storage.facts.alive(self.now())


@virtual
@pytest.mark.parametrize("way", ["sending", "reading"])
async def test_while_the_platform_refuses_us_nothing_expires(tmp_path: Path, way: str) -> None:
    """A token that is mended after eight days, while Herald lived: a week's delivery goes out. So
    it is where the refusal came to whoever reads there.
    """
    platform = Weather(lambda _: Stop("token refused") if way == "sending" else Unknown("lost"))
    async with housed(tmp_path) as storage:
        days = Days(storage)
        await subscribed(storage, "1", "2")
        await published(storage, 1, now=days.now())
        await _stopped(storage, platform, days, way)
        await days.go_by(8)
        platform.rule = all_well
        async with courier(storage, platform, now=days.now):
            await waited(storage, 0, 660)
            found = await progress(storage)
        noted = await storage.facts.get("stopped fake")

    assert (2, 0) == (found.sent, found.skipped)
    assert "" == noted


async def _stopped(storage: Storage, platform: Weather, days: Days, way: str) -> None:
    """A courier's run that ends with the refusal."""
    task = asyncio.create_task(stage.made(storage, platform, asyncio.Event(), now=days.now).run())
    await asyncio.sleep(3)
    if way == "reading":
        task.cancel()
    [end] = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(end, Stop if way == "sending" else asyncio.CancelledError)


ANSWERS: list[SendError] = [
    Gone("x"), NoRights("x"), Refused("x"), Moved("x", Address("fake", "9")), Later("x"),
    Later("x", seconds=5),
]  # fmt: skip


@virtual
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda error: type(error).__name__)
async def test_whatever_the_platform_answers_it_is_there(tmp_path: Path, answer: SendError) -> None:
    """An answer was lost once; after any other answer it is Herald's own time again."""
    ends: list[SendError] = [Unknown("lost"), answer]
    platform = Weather(lambda _: ends.pop(0), admins=())
    async with housed(tmp_path) as storage:
        await subscribed(storage, "1")
        await published(storage, 1, now=clock())
        async with courier(storage, platform, now=clock) as working:
            while ends:
                await asyncio.sleep(0.1)
            platform.seconds = dict.fromkeys("19", 1e9)  # nothing is answered from now on
            await asyncio.sleep(150)
            uptime = await working._outage.uptime(clock() - timedelta(minutes=1), clock())

    assert timedelta(minutes=1) == uptime


@virtual
async def test_what_is_refused_all_week_expires(tmp_path: Path) -> None:
    """One lost answer, then refusals that nobody understands: after its week it is given up."""
    ends: list[SendError] = [Unknown("lost")]
    platform = Weather(lambda _: ends.pop() if ends else Later("odd"))
    async with housed(tmp_path) as storage:
        days = Days(storage)
        await subscribed(storage, "1")
        await published(storage, 1, now=days.now())
        async with courier(storage, platform, now=days.now) as working:
            await asyncio.sleep(60)
            await days.go_by(8)
            working.wake.set()
            await waited(storage, 0, 60)
            found = await progress(storage)

    assert (1, 0) == (found.skipped, found.left)
    assert 0 == await outages(tmp_path)


async def outages(folder: Path) -> int:
    """How many were written down."""
    async with housed(folder) as storage, storage.database.read() as connection:
        return int(await connection.value("SELECT count(*) FROM outages WHERE platform <> ''"))


@virtual
async def test_what_is_in_time_is_known_no_longer_than_that_is_true(tmp_path: Path) -> None:
    """Five releases wait out eight days in which Herald was not there, and go out one after the
    other: of those that were looked at minutes ago nothing is remembered.
    """
    platform = Weather(admins=())
    platform.seconds["1"] = 100.0
    async with housed(tmp_path) as storage:
        await subscribed(storage, "1")
        await published(storage, *range(1, 6), now=clock())
        await storage.facts.alive(clock())
        async with courier(storage, platform, now=lambda: clock() + timedelta(days=8)) as working:
            await waited(storage, 0, 660)
            known = list(working._sender._in_time)

    assert 5 == len(platform.arrived)
    assert 1 == len(known)
