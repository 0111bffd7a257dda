"""What those who watch over Herald are shown, asked over HTTP, of a real database."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import __version__, monitor
from bot.metrics import Snapshot
from bot.monitor import can_write, look_at
from storage import DatabaseError, Storage, database
from storage.model import Address, Archive, Reading
from tests.watched import ARCHIVES, TELEGRAM, House, samples, snapshot


@pytest.fixture
async def house(storage: Storage, now: datetime) -> AsyncIterator[House]:
    async with House(storage, now).open() as opened:
        yield opened


async def test_the_figures_of_a_real_database_are_shown(house: House, storage: Storage) -> None:
    """Subscribers, archives and the rest come from the file, and only of archives that are read."""
    await storage.subscribers.subscribe(Address(TELEGRAM, "1"))
    await storage.archives.reading(Archive("former", "https://example.org/old/"))
    house.metrics.rate(TELEGRAM, 29)
    status, headers, text = await house.ask("/metrics")
    found = {family.name: family for family in text_string_to_metric_families(text)}

    assert (200, "text/plain; version=0.0.4; charset=utf-8") == (status, headers["Content-Type"])
    assert {(TELEGRAM,): 1} == samples(found["herald_subscribers"])
    assert {("releases",): 0} == samples(found["herald_archive_failing"])
    assert {(TELEGRAM,): 29} == samples(found["herald_send_rate"])
    assert samples(found["herald_database_bytes"])[()] >= storage.database.path.stat().st_size > 0


async def test_many_who_look_cost_one_look(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks at once, or within the second, is shown what was found; later it is new."""
    monkeypatch.setattr(monitor, "FRESH_SECONDS", 3600.0)
    await asyncio.gather(*(house.figures() for _ in range(5)))
    await house.figures()
    assert 1 == house.looks

    monkeypatch.setattr(monitor, "FRESH_SECONDS", 0.0)
    await house.figures()
    assert 2 == house.looks


async def test_a_database_that_another_program_writes_is_shown(
    house: House, storage: Storage
) -> None:
    """A lock that keeps us from writing does not keep us from looking."""
    with sqlite3.connect(storage.database.path) as other:
        other.execute("BEGIN EXCLUSIVE")
        found = await house.figures()
        other.rollback()
    other.close()

    assert {(): 1} == samples(found["herald_database_up"])


