"""Finding the feed of an archive."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.archive.discover import discover, feed_links, is_feed, place
from bot.archive.fetch import Answer, Fetcher, open_fetcher
from tests.fakes.archive import LivingWordPress
from tests.fakes.faults import Fault

CATEGORY = "/category/press-releases/"


@pytest.fixture
async def site() -> AsyncIterator[LivingWordPress]:
    async with LivingWordPress() as site:
        site.write("One")
        yield site


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with open_fetcher("Herald/test", allow_private=True) as fetcher:
        yield fetcher


@pytest.mark.parametrize(
    ("path", "feed"),
    [
        ("/", "/feed/"), (CATEGORY, CATEGORY + "feed/"), (CATEGORY + "feed/", CATEGORY + "feed/"),
        ("", "/feed/"), (CATEGORY + "page/1/", CATEGORY + "feed/"), ("/page/1/", "/feed/"),
        (CATEGORY + "feed/?paged=2", CATEGORY + "feed/"), ("/?paged=2", "/feed/"),
    ],
)  # fmt: skip
async def test_feed_of_a_site_or_category(
    site: LivingWordPress, fetcher: Fetcher, path: str, feed: str
) -> None:
    """A site leads to its feed, a category to its own, a feed to itself."""
    found, answer = await discover(fetcher, site.url + path)

    assert (found, answer.status) == (site.url + feed, 200)
    assert b"</rss>" in answer.body


async def test_usual_place_is_tried_where_the_page_names_none(
    site: LivingWordPress, fetcher: Fetcher
) -> None:
    """Without a link the feed is looked for below the page."""
    site.fail(Fault(body="<html><body>Welcome</body></html>"))

    found, _ = await discover(fetcher, site.url + CATEGORY)

    assert found == site.url + CATEGORY + "feed/"


async def test_page_without_a_feed_is_read_itself(site: LivingWordPress, fetcher: Fetcher) -> None:
    """Where nothing is a feed, the page is what there is."""
    page = "<html><body>Welcome</body></html>"
    site.fail(Fault(body=page), Fault(body=page))

    found, answer = await discover(fetcher, site.url + CATEGORY)

    assert (found, answer.body) == ("", page.encode())


async def test_trouble_is_handed_back(site: LivingWordPress, fetcher: Fetcher) -> None:
    """While the site is in trouble, nothing is concluded about where its feed is."""
    site.fail(Fault(status=503))
    page = await discover(fetcher, site.url + CATEGORY)
    site.fail(Fault(status=429, path=CATEGORY + "feed/"))
    feed = await discover(fetcher, site.url + CATEGORY)

    assert (page[0], page[1].status) == ("", 503)
    assert (feed[0], feed[1].status) == ("", 429)


async def test_usual_place_of_a_category_that_is_an_argument(
    site: LivingWordPress, fetcher: Fetcher
) -> None:
    """Where links are plain, the feed of the whole site is not taken for the category's."""
    site.fail(Fault(body="<html><body>Welcome</body></html>"), Fault(status=404))

    found, _ = await discover(fetcher, site.url + "/?cat=2")

    assert found == ""
    assert site.requests[-1].target == "/?cat=2&feed=rss2"


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://a.example", "https://a.example/"),
        ("https://a.example/feed", "https://a.example/"),
        ("https://a.example/news/page/12/", "https://a.example/news/"),
        ("https://a.example/news/feed/rss2/?paged=3", "https://a.example/news/"),
        ("https://a.example/page/2/feed/", "https://a.example/"),
        ("https://a.example/?feed=rss2&cat=2&paged=4#top", "https://a.example/?cat=2"),
        ("https://a.example/news/feedback/", "https://a.example/news/feedback/"),
        ("https://a.example/rss.xml", "https://a.example/rss.xml"),
        ("http://[bad", "http://[bad"),
    ],
)
def test_place_of_a_feed_or_page(url: str, own: str) -> None:
    """What WordPress puts behind a place for its feeds and pages is taken off; nothing else is."""
    assert place(url) == own


def test_feed_of_the_category_that_is_an_argument_comes_first() -> None:
    """With plain links all feeds share a path: the one with the page's own argument is meant."""
    rss = '<link rel="alternate" type="application/rss+xml"'
    html = f'<html><head>{rss} href="/?feed=rss2">{rss} href="/?feed=rss2&amp;cat=2"></head></html>'

    found = feed_links(Answer(200, body=html.encode(), url="https://a.example/?cat=2&paged=3"))

    assert found == ["https://a.example/?feed=rss2&cat=2", "https://a.example/?feed=rss2"]


def test_own_feed_comes_first_and_comments_never() -> None:
    """Of the feeds a page names, the one below its own path is meant."""
    rss = '<link rel="alternate" type="application/rss+xml"'
    html = f"""<html><head>
    {rss} title="Site » Feed" href="/feed/">
    {rss} title="Site » Comments Feed" href="/comments/feed/">
    {rss} title="Site » News Comments Feed" href="/news/feed/c/">
    {rss} href="/news/feed/">
    <link rel="alternate" type="application/atom+xml; charset=utf-8" href="http://[bad">
    <link rel="alternate" type="text/calendar" href="/news/ical/">
    <link rel="alternate" type="application/atom+xml" href="/newsletter/feed/">
    </head></html>"""

    assert feed_links(Answer(200, body=html.encode(), url="https://a.example/news")) == [
        "https://a.example/news/feed/",
        "https://a.example/feed/",
        "https://a.example/newsletter/feed/",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251"])
def test_large_feed_is_known_by_its_beginning(encoding: str) -> None:
    """However large, and wherever it is cut for that, a feed is one."""
    feed = f'<?xml version="1.0" encoding="{encoding}"?><rss><channel><title>{"Слово" * 30_000}'
    one = "<item><title>Слово и дело</title></item>"
    many = feed.partition("<title>")[0] + one * 5_000

    assert is_feed(Answer(200, body=feed.encode(encoding), url="https://a.example/feed/"))
    assert is_feed(Answer(200, body=many.encode(encoding), url="https://a.example/feed/"))
