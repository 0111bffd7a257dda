"""Answers are lost though messages arrive: copies stay few, and what is unknown counts as that."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.chat import SendError, Unknown
from storage import DatabaseError
from storage.model import Outbox
from storage.outbox import State
from tests.delivery.stage import courier, progress, published, subscribed
from tests.delivery.weather import HOUR, Weather, heartbeat, housed, waited
from tests.virtual import clock, virtual


def lost(_: str) -> SendError:
    """Every answer is lost at once, though each send is done."""
    return Unknown("no answer")


@virtual
async def test_where_every_answer_is_lost_one_follows_the_other(tmp_path: Path) -> None:
    """One send a second, three copies for each at most, then it is unknown, and admins hear it."""
    platform = Weather(lost)
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(60)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            await asyncio.sleep(30)
            soon = len(platform.sends)
            await waited(storage, 0, HOUR)
            totals = await storage.outbox.totals()

    assert soon <= 32
    assert Outbox(waiting=0, sent=0, failed=0, unknown=60) == totals
    assert 3 == platform.most()
    assert 1 == platform.said("in doubt")


@virtual
async def test_one_whose_answers_are_lost_beside_others(tmp_path: Path) -> None:
    """All others get theirs at full speed; the one in doubt ends as unknown within minutes."""
    platform = Weather(lambda chat: lost(chat) if chat == "5" else None)
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(300)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            assert await waited(storage, 1, HOUR) < 15
            await waited(storage, 0, HOUR)
            totals = await storage.outbox.totals()

    assert Outbox(waiting=0, sent=299, failed=0, unknown=1) == totals
    assert platform.most() <= 6


@virtual
async def test_a_silence_of_some_minutes_gives_nobody_up(tmp_path: Path) -> None:
    """Once answers come again, everybody has it and nothing is unknown."""
    platform = Weather(lost)
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(60)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            await asyncio.sleep(240)
            platform.rule = lambda _: None
            await waited(storage, 0, 660)
            totals = await storage.outbox.totals()

    assert Outbox(waiting=0, sent=60, failed=0, unknown=0) == totals


@virtual
async def test_where_a_key_guards_nothing_is_given_up(tmp_path: Path) -> None:
    """What arrives once however often it is sent is tried until it is certain."""
    platform = Weather(lost)
    platform.once = True
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(20)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            await asyncio.sleep(6 * HOUR)
            platform.rule = lambda _: None
            await waited(storage, 0, HOUR)
            totals = await storage.outbox.totals()

    assert Outbox(waiting=0, sent=20, failed=0, unknown=0) == totals
    assert platform.most() > 3


@virtual
async def test_what_is_in_doubt_when_it_expires_is_unknown(tmp_path: Path) -> None:
    """It may have arrived: that is not the same as skipped, whichever of them is claimed first."""
    platform = Weather(lost)
    async with housed(tmp_path) as storage:
        await subscribed(storage, *"123")
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            await asyncio.sleep(20)
            async with storage.database.write() as tx:
                await tx.run(
                    "UPDATE announcements SET created_at = created_at - ?", (8 * 86400000,)
                )
                await tx.run("UPDATE deliveries SET due_at = 0 WHERE state = 4")
            await waited(storage, 0, 60)
            found = await progress(storage)

    assert (0, 3) == (found.skipped, found.unknown)


@virtual
@pytest.mark.parametrize("fails", ["alive", "downtime"])
async def test_a_locked_database_makes_no_failure_of_a_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """What may have arrived stays in doubt, and counts as tried, though its age is not known."""
    platform = Weather(lost, admins=())
    async with housed(tmp_path) as storage:
        await subscribed(storage, "1")
        await published(storage, 1, now=clock())

        async def locked(*_: object) -> None:
            raise DatabaseError("locked")

        monkeypatch.setattr(storage.facts, fails, locked)
        async with courier(storage, platform, now=clock):
            await asyncio.sleep(3)
            async with storage.database.read() as connection:
                rows = await connection.rows("SELECT state, attempts, error FROM deliveries")

    assert [(State.DOUBT, 1, "unknown")] == [(State(s), n, error) for s, n, error in rows]
    assert 1 == len(platform.sends)
