"""A feed that is not where it was is found again, and no other one is taken for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.archive.discover import within
from bot.archive.polling import PROVEN
from bot.demo.blog import Answer, Blog
from storage import Storage
from tests.archive.chronicle import Chronicle, open_chronicle
from tests.archive.long_site import CATEGORY, releases
from tests.archive.scene import announced
from tests.fakes.rules import Rule


@pytest.fixture
async def chronicle(storage: Storage) -> AsyncIterator[Chronicle]:
    """A site of 23 releases, a piece of news beside each; its feed was read."""
    async with open_chronicle(storage) as opened:
        await opened.backfill()
        opened.clock.pass_by(minutes=1)
        await opened.watcher.read_once()
        opened.clock.pass_by(minutes=5)
        yield opened


def soon(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """A plugin for sites under construction: one page, with the site's own head, for all."""
    if not path.startswith(CATEGORY):
        return given
    link = f'<link rel="alternate" type="application/rss+xml" href="{blog.url}/feed/" />'
    return Answer(f"<html><head>{link}</head><body><h1>Coming soon</h1></body></html>")


def gone(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """The same where the feed is a 404."""
    if path.startswith(CATEGORY + "feed"):
        return Answer("", status=404)
    return soon(blog, path, query, given)


async def more(chronicle: Chronicle) -> list[str]:
    """Releases alone, as many as the site's own feed holds; all of them are known."""
    titles = [f"More {n}" for n in range(12)]
    for title in titles:
        chronicle.site.write(title)
    await chronicle.watcher.read_once()
    chronicle.clock.pass_by(minutes=5)
    return titles


@pytest.mark.parametrize("rule", [soon, gone])
async def test_coming_soon_page_leads_nowhere_else(
    chronicle: Chronicle, storage: Storage, rule: Rule
) -> None:
    """The feed of all the site's posts is not the archive's; its own is read as soon as it can."""
    chronicle.site.rules.append(rule)
    chronicle.site.write("Gossip A", categories=("news",))
    during = [await chronicle.watcher.read_once() for _ in range(PROVEN + 1)]
    chronicle.site.rules.clear()
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.write("Gossip B", categories=("news",))
    chronicle.site.write("News indeed")
    after = await chronicle.watcher.read_once()

    feed = chronicle.site.url + CATEGORY + "feed/"
    assert [feed] * (PROVEN + 2) == [reading.feed_url for reading in (*during, after)]
    assert all(reading.last_error for reading in during)
    assert "" == after.last_error
    assert [*releases(1, 23), "News indeed"] == await chronicle.titles()
    assert ["News indeed"] == await announced(storage)


async def test_nothing_is_taken_from_another_place_at_first(
    chronicle: Chronicle, storage: Storage
) -> None:
    """Where all in it is known but what is newer, that has to wait; the old one comes first."""
    held = await more(chronicle)
    chronicle.site.rules.append(soon)
    chronicle.site.write("Gossip A", categories=("news",))
    during = await chronicle.watcher.read_once()
    chronicle.site.rules.clear()
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.write("Gossip B", categories=("news",))
    after = await chronicle.watcher.read_once()

    feed = chronicle.site.url + CATEGORY + "feed/"
    assert [(feed, "")] * 2 == [
        (reading.feed_url, reading.last_error) for reading in (during, after)
    ]
    assert "" == during.etag == during.last_modified
    assert [*releases(1, 23), *held] == await chronicle.titles()
    assert not {"Gossip A", "Gossip B"} & {*await announced(storage)}


async def test_feed_that_moved_for_good_is_believed(chronicle: Chronicle, storage: Storage) -> None:
    """It proves right as a redirect does; then it is the feed, and what is new in it is news."""
    await more(chronicle)
    chronicle.site.rules.append(gone)
    readings = []
    for _ in range(PROVEN):
        readings.append(await chronicle.watcher.read_once())
        chronicle.clock.pass_by(minutes=5)
    chronicle.site.write("Newest")
    before = len(chronicle.asked())
    await chronicle.watcher.read_once()

    urls = [reading.feed_url.removeprefix(chronicle.site.url) for reading in readings]
    assert [CATEGORY + "feed/"] * (PROVEN - 1) + ["/feed/"] == urls
    assert ["/feed/"] == chronicle.asked(before)
    assert ["Newest"] == (await announced(storage))[-1:]


@pytest.mark.parametrize(
    ("link", "inside"),
    [
        ("https://a.example/press/feed/", True), ("https://www.a.example/press/x/feed/", True),
        ("https://a.example/feed/", False), ("https://a.example/pressed/feed/", False),
        ("https://b.example/press/feed/", False), ("http://[bad", False),
    ],
)  # fmt: skip
def test_feeds_of_a_place(link: str, inside: bool) -> None:
    """A feed is of a place by its host and its path."""
    assert inside is within(link, "https://a.example/press/page/2/")


def test_feeds_of_a_place_that_is_an_argument() -> None:
    """With plain links the path says nothing, the argument all."""
    url = "https://a.example/?cat=2"
    assert within("https://a.example/?feed=rss2&cat=2", url)
    assert not within("https://a.example/?feed=rss2", url)


async def test_own_feed_is_read_again_when_it_is_back(
    chronicle: Chronicle, storage: Storage
) -> None:
    """Another one was read meanwhile and proved right; it ends with the next comparison."""
    await more(chronicle)
    chronicle.site.rules.append(gone)
    for _ in range(PROVEN):
        await chronicle.watcher.read_once()
        chronicle.clock.pass_by(minutes=5)
    meanwhile = (await storage.archives.reading(chronicle.archive)).feed_url
    chronicle.site.rules.clear()
    await chronicle.historian.work()
    chronicle.site.write("Gossip", categories=("news",))
    chronicle.site.write("Ours")
    await chronicle.watcher.read_once()

    own = (await storage.archives.reading(chronicle.archive)).feed_url
    assert [f"{chronicle.site.url}/feed/", f"{chronicle.site.url}{CATEGORY}feed/"] == [
        meanwhile,
        own,
    ]
    assert "" == (await storage.archives.reading(chronicle.archive)).lost_feed
    assert "Ours" in await announced(storage)
    assert "Gossip" not in await chronicle.titles()
