"""The historian: fills after the first reading, compares when it is due, and lives on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.archive import historian as historian_module
from storage import Storage
from tests.archive.chronicle import Chronicle, open_chronicle
from tests.archive.long_site import releases
from tests.archive.scene import announced
from tests.fakes.faults import Fault


@pytest.fixture
async def chronicle(storage: Storage) -> AsyncIterator[Chronicle]:
    async with open_chronicle(storage) as opened:
        yield opened


class Signals:
    """What a historian does, as events to wait for."""

    def __init__(self, chronicle: Chronicle) -> None:
        self.done: asyncio.Queue[str] = asyncio.Queue()
        real = chronicle.historian.work

        async def work() -> None:
            try:
                await real()
            finally:
                self.done.put_nowait("worked")

        chronicle.historian.work = work  # type: ignore[method-assign]

    async def worked(self) -> None:
        async with asyncio.timeout(10):
            await self.done.get()


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_fills_after_the_first_reading_and_never_before(
    chronicle: Chronicle, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On first contact it waits for the watcher; then all is there, and nobody was told."""
    monkeypatch.setattr(historian_module, "SOON_SECONDS", 0.01)
    signals = Signals(chronicle)
    task = asyncio.create_task(chronicle.historian.run())
    await asyncio.sleep(0.1)
    before = chronicle.asked()
    await chronicle.watcher.read_once()
    await signals.worked()
    await ended(task)

    assert [] == before
    assert releases(1, 23) == await chronicle.titles()
    assert [] == await announced(storage)
    assert [23] == chronicle.filled
    assert (await chronicle.history()).filled_at == chronicle.clock()


async def test_what_is_published_while_it_fills_is_announced_by_the_poll(
    chronicle: Chronicle, storage: Storage
) -> None:
    """It leaves news alone, however old the poll's last look is."""
    await chronicle.watcher.read_once()
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.write("Just now")
    await chronicle.historian.work()
    filled = await chronicle.titles()
    await chronicle.watcher.read_once()

    assert releases(1, 23) == filled
    assert ["Just now"] == await announced(storage)


@pytest.mark.parametrize(
    ("wait", "works"), [(timedelta(hours=-1), True), (timedelta(hours=1), False)]
)
async def test_due_time_is_kept_across_restarts(
    chronicle: Chronicle, storage: Storage, wait: timedelta, works: bool
) -> None:
    """What was due while it was down is done at once; what is not is not, though it began anew."""
    await chronicle.backfill()
    chronicle.historian._clock = lambda: datetime.now(UTC)
    history = await chronicle.history()
    due = datetime.now(UTC) + wait
    await storage.histories.keep(chronicle.archive, replace(history, reconcile_at=due))
    signals = Signals(chronicle)
    before = len(chronicle.asked())
    task = asyncio.create_task(chronicle.historian.run())
    if works:
        await signals.worked()
    else:
        await asyncio.sleep(0.2)
    await ended(task)

    assert works is (len(chronicle.asked()) > before)
    after = (await chronicle.history()).reconcile_at
    assert after is not None
    assert works is (after > due)


async def test_shorter_interval_is_taken_at_once(chronicle: Chronicle, storage: Storage) -> None:
    """A due time of long before the operator changed the interval does not stand in its way."""
    await chronicle.backfill()
    chronicle.historian._clock = lambda: datetime.now(UTC)
    history = await chronicle.history()
    due = datetime.now(UTC) + timedelta(hours=6)
    await storage.histories.keep(chronicle.archive, replace(history, reconcile_at=due))
    chronicle.historian.archive = replace(chronicle.archive, reconcile_seconds=0.1)
    signals = Signals(chronicle)
    task = asyncio.create_task(chronicle.historian.run())
    await signals.worked()
    await ended(task)

    assert (await chronicle.history()).reconciled_at is not None


