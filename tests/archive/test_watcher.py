"""The watcher, against a living WordPress: what it asks, keeps and announces."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from storage import Storage
from tests.archive.scene import FEED, Scene, announced, latest
from tests.fakes.faults import Fault


async def test_first_reading_is_quiet_and_the_next_is_news(scene: Scene, storage: Storage) -> None:
    """What was there at first contact is kept; what comes after is announced, oldest first."""
    first = await scene.watcher.read_once()
    scene.clock.pass_by(minutes=5)
    scene.site.write("Two")
    scene.clock.pass_by(seconds=2)
    scene.site.write("Three")
    await scene.watcher.read_once()

    assert first.feed_url == scene.site.url + FEED
    assert first.first_read_at is not None
    assert await announced(storage) == ["Two", "Three"]
    assert [r.title for r in await latest(storage)] == ["Three", "Two", "Old news"]
    assert scene.kept == 2


@pytest.mark.parametrize("server", ["nginx", "apache"])
async def test_unchanged_feed_is_a_304(scene: Scene, storage: Storage, server: str) -> None:
    """The second question is conditional in the way that a compressing WordPress understands."""
    scene.site.server = server  # type: ignore[assignment]
    await scene.watcher.read_once()
    asked = len(scene.site.requests)
    scene.clock.pass_by(minutes=1)
    reading = await scene.watcher.read_once()

    assert [r.status for r in scene.site.requests[asked:]] == [304]
    assert reading.last_read_at == scene.clock.now
    assert reading.last_error == ""


async def test_old_find_and_burst_are_not_announced(scene: Scene, storage: Storage) -> None:
    """A back-dated post is kept quietly; more at once than the limit are held."""
    await scene.watcher.read_once()
    scene.clock.pass_by(minutes=5)
    scene.site.write("Found late", date=scene.clock.now - timedelta(days=100),
                     modified=scene.clock.now)  # fmt: skip
    await scene.watcher.read_once()
    scene.clock.pass_by(minutes=5)
    for title in ("A", "B", "C"):
        scene.site.write(title)
    with capture_logs() as lines:
        await scene.watcher.read_once()

    assert await announced(storage) == []
    assert len(await latest(storage)) == 5
    assert await storage.releases.held() == 3
    assert [line["held"] for line in lines if "held" in line] == [3]


async def test_downtime_makes_nothing_old(scene: Scene, storage: Storage) -> None:
    """A release published while Herald was down for weeks is still news."""
    await storage.facts.alive(scene.clock.now)
    await scene.watcher.read_once()
    scene.clock.pass_by(days=1)
    scene.site.write("While down")
    scene.clock.pass_by(days=20)
    await storage.facts.alive(scene.clock.now)
    await scene.watcher.read_once()

    assert await announced(storage) == ["While down"]


async def test_edit_is_a_revision_and_no_news(scene: Scene, storage: Storage) -> None:
    """A post whose words change is the same release, changed."""
    await scene.watcher.read_once()
    scene.clock.pass_by(minutes=5)
    (post,) = scene.site.posts
    scene.site.edit(post.id, html="<p>Other words.</p>")
    await scene.watcher.read_once()

    (release,) = await latest(storage)
    assert (release.revision, release.body.text) == (2, "Other words.")
    assert await announced(storage) == []


async def test_same_body_is_not_read_again(scene: Scene, storage: Storage) -> None:
    """A server without validators that says the same again is known by the body's digest."""
    await scene.watcher.read_once()
    kept = await storage.archives.reading(scene.watcher.archive)
    await storage.archives.keep(replace(kept, etag="", last_modified=""))
    again = await scene.watcher.read_once()

    assert scene.site.requests[-1].status == 200
    assert (again.newest, again.last_error) == (kept.newest, "")
    assert scene.kept == 1


async def test_loop_waits_for_its_time_and_lives_on(
    scene: Scene, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It never asks before the kept due time, and an unexpected failure does not end it."""
    now = datetime.now(UTC)
    scene.watcher._clock = lambda: datetime.now(UTC)
    reading = await storage.archives.reading(scene.watcher.archive)
    await storage.archives.keep(replace(reading, next_read_at=now + timedelta(seconds=0.3)))
    monkeypatch.setattr("bot.archive.watcher.FIRST_PAUSE", 0.01)
    real, failures = scene.watcher.read_once, iter([RuntimeError("unexpected")])

    async def read_once() -> object:
        for failure in failures:
            raise failure
        return await real()

    monkeypatch.setattr(scene.watcher, "read_once", read_once)
    with capture_logs() as lines:
        task = asyncio.create_task(scene.watcher.run())
        await scene.site.wait_for_request(1)
        arrived = datetime.now(UTC)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert arrived >= now + timedelta(seconds=0.3)
    assert [line["log_level"] for line in lines][:1] == ["error"]


async def test_archive_without_a_feed_is_read_by_its_page(scene: Scene, storage: Storage) -> None:
    """Where there is only a page, the page is watched."""

    def page(*names: str) -> str:
        posts = "".join(
            f'<div class="hentry"><h2 class="entry-title"><a href="/{n}/">{n}</a></h2>'
            f'<time datetime="{scene.clock.now:%Y-%m-%d}"></time>'
            f'<div class="entry-content"><p>Text of {n}.</p></div></div>'
            for n in names
        )
        return f"<html><body>{posts}</body></html>"

    scene.site.fail(Fault(body=page("one")), Fault(status=404))
    await scene.watcher.read_once()
    scene.site.fail(Fault(body=page("two", "one")), Fault(status=404))
    reading = await scene.watcher.read_once()

    assert reading.last_error == ""
    assert await announced(storage) == ["two"]


async def test_a_machine_that_slept_has_not_made_news_old(scene: Scene, storage: Storage) -> None:
    """The process lives on while nine days pass: what was published on the first is news."""
    await storage.facts.alive(scene.clock.now)
    await scene.watcher.read_once()
    scene.clock.pass_by(days=1)
    scene.site.write("Published while it slept")
    scene.clock.pass_by(days=8)
    await scene.watcher.read_once()

    assert await announced(storage) == ["Published while it slept"]


async def test_a_clock_that_was_set_back_does_not_stop_the_reading(
    scene: Scene, storage: Storage
) -> None:
    """After a jump back of two days the archive is read all the same, and not in two days."""
    await scene.watcher.read_once()
    scene.clock.pass_by(days=-2)
    asked = len(scene.site.requests)
    task = asyncio.create_task(scene.watcher.run())
    await scene.site.wait_for_request(asked + 1)
    task.cancel()


async def test_a_moved_archive_makes_no_news(scene: Scene, storage: Storage) -> None:
    """Under another url, with other identifiers, the same posts are nobody's news."""
    await scene.watcher.read_once()
    moved = replace(scene.watcher.archive, url=f"{scene.site.url}/feed/")
    reading = await storage.archives.reading(moved)

    assert reading.first_read_at is None
