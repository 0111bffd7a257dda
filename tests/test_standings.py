"""Standings: told at once to who watches, written down behind the platforms, the last of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from bot.health import NOT_YET
from bot.standings import Standings
from bot.supervise import kept_running
from storage import DatabaseError, Storage
from storage.model import Standing
from storage.platforms import Platforms


class Clock:
    """A minute later each time it is asked."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@asynccontextmanager
async def keeping(standings: Standings) -> AsyncIterator[None]:
    """As the app keeps them: begun again where the database was in the way."""
    stopping = asyncio.Event()
    task = asyncio.create_task(kept_running("standings", standings.keep, stopping))
    try:
        yield
    finally:
        stopping.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Told:
    """What was written down, as it is written, and how often the database shall refuse."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, refusals: int = 0) -> None:
        self.queue: asyncio.Queue[tuple[str, bool, str]] = asyncio.Queue()
        self.refusals = refusals
        really = Platforms.report

        async def report(shelf: Platforms, name: str, ok: bool, why: str, now: datetime) -> None:
            if self.refusals:
                self.refusals -= 1
                raise DatabaseError("The disk is full.")
            await really(shelf, name, ok, why, now)
            self.queue.put_nowait((name, ok, why))

        monkeypatch.setattr(Platforms, "report", report)

    async def next(self) -> tuple[str, bool, str]:
        async with asyncio.timeout(10):
            return await self.queue.get()


async def test_a_run_begins_with_nobody_well(storage: Storage, now: datetime) -> None:
    """Each platform that runs has yet to say so; what an earlier run said is gone."""
    await storage.platforms.report("b", True, "", now)
    await storage.platforms.report("former", True, "", now)
    standings = Standings(storage, Clock(now))
    await standings.begin({"b"})

    assert ["b"] == [part.name for part in standings.health.waiting]
    assert [Standing("b", False, NOT_YET, now + timedelta(minutes=1))] == (
        await storage.platforms.all()
    )


async def test_only_changes_are_written(
    storage: Storage, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saying the same again costs nothing; each change is kept, with the time it was said."""
    told = Told(monkeypatch)
    standings = Standings(storage, Clock(now))
    await standings.begin({"a"})
    async with keeping(standings):
        standings.report("a", False, NOT_YET)
        standings.report("a", True, "said in vain")
        assert ("a", True, "") == await told.next()
        standings.report("a", True)
        standings.report("a", False, "it is down")
        assert ("a", False, "it is down") == await told.next()

    assert told.queue.empty()
    assert [Standing("a", False, "it is down", now + timedelta(minutes=3))] == (
        await storage.platforms.all()
    )


async def test_who_watches_is_told_at_once(storage: Storage, now: datetime) -> None:
    """Health does not wait for the database."""
    standings = Standings(storage, Clock(now))
    await standings.begin({"a"})
    async with storage.database.write():
        standings.report("a", True)
        assert [] == standings.health.waiting


async def test_a_database_that_refuses_is_tried_again(
    storage: Storage, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that was said is lost by it."""
    monkeypatch.setattr("bot.supervise.BUSY_SECONDS", 0.0)
    told = Told(monkeypatch, refusals=3)
    standings = Standings(storage, Clock(now))
    await standings.begin({"a", "b"})
    async with keeping(standings):
        standings.report("a", True)
        standings.report("b", True)
        assert {("a", True, ""), ("b", True, "")} == {await told.next(), await told.next()}

    assert 0 == told.refusals


async def test_what_is_said_during_a_write_is_written_after_it(
    storage: Storage, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last word of a platform is the one that stays."""
    told = Told(monkeypatch)
    standings = Standings(storage, Clock(now))
    await standings.begin({"a"})
    really = storage.platforms.report

    async def report(name: str, ok: bool, why: str, at: datetime) -> None:
        if ok:
            standings.report("a", False, "down again")
        await really(name, ok, why, at)

    monkeypatch.setattr(storage.platforms, "report", report)
    async with keeping(standings):
        standings.report("a", True)
        assert ("a", True, "") == await told.next()
        assert ("a", False, "down again") == await told.next()


async def test_the_last_word_is_kept_at_the_end(storage: Storage, now: datetime) -> None:
    """What was said just before the end is written though nobody keeps any more."""
    standings = Standings(storage, Clock(now))
    await standings.begin({"a"})
    standings.report("a", False, "it is stopped")
    await standings.end()

    [standing] = await storage.platforms.all()
    assert "it is stopped" == standing.why


async def test_a_database_that_cannot_be_written_does_not_hold_up_the_end(
    storage: Storage, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it refuses or does not answer, Herald ends."""
    monkeypatch.setattr("bot.standings.END_SECONDS", 0.01)
    standings = Standings(storage, Clock(now))
    await standings.begin({"a"})
    standings.report("a", True)
    async with asyncio.timeout(10), storage.database.write():
        await standings.end()
    Told(monkeypatch, refusals=1)
    await standings.end()

    [standing] = await storage.platforms.all()
    assert not standing.ok
