"""Reading an archive by its numbered pages: a feed's and those for people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.archive.fetch import open_fetcher
from bot.archive.paged import Paged, feed_pages, site_pages
from bot.archive.visitor import Visitor
from bot.archive.ways import NoWay, Unheard
from bot.demo.blog import Answer, Blog
from bot.demo.wordpress import answer as wordpress_answer
from storage.model import Archive, Kind
from tests.archive.long_site import CATEGORY, Long, now, open_long, releases, titles, walked
from tests.fakes.captures import Replay
from tests.fakes.faults import Fault
from tests.fakes.rules import last_page_again, one_feed_page, sends_home

FEED = CATEGORY + "feed/"
HTML = "<!DOCTYPE html><html><body><p>We are busy.</p></body></html>"


@pytest.fixture
async def long() -> AsyncIterator[Long]:
    async with open_long(43) as opened:
        yield opened


def feed_of(long: Long) -> Paged:
    return feed_pages(long.visitor, long.archive, long.site.url + FEED, now)


def pages_of(long: Long) -> Paged:
    return site_pages(long.visitor, long.archive, long.archive.url, now)


@pytest.mark.parametrize("way", [feed_of, pages_of])
async def test_all_releases(long: Long, way: Callable[[Long], Paged]) -> None:
    """Five pages, each newer than the next, and None past the last; no news among them."""
    pages = way(long)

    assert await pages.last() == 5
    assert [titles(await pages.page(n)) for n in (1, 2, 5)] == [
        releases(34, 43), releases(24, 33), releases(1, 3),
    ]  # fmt: skip
    assert await pages.page(6) is None
    assert await walked(pages) == releases(1, 43)


async def test_counting_costs_few_requests_and_none_of_them_twice(long: Long) -> None:
    """The last page is found by doubling and halving; what was fetched is used in the walk."""
    pages = feed_of(long)

    await walked(pages)

    paths = long.asked()
    assert len(paths) == len(set(paths))
    assert len(paths) <= 5 + 3  # three pages that are not there: 8, 6 and perhaps 5


async def test_page_is_asked_for_anew_when_it_was_used(long: Long) -> None:
    """A second look is a look: what was kept while counting serves once."""
    pages = feed_of(long)
    await walked(pages)
    long.site.edit(11, title="Edited")

    assert (await walked(pages))[0] == "Edited"


@pytest.mark.parametrize("count", [1, 9, 10, 11, 20, 21, 80, 81])
async def test_last_page_for_any_number_of_releases(count: int) -> None:
    """Wherever the end lies, it is found."""
    async with open_long(count) as long:
        assert await feed_of(long).last() == -(-count // 10)


async def test_feed_that_knows_no_pages_has_one(long: Long) -> None:
    """Page 1 again for every number is no second page, even if one was published meanwhile."""
    long.site.rules.append(one_feed_page)
    pages = feed_of(long)
    assert titles(await pages.page(1)) == releases(34, 43)

    long.site.write("Just now")

    assert await pages.page(2) is None
    assert await pages.last() == 1


@pytest.mark.parametrize("count", [11, 20, 23, 43, 80])
async def test_site_that_gives_its_last_page_again_and_again(count: int) -> None:
    """Where numbers past the end mean the last page, it is the last, and is read once."""
    async with open_long(count) as long:
        long.site.rules.append(last_page_again)
        pages = feed_of(long)
        assert await pages.last() == -(-count // 10)

        found, number = [], 1
        while page := await pages.page(number):
            found += titles(page)
            number += 1

    assert len(found) == count


async def test_site_that_sends_home_what_is_not_there(long: Long) -> None:
    """A page that leads to the front page is not there: that one shows news, too."""
    long.site.rules.append(sends_home)

    pages = pages_of(long)

    assert await pages.last() == 5
    assert await walked(pages) == releases(1, 43)


@pytest.mark.parametrize(
    "path", ["/page/2/feed/", "/category/no-such/feed/"], ids=["comments", "empty"]
)
async def test_dead_pages_with_a_good_status(long: Long, path: str) -> None:
    """An empty channel, or a discussion's, is the end though it says 200."""

    def dead(blog: Blog, asked: str, query: dict[str, str], given: Answer) -> Answer:
        late = int(query.get("paged", "1")) > 2
        return wordpress_answer(blog, path, {}) if late else given

    long.site.rules.append(dead)

    assert await feed_of(long).last() == 2


