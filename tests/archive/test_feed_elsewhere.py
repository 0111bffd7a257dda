"""Archives whose feed lies elsewhere, or moves: what is read stays the right one, and is news."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot.archive.fetch import Answer, FetchError
from bot.archive.historian import Historian
from bot.archive.judging import Judge
from bot.archive.visitor import Visitor
from bot.archive.watcher import Watcher
from storage import Storage
from storage.model import Archive, Reading
from tests.archive.conftest import item, rss
from tests.archive.scene import Clock, announced

OLD, NEW, FEED = "https://old.example/", "https://press.example/", "https://feeds.example.net/p"


class Net:
    """The web, as a table of addresses: a text, where it leads for good, or nobody (None)."""

    def __init__(self) -> None:
        self.pages: dict[str, str | None] = {}
        self.moved: dict[str, str] = {}

    async def get(self, url: str, headers: Mapping[str, str] | None = None, **_: object) -> Answer:
        to = self.moved.get(url, "")
        body = self.pages.get(to or url, "")
        if body is None:
            raise FetchError("The archive could not be reached.")
        etag = f'"{hash(body)}"'
        if headers and headers.get("If-None-Match") == etag:
            return Answer(304, url=to or url, moved_to=to)
        status = 200 if body else 404
        return Answer(status, {"etag": etag}, body.encode(), to or url, to)


class World:
    """An archive at `url`, and what reads it."""

    def __init__(self, storage: Storage, url: str) -> None:
        self.clock, self.net, self.storage = Clock(), Net(), storage
        self.archive = Archive("press", url)
        judge = Judge(storage, self.archive, news_days=7, burst=5)
        self.watcher = Watcher(
            self.archive, storage, self.net, judge=judge, clock=self.clock,  # type: ignore[arg-type]
            on_kept=lambda: None, correcting=None,
        )  # fmt: skip
        self.historian = Historian(
            self.archive, storage, Visitor(self.net, self.clock, tries=1), judge,  # type: ignore[arg-type]
            correcting=None, clock=self.clock, on_kept=lambda: None,
        )  # fmt: skip

    def feed(self, last: int, *, fresh: bool = False) -> str:
        """A feed of releases from long ago, up to the `last`; with a fresh one, number 99."""
        items = [item(n, self.clock.now - timedelta(days=40 - n)) for n in range(1, last + 1)]
        return rss(*reversed([*items, *([item(99, self.clock.now)] if fresh else [])]))

    async def begin(self) -> None:
        await self.storage.facts.alive(self.clock())
        await self.watcher.read_once()
        await self.historian.work()
        await self.polls(1)

    async def polls(self, times: int) -> Reading:
        for _ in range(times):
            self.clock.pass_by(minutes=15, seconds=1)
            reading = await self.watcher.read_once()
        return reading

    async def compares(self) -> Reading:
        self.clock.pass_by(hours=6)
        await self.storage.facts.alive(self.clock())
        await self.historian.work()
        return await self.storage.archives.reading(self.archive)


def page(feed: str) -> str:
    """A page that names its feed."""
    link = f'<link rel="alternate" type="application/rss+xml" href="{feed}">'
    return f"<html><head>{link}</head><body><p>Hello</p></body></html>"


async def test_url_that_is_a_feed_keeps_its_validators(storage: Storage) -> None:
    """A comparison takes nothing from a poll that costs a 304."""
    world = World(storage, "https://press.example/rss.xml")
    world.net.pages[world.archive.url] = world.feed(10)
    await world.begin()
    before = await storage.archives.reading(world.archive)
    after = await world.compares()

    assert before.etag == after.etag != ""


@pytest.mark.parametrize("own", [3, 15])
async def test_feed_that_was_always_elsewhere_stays_the_feed(storage: Storage, own: int) -> None:
    """Whatever lies at the usual place: a stale one, or one with more in it than is ours."""
    world = World(storage, NEW)
    world.net.pages |= {NEW: page(FEED), FEED: world.feed(10), f"{NEW}feed/": world.feed(own)}
    await world.begin()
    for _ in range(2):
        await world.compares()
    world.net.pages[FEED] = world.feed(10, fresh=True)
    reading = await world.polls(4)
    await world.compares()

    assert FEED == reading.feed_url
    assert ["Release 99"] == await announced(storage)
    assert 11 == await storage.releases.count()


@pytest.mark.parametrize("lazily", [False, True])
async def test_what_is_published_while_a_site_moves_is_announced(
    storage: Storage, lazily: bool
) -> None:
    """Each address leads to its new one, or all to the new front page; then the old site ends."""
    world = World(storage, OLD)
    for site in (OLD, NEW):
        world.net.pages |= {site: page("/feed/"), f"{site}feed/": world.feed(10)}
    await world.begin()
    world.net.moved = {OLD: NEW, f"{OLD}feed/": NEW if lazily else f"{NEW}feed/"}
    world.net.pages[f"{NEW}feed/"] = world.feed(10, fresh=True)
    await world.polls(6)
    compared = await world.compares()
    world.net.moved = {}
    world.net.pages |= {OLD: None, f"{OLD}feed/": None}
    reading = await world.polls(2)

    assert [f"{NEW}feed/"] * 2 == [compared.feed_url, reading.feed_url]
    assert "" == reading.last_error
    assert ["Release 99"] == await announced(storage)
