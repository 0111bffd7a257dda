"""What is published while an archive is brought in is news; what was there before is none."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import timedelta

import pytest

from bot.archive import rest as rest_way
from bot.archive.backfill import Backfill
from bot.archive.fetch import Answer, Fetcher, FetchError
from bot.demo import blog as site
from bot.demo import wordpress
from storage import Storage
from tests.archive.chronicle import CORRECTING, Chronicle, open_chronicle
from tests.archive.scene import announced
from tests.fakes.rules import Rule


@pytest.fixture
async def chronicle(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chronicle]:
    monkeypatch.setattr(rest_way, "PER_PAGE", 10)
    async with open_chronicle(storage) as opened:
        yield opened


def api_without(numbers: Collection[int]) -> Rule:
    """The API does not show these posts, as where a plugin keeps a category out of it."""

    def rule(blog: site.Blog, path: str, query: dict[str, str], given: site.Answer) -> site.Answer:
        if not path.startswith("/wp-json/wp/v2/posts"):
            return given
        other = copy.copy(blog)
        other.posts = {n: post for n, post in blog.posts.items() if n not in numbers}
        return wordpress.answer(other, path, query)

    return rule


class SlowPoll:
    """Lets the polls of a watcher wait for `go`, and fail then if `fails`."""

    def __init__(
        self, chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch, *, fails: bool
    ) -> None:
        self.began, self.go = asyncio.Event(), asyncio.Event()
        self._fails = fails
        self._real: Fetcher = chronicle.watcher._fetcher
        monkeypatch.setattr(chronicle.watcher, "_fetcher", self)

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        self.began.set()
        await self.go.wait()
        if self._fails:
            raise FetchError("The archive did not answer within 30 seconds.")
        return await self._real.get(url, headers)


async def test_poll_that_fails_meanwhile_forgets_nothing(
    chronicle: Chronicle, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began before there was a first reading and ends after: what follows is news."""
    with monkeypatch.context() as patched:
        slow = SlowPoll(chronicle, patched, fails=True)
        poll = asyncio.create_task(chronicle.watcher.read_once())
        await slow.began.wait()
        chronicle.clock.pass_by(minutes=1)
        await chronicle.backfill(announces=True)
        slow.go.set()
        await poll
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.write("Fresh")
    await chronicle.watcher.read_once()

    assert ["Fresh"] == await announced(storage)


async def test_poll_under_way_while_a_backfill_ends(
    chronicle: Chronicle, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the backfill left to the poll is announced by it, though it began before both."""
    with monkeypatch.context() as patched:
        slow = SlowPoll(chronicle, patched, fails=False)
        poll = asyncio.create_task(chronicle.watcher.read_once())
        await slow.began.wait()
        filling = asyncio.create_task(chronicle.backfill(announces=True))
        chronicle.clock.pass_by(minutes=2)
        chronicle.site.write("Meanwhile")
        await filling
        slow.go.set()
        await poll

    assert ["Meanwhile"] == await announced(storage)


async def test_first_poll_in_the_midst_of_a_backfill(
    chronicle: Chronicle, storage: Storage
) -> None:
    """What came out since that began is news to it; what was there before is kept quietly."""
    steps = 0

    async def announces() -> bool:
        nonlocal steps
        steps += 1
        if steps == 1:
            chronicle.clock.pass_by(minutes=10)
            chronicle.site.write("Meanwhile")
        if steps == 3:
            chronicle.clock.pass_by(minutes=10)
            await chronicle.watcher.read_once()
        return True

    chronicle.site.write("Before", date=chronicle.clock() - timedelta(days=2))
    backfill = Backfill(
        storage, chronicle.visitor, chronicle.archive, chronicle.judge,
        correcting=CORRECTING, clock=chronicle.clock, announces=announces,
    )  # fmt: skip
    await backfill.run()
    chronicle.clock.pass_by(minutes=5)
    await chronicle.watcher.read_once()

    assert steps >= 3
    assert ["Meanwhile"] == await announced(storage)
    assert ["Before", "Meanwhile"] == (await chronicle.titles())[-2:]


async def test_old_posts_of_the_feed_alone_are_no_news(
    chronicle: Chronicle, storage: Storage
) -> None:
    """The first poll after a backfill may show what the API lacked: only what is newer is news."""
    hidden = set()
    for n in range(2):
        post = chronicle.site.write(f"Old {n}", date=chronicle.clock() - timedelta(days=3, hours=n))
        hidden.add(post.id)
    chronicle.site.rules.append(api_without(hidden))
    await chronicle.backfill()
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.write("New")
    await chronicle.watcher.read_once()

    assert ["New"] == await announced(storage)
    assert ["Old 1", "Old 0", "New"] == (await chronicle.titles())[-3:]

    chronicle.clock.pass_by(minutes=5)
    chronicle.site.write("Late", date=chronicle.clock() - timedelta(days=1))
    await chronicle.compare()
    assert ["New", "Late"] == await announced(storage), "later readings go by the days alone"


async def test_a_running_bot_tells_what_came_out_while_it_was_down(
    chronicle: Chronicle, storage: Storage
) -> None:
    """It had polled before its history was begun: what is dated before that is news as ever."""
    await chronicle.watcher.read_once()
    chronicle.clock.pass_by(hours=30)
    await storage.facts.alive(chronicle.clock())
    chronicle.site.write("While down", date=chronicle.clock() - timedelta(hours=20))
    await chronicle.backfill(announces=True)
    await chronicle.watcher.read_once()

    assert ["While down"] == await announced(storage)