async def test_a_database_that_does_not_answer_holds_no_figures_up(
    house: House, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every reader taken the process's own figures come in time; then all is as before."""
    monkeypatch.setattr(monitor, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(monitor, "FRESH_SECONDS", 0.0)
    async with storage.database.read(), storage.database.read():
        assert 2 == database.READERS
        found = await house.figures()
        assert {(): 0} == samples(found["herald_database_up"])
        assert "process_cpu_seconds" in found
        assert "herald_subscribers" not in found
    monkeypatch.setattr(monitor, "LOOK_SECONDS", 20.0)

    assert {(): 1} == samples((await house.figures())["herald_database_up"])


async def test_a_look_that_ends_late_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who come while a look has been given up, and not ended, begin no other beside it."""
    monkeypatch.setattr(monitor, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(monitor, "FRESH_SECONDS", 0.0)
    let_go, begun = asyncio.Event(), 0

    async def stubborn() -> int:
        nonlocal begun
        begun += 1
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue
        raise asyncio.CancelledError

    latest = monitor.Latest(stubborn)
    assert [None, None] == [await latest.found(), await latest.found()]
    assert 1 == begun
    monkeypatch.setattr(monitor, "LOOK_SECONDS", 20.0)
    let_go.set()

    assert None is await latest.found()


async def test_a_look_that_fails_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be read is said in a figure; a fault of ours is not hidden in one."""
    monkeypatch.setattr(monitor, "FRESH_SECONDS", 0.0)
    ends: list[Callable[[], Snapshot]] = []

    async def look() -> Snapshot:
        return ends.pop()()

    def broken() -> Snapshot:
        raise DatabaseError("The database cannot be read.")

    def wrong() -> Snapshot:
        raise ZeroDivisionError

    latest = monitor.Latest(look)
    ends += [snapshot, wrong, broken, snapshot]
    assert snapshot() == await latest.found()
    assert None is await latest.found()
    with pytest.raises(ZeroDivisionError):
        await latest.found()
    assert snapshot() == await latest.found()


async def test_it_is_alive_while_it_answers(house: House) -> None:
    """Not being ready is no reason to be started anew."""
    house.health.report("audience", ok=False, why="the database cannot be used")
    status, headers, text = await house.ask("/healthz")
    assert (200, "application/json") == (status, headers["Content-Type"])
    assert {"status": "ok", "version": __version__} == json.loads(text)
    assert ("\n", 1) == (text[-1], text.count("\n"))


async def test_it_is_ready_when_every_part_is(house: House) -> None:
    """Until then it says what it waits for, and why; a part that fails later counts, too."""
    status, headers, text = await house.ask("/readyz")
    assert (503, "application/json") == (status, headers["Content-Type"])
    assert {
        "ready": False, "waiting_for": [{"part": TELEGRAM, "why": "it has not begun yet"}],
    } == json.loads(text)  # fmt: skip
    assert text.endswith("}\n")

    house.health.report(TELEGRAM, ok=True, why="never shown")
    assert (200, '{"ready": true}\n') == (await house.ask("/readyz"))[::2]

    house.health.report(TELEGRAM, ok=False, why="it was refused")
    status, _, text = await house.ask("/readyz")
    assert (503, "it was refused") == (status, json.loads(text)["waiting_for"][0]["why"])


async def test_it_is_not_ready_while_nothing_can_be_written(
    house: House, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked database is found out by trying, in time, and so is its end."""
    monkeypatch.setattr(monitor, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(monitor, "LOOK_SECONDS", 0.1)
    house.health.report(TELEGRAM, ok=True)
    with sqlite3.connect(storage.database.path) as other:
        other.execute("BEGIN IMMEDIATE")
        status, _, text = await house.ask("/readyz")
        assert (503, [{"part": "database", "why": "it cannot be written"}]) == (
            status,
            json.loads(text)["waiting_for"],
        )
        assert 200 == (await house.ask("/healthz"))[0]
        other.rollback()
    other.close()
    monkeypatch.setattr(monitor, "LOOK_SECONDS", 20.0)

    async with asyncio.timeout(20):
        while (await house.ask("/readyz"))[0] != 200:  # the try before has to end first
            pass


async def test_a_part_says_why_better_than_a_try_does(
    house: House, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes knows what is wrong with the database, a full disk for one: said once."""
    monkeypatch.setattr(monitor, "LOOK_SECONDS", 0.1)
    house.health.report(TELEGRAM, ok=True)
    house.health.report("database", ok=False, why="the disk is full")
    with sqlite3.connect(storage.database.path) as other:
        other.execute("BEGIN IMMEDIATE")
        _, _, text = await house.ask("/readyz")
        other.rollback()
    other.close()

    assert [{"part": "database", "why": "the disk is full"}] == json.loads(text)["waiting_for"]


async def test_trying_to_write_changes_nothing(storage: Storage, now: datetime) -> None:
    """Nobody is woken by it, and the file stays as it is."""
    before = storage.database.path.read_bytes()
    with sqlite3.connect(storage.database.path) as other:
        seen = other.execute("PRAGMA data_version").fetchone()
        assert await can_write(storage)
        assert seen == other.execute("PRAGMA data_version").fetchone()
    other.close()

    assert before == storage.database.path.read_bytes()


async def test_an_archive_that_was_never_asked_is_shown(storage: Storage, now: datetime) -> None:
    """An archive is there from the moment it is set up."""
    found = await look_at(storage, ARCHIVES, now)

    assert [Reading("releases", "https://example.org/feed/")] == found.archives
