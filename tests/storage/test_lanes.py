"""From the first schema to the second: what was owed goes on, and what was done stays done."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from storage import Seal, open_storage
from storage.health import health
from storage.model import Lane, Outbox, Progress
from storage.outbox import State
from storage.schema import migrations
from storage.tidying import KEPT
from tests.storage.conftest import (
    LANES,
    NOON,
    SECRET,
    TELEGRAM,
    announced,
    chat,
    ended,
    fan_out,
    miscounted,
    query,
    states,
    what,
)

MS = int(NOON.timestamp() * 1000)

# As a first Herald that was killed in its seventh run left them: announcement, subscriber, state,
# epoch. The first release is settled, the second on its way, the third is not written down yet.
DELIVERIES = [
    (1, 1, State.SENT, 5), (1, 2, State.FAILED, 5), (1, 3, State.SKIPPED, 0),
    (1, 4, State.UNKNOWN, 6),
    (2, 1, State.WAITING, 0), (2, 2, State.INTENT, 7), (2, 3, State.DOUBT, 7),
    (2, 4, State.SENT, 7),
]  # fmt: skip


@pytest.fixture
def old(path: Path) -> Path:
    """A database of schema 1, and what it holds."""
    seal = Seal(SECRET)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(migrations()[0])
        connection.execute(
            "INSERT INTO facts VALUES ('key_check', ?), ('joined', '4')", [seal.check]
        )
        connection.executemany(
            "INSERT INTO subscribers (id, platform, address, address_hash, chat_hash, active,"
            " joined) VALUES (?, 'telegram', ?, ?, ?, 1, ?)",
            [(n, seal.seal(chat(n), n), seal.address_hash(chat(n)), seal.chat_hash(chat(n)), n)
             for n in range(1, 5)],
        )  # fmt: skip
        connection.executemany(
            "INSERT INTO announcements (kind, created_at, audience, reached, fanned, total, sent,"
            " failed, skipped, unknown) VALUES ('release', ?, 4, ?, ?, ?, ?, ?, ?, ?)",
            [(MS, 4, 1, 4, 1, 1, 1, 1), (MS, 4, 1, 4, 1, 0, 0, 0), (MS, 0, 0, 0, 0, 0, 0, 0)],
        )
        connection.executemany(
            "INSERT INTO deliveries (announcement_id, subscriber_id, platform, state, due_at,"
            " epoch) VALUES (?, ?, 'telegram', ?, ?, ?)",
            [(of, to, state, MS, epoch) for of, to, state, epoch in DELIVERIES],
        )
        connection.commit()
    return path


async def test_what_was_owed_goes_on(old: Path) -> None:
    """What waited, was under way or in doubt is sent to its end, then what comes after it."""
    async with open_storage(old, Seal(SECRET)) as storage:
        assert await storage.outbox.totals() == Outbox(3, 2, 1, 1)
        assert await storage.outbox.recover(TELEGRAM, 8, NOON, "99") == 1
        await fan_out(storage)
        first = await storage.outbox.claim(TELEGRAM, 8, LANES, 10, NOON)
        assert sorted(what(first)) == [(2, 1), (2, 2), (2, 3), (3, 4)]
        assert [d.doubtful for d in sorted(first, key=lambda d: d.id)] == [False, True, True, False]
        assert {(d.announcement.lane, d.announcement.lifetime, d.mark) for d in first} == {
            (Lane.RELEASE, timedelta(days=7), "")
        }
        await storage.outbox.record(ended(d, State.SENT) for d in first)
        second = await storage.outbox.claim(TELEGRAM, 8, LANES, 10, NOON + timedelta(seconds=1))
        assert sorted(what(second)) == [(3, 1), (3, 2), (3, 3)]
        assert await miscounted(storage) == []


async def test_what_was_done_becomes_counters(old: Path) -> None:
    """What the first schema never called done is found to be, and folded when its time comes."""
    async with open_storage(old, Seal(SECRET)) as storage:
        assert [3, 2] == [p.announcement for p in await storage.outbox.running()]
        for now in (NOON, NOON + KEPT):
            while await storage.outbox.tidy(now):
                pass
        assert 4 == len(await states(storage)), "what is not settled stays"
        done = Progress(1, 4, 1, 1, 1, 1, cancelled=False, over=True)
        assert await storage.outbox.progress(1) == done


async def test_new_news_follow(old: Path) -> None:
    """A release that comes after is owed to the same people, in the lane of releases."""
    async with open_storage(old, Seal(SECRET)) as storage:
        await announced(storage)
        await fan_out(storage)
        assert [(4, 2, 4)] == await query(
            storage, "SELECT id, lane, total FROM announcements WHERE id = 4"
        )


async def test_it_is_sound_before_and_after(old: Path) -> None:
    """A look finds no damage in either, and the old one is kept beside the new."""
    before = await health(old, thorough=True)
    async with open_storage(old, Seal(SECRET)):
        pass
    after = await health(old, thorough=True)
    kept = await health(old.with_name("herald.db.before-0002"), thorough=True)

    assert [(1, ""), (len(migrations()), ""), (1, "")] == [
        (found.schema, found.damage) for found in (before, after, kept)
    ]