async def test_slip_is_not_the_end(long: Long) -> None:
    """A page that is HTML once, or is cut short, is looked at again."""
    pages = feed_of(long)
    await pages.page(1)
    long.site.fail(Fault(body=HTML))

    assert titles(await pages.page(2)) == releases(24, 33)
    long.site.fail(Fault(body='<rss version="2.0"><channel><title>Press</title><item><title>A'))
    assert titles(await pages.page(3)) == releases(14, 23)


async def test_html_for_ever_is_the_end(long: Long) -> None:
    """Past the first page it is no page; as the first one it means that there is no such way."""
    pages = feed_of(long)
    await pages.page(1)
    long.site.fail(Fault(body=HTML), times=2)
    assert await pages.page(2) is None

    long.site.fail(Fault(body=HTML), times=2)
    with pytest.raises(NoWay, match="cannot be read"):
        await feed_of(long).page(1)


@pytest.mark.parametrize(("status", "number"), [(404, 1), (403, 1), (403, 3), (401, 2)])
async def test_other_statuses_are_no_way(long: Long, status: int, number: int) -> None:
    """What is forbidden may be there: nothing is concluded. A first page is never the end."""
    pages = feed_of(long)
    if number > 1:
        await pages.page(1)
    long.site.fail(Fault(status=status))

    with pytest.raises(NoWay, match=f"status {status}"):
        await pages.page(number)


async def test_silence_is_no_end(long: Long) -> None:
    """A site in maintenance has as many pages as before."""
    pages = feed_of(long)
    await pages.page(1)
    long.site.fail(Fault(status=503, headers={"Retry-After": "3600"}))

    with pytest.raises(Unheard, match="503"):
        await pages.page(2)


async def test_empty_feed_has_no_page() -> None:
    """Nothing at all is no page."""
    async with open_long(0) as long:
        assert (await feed_of(long).page(1), await feed_of(long).last()) == (None, 0)


@pytest.mark.parametrize(
    ("link", "third"),
    [
        ("/category/press-releases/page/2/", "/category/press-releases/page/3/"),
        ("/?paged=2&cat=2", "/?paged=3&cat=2"),
        ("/news?cat=2&page=2", "/news?cat=2&page=3"),
        ("/2022/news/2/", "/2022/news/3/"),
        ("/blog/page-2.html", "/blog/page-3.html"),
        ("", "/category/press-releases/page/3/"),
        ("?before=1712345678", "/category/press-releases/page/3/"),
    ],
)
async def test_pages_are_called_as_their_link_says(long: Long, link: str, third: str) -> None:
    """The link to the second page says what the third is called; else WordPress's way is tried."""

    def linked(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        old = f'<a href="{blog.url}{CATEGORY}page/2/" >Next Page &raquo;</a>'
        new = f'<a href="{link.replace("&", "&amp;")}">Next Page &raquo;</a>' if link else ""
        assert isinstance(given.body, str)
        return Answer(given.body.replace(old, new), given.type, given.status, given.headers)

    long.site.rules.append(linked)
    pages = pages_of(long)
    await pages.page(1)
    with suppress(NoWay):
        await pages.page(3)

    assert long.asked()[1] == third


async def test_feed_with_arguments_keeps_them(long: Long) -> None:
    """Where links are plain, the category is an argument, too."""
    pages = feed_pages(long.visitor, long.archive, f"{long.site.url}/?feed=rss2&cat=2", now)
    await pages.page(1)
    await pages.page(2)

    assert long.asked() == ["/?feed=rss2&cat=2", "/?feed=rss2&cat=2&paged=2"]


async def test_what_was_just_read_is_page_one(long: Long) -> None:
    """Who has read page 1 already need not have it asked for again."""
    document = await feed_of(long).page(1)
    assert document is not None
    pages = feed_of(long)
    pages.begin(document)
    before = len(long.asked())

    assert titles(await pages.page(2)) == releases(24, 33)
    assert long.asked()[before:] == [FEED + "?paged=2"]


async def test_real_pages(wordpress: Path) -> None:
    """Four pages of a real feed, and three for people, the last of them with five posts."""
    async with (
        Replay(wordpress) as site,
        open_fetcher("Herald/test", allow_private=True) as fetcher,
    ):
        archive = Archive("press", site.url + CATEGORY)
        visitor = Visitor(fetcher, now)
        feed = feed_pages(visitor, archive, site.url + FEED, now)
        pages = site_pages(visitor, archive, archive.url, now)

        assert (await feed.last(), len(await walked(feed))) == (4, 32)
        assert (await pages.last(), len(await walked(pages))) == (3, 15)
        first = await pages.page(1)
        assert first is not None
        assert {draft.kind for draft in first.drafts} == {Kind.PAGE}
