"""Progress: how far the outbox is, told by its counters."""

from __future__ import annotations

import pytest

from storage import Storage, progress
from storage.model import Lane, Outbox, Progress, Queue
from storage.outbox import State
from tests.storage.conftest import (
    LATER,
    NOON,
    TELEGRAM,
    announced,
    chat,
    claim,
    crowd,
    ended,
    fan_out,
    said,
)


async def numbers(storage: Storage) -> list[int]:
    return [found.announcement for found in await storage.outbox.running()]


async def test_progress_is_told_in_counters(storage: Storage) -> None:
    """Total, each end, and what is left; there is none of what was never announced."""
    await crowd(storage, 6)
    await announced(storage)
    await fan_out(storage)
    ends = (State.SENT, State.SENT, State.FAILED, State.SKIPPED, State.UNKNOWN)
    claimed = await claim(storage, 5)
    await storage.outbox.record(ended(d, e) for d, e in zip(claimed, ends, strict=True))
    found = await storage.outbox.progress(1)

    assert found == Progress(1, 6, 2, 1, 1, 1, cancelled=False, over=False)
    assert found.left == 1
    assert await storage.outbox.progress(2) is None


async def test_it_is_over_when_all_is_settled(storage: Storage) -> None:
    """Not while an audience is still being written, whoever of it is settled already."""
    await crowd(storage, 2)
    await announced(storage)
    await storage.outbox.fan_out(1)
    await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage))
    assert [1] == await numbers(storage)
    await fan_out(storage)
    await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage))

    assert [] == await numbers(storage)
    found = await storage.outbox.progress(1)
    assert found == Progress(1, 2, 2, 0, 0, 0, cancelled=False, over=True)


async def test_what_was_cancelled_is_over_when_nothing_is_under_way(storage: Storage) -> None:
    """What waited of it may not be counted as skipped yet: it is not sent any more."""
    await crowd(storage, 3)
    await announced(storage)
    await said(storage)
    await fan_out(storage)
    one, two = await claim(storage, 2)
    assert await storage.outbox.cancel(2)
    await storage.outbox.record([ended(one, State.SENT)])
    found = await storage.outbox.progress(2)
    assert found == Progress(2, 3, 1, 0, 0, 0, cancelled=True, over=False)
    assert [2, 1] == await numbers(storage)
    await storage.outbox.record([ended(two, State.WAITING, LATER)])
    found = await storage.outbox.progress(2)

    assert found == Progress(2, 3, 1, 0, 1, 0, cancelled=True, over=True)
    assert [1] == await numbers(storage)


async def test_what_runs_is_told_newest_first(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no more of it than fits on a screen."""
    monkeypatch.setattr(progress, "RUNNING", 2)
    await crowd(storage, 1)
    for name in ("one", "two", "three"):
        await announced(storage, name)
    await fan_out(storage)

    assert [3, 2] == await numbers(storage)


async def test_a_queue_a_lane(storage: Storage) -> None:
    """How many wait in each, and since when; a lane with nothing to do is not there."""
    await crowd(storage, 3)
    assert await storage.outbox.queue() == []
    await announced(storage, "one")
    await announced(storage, "two")
    await said(storage, now=LATER)
    await fan_out(storage)
    assert await storage.outbox.queue() == [
        Queue(Lane.STATEMENT, 3, LATER), Queue(Lane.RELEASE, 6, NOON),
    ]  # fmt: skip
    [delivery, *_] = await claim(storage, now=LATER)
    await storage.outbox.record([ended(delivery, State.SENT)])
    await storage.outbox.cancel(1)

    assert await storage.outbox.queue() == [
        Queue(Lane.STATEMENT, 2, LATER), Queue(Lane.RELEASE, 3, NOON),
    ]  # fmt: skip


async def test_the_totals_are_of_all_there_ever_was(storage: Storage) -> None:
    """Waiting is what will be tried still: what is under way or in doubt is, who left is not."""
    await crowd(storage, 6)
    await announced(storage)
    await fan_out(storage)
    claimed = await claim(storage, 4)
    ends = (State.SENT, State.FAILED, State.UNKNOWN, State.DOUBT)
    await storage.outbox.record(ended(d, e, LATER) for d, e in zip(claimed, ends, strict=True))
    await claim(storage, 1)
    assert Outbox(3, 1, 1, 1) == await storage.outbox.totals()
    await storage.subscribers.unsubscribe(chat(6))
    assert Outbox(2, 1, 1, 1) == await storage.outbox.totals()
    await storage.outbox.recover(TELEGRAM, 2, NOON)

    assert Outbox(2, 1, 1, 1) == await storage.outbox.totals()
