"""Virtual time itself: what passes at once, and what is waited for."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from storage import open_storage
from storage.model import Address
from storage.seal import Seal
from tests.virtual import StuckError, clock, run_virtually, this_loop, virtual

SECRET = b"k" * 32


def test_an_hour_of_sleep_takes_no_time() -> None:
    """The clock jumps from timer to timer, and tells the time that it stands for."""
    began = time.perf_counter()

    async def sleep() -> tuple[float, timedelta]:
        loop_began, day_began = this_loop().time(), clock()
        for _ in range(60):
            await asyncio.sleep(60)
        return this_loop().time() - loop_began, clock() - day_began

    assert (3600, timedelta(hours=1)) == run_virtually(sleep())
    assert time.perf_counter() - began < 60


@virtual
async def test_timers_go_off_in_their_order() -> None:
    """Whoever waits for less is first, and those who wait for the same moment see the same time."""
    seen: list[tuple[str, float]] = []
    began = this_loop().time()

    async def wait(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        seen.append((name, this_loop().time() - began))

    await asyncio.gather(wait("late", 5), wait("soon", 1), wait("as late", 5))

    assert [("soon", 1), ("late", 5), ("as late", 5)] == seen


@virtual
async def test_however_short_a_time_passes() -> None:
    """Who looks again and again whether it is late enough does not look for ever."""
    until = this_loop().time() + 1e-12
    while this_loop().time() < until:
        await asyncio.sleep(0)


@virtual
async def test_a_thread_is_waited_for() -> None:
    """Work in the executor takes none of the loop's time, however long it really takes."""
    began = this_loop().time()
    ticked = asyncio.create_task(asyncio.sleep(0.001))
    await asyncio.to_thread(time.sleep, 0.05)
    assert began == this_loop().time()
    await ticked


def test_the_database_is_waited_for(tmp_path: Path) -> None:
    """Statements in aiosqlite's threads end before the clock jumps, from opening to closing."""

    async def use() -> tuple[int, float]:
        began = this_loop().time()
        timer = asyncio.create_task(asyncio.sleep(30))
        async with open_storage(tmp_path / "herald.db", Seal(SECRET)) as storage:
            for n in range(50):
                await storage.subscribers.subscribe(Address("fake", str(n)))
            counted = await storage.subscribers.counts()
        took = this_loop().time() - began
        await timer
        return counted["fake"], took

    counted, took = run_virtually(use())

    assert 50 == counted
    assert took < 1  # what storage itself waits for, a busy file say, is waited for


@virtual
async def test_a_cancelled_statement_is_waited_for(tmp_path: Path) -> None:
    """A thread goes on with what nobody awaits any more: the clock stands until it is done."""
    async with open_storage(tmp_path / "herald.db", Seal(SECRET)) as storage:
        for n in range(20):
            task = asyncio.create_task(storage.subscribers.subscribe(Address("fake", str(n))))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(3600)
        await storage.subscribers.subscribe(Address("fake", "last"))

        assert (await storage.subscribers.counts())["fake"] >= 1


def test_an_error_in_a_thread_arrives() -> None:
    """What fails in the executor is raised where it is awaited."""

    async def fail() -> None:
        await asyncio.to_thread(int, "no number")

    with pytest.raises(ValueError, match="no number"):
        run_virtually(fail())


def test_a_deadlock_is_told() -> None:
    """Who waits for what never comes does not hang the tests."""

    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StuckError):
        run_virtually(wait())


def test_timers_may_be_late() -> None:
    """A loop that is busy is a little late each time, and a stall holds everything up."""

    async def sleep() -> float:
        began = this_loop().time()
        await asyncio.sleep(1)
        this_loop().stall(0.5)
        await asyncio.sleep(1)
        return round(this_loop().time() - began, 6)

    assert 2.7 == run_virtually(sleep(), late=lambda: 0.1)