@pytest.mark.parametrize(
    "trouble",
    [
        lambda chronicle: setattr(chronicle.site, "maintenance", True),
        lambda chronicle: [chronicle.site.trash(post.id) for post in chronicle.site.posts],
        lambda chronicle: setattr(chronicle.storage.histories, "known", None),
    ],
    ids=["silent", "nothing there", "our own fault"],
)
async def test_trouble_while_it_fills_is_said_and_tried_again(
    chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch, trouble: Callable[[Chronicle], object]
) -> None:
    """Whatever goes wrong, the loop turns on, after a pause that grows."""
    monkeypatch.setattr(historian_module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(historian_module, "LONGEST_PAUSE", 0.02)
    await chronicle.watcher.read_once()
    trouble(chronicle)
    signals = Signals(chronicle)
    with capture_logs() as lines:
        task = asyncio.create_task(chronicle.historian.run())
        for _ in range(3):
            await signals.worked()
        await ended(task)

    levels = {line["log_level"] for line in lines if "history" in line["event"]}
    assert levels <= {"warning", "error"}
    assert levels
    assert (await chronicle.history()).filled_at is None


async def test_archive_that_rests_is_left_alone(chronicle: Chronicle, storage: Storage) -> None:
    """One that said it is gone for good is not asked for its history either."""
    await chronicle.backfill()
    reading = await storage.archives.reading(chronicle.archive)
    await storage.archives.keep(replace(reading, resting=True))
    before = len(chronicle.asked())
    chronicle.historian.archive = replace(chronicle.archive, reconcile_seconds=0.01)
    task = asyncio.create_task(chronicle.historian.run())
    await asyncio.sleep(0.2)
    await ended(task)

    assert before == len(chronicle.asked())


async def test_archive_that_moved_is_filled_anew(chronicle: Chronicle, storage: Storage) -> None:
    """Under another url it is looked through again, and what is known is known."""
    await chronicle.backfill()
    moved = replace(chronicle.archive, url=f"{chronicle.site.url}/")
    chronicle.archive = chronicle.historian.archive = moved
    await storage.archives.reading(moved)
    history = await storage.histories.of(moved)
    await chronicle.historian.work()

    assert (None, 0) == (history.filled_at, history.mark)
    assert 46 == len(await chronicle.titles())
    assert [] == await announced(storage)


async def test_notice_is_told_once_and_when_it_is_over(chronicle: Chronicle) -> None:
    """Admins hear of it when it begins and when it ends, not in between."""
    await chronicle.backfill()
    posts = chronicle.site.posts
    for post in posts:
        chronicle.site.edit(post.id, categories=("news",), modified=post.modified_gmt)
    with capture_logs() as lines:
        for _ in range(3):
            await chronicle.compare()
        for post in posts:
            chronicle.site.publish(post)
        await chronicle.compare()

    assert 2 == len(chronicle.notices)
    assert chronicle.notices[0]
    assert "" == chronicle.notices[1]
    said = [line["event"] for line in lines]
    assert 1 == said.count("Somebody should look at the archive.")
    assert 1 == said.count("The archive is as it should be again.")


@pytest.mark.parametrize(
    ("status", "overdue", "waits"),
    [(503, 0.1, True), (429, 0.1, True), (503, 2, False), (404, 0.1, False)],
)
async def test_a_site_that_said_later_is_left_alone(
    chronicle: Chronicle, storage: Storage, status: int, overdue: float, waits: bool
) -> None:
    """What a poll was told holds for the comparison as well, though not for hours."""
    await chronicle.watcher.read_once()
    await chronicle.historian.work()
    now = chronicle.clock()
    chronicle.site.fail(Fault(status=status, headers={"Retry-After": "600"}))
    await chronicle.watcher.read_once()
    due = replace(await chronicle.history(), reconcile_at=now - timedelta(hours=overdue))
    await storage.histories.keep(chronicle.archive, due)
    wait = await chronicle.historian._wait(0.0)

    assert waits == (wait > 0)


async def test_a_feed_that_turned_bad_behind_a_304_is_seen(
    chronicle: Chronicle, storage: Storage
) -> None:
    """The comparison makes the next poll look, and the poll says what is wrong."""
    await chronicle.watcher.read_once()
    await chronicle.historian.work()
    chronicle.clock.pass_by(minutes=5)
    await chronicle.watcher.read_once()
    chronicle.site.blog.trap = True
    hidden = await chronicle.watcher.read_once()
    await chronicle.historian.work()
    seen = await chronicle.watcher.read_once()

    assert "" == hidden.last_error
    assert "comments" in seen.last_error
