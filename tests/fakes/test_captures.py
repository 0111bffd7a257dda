"""The replay gives each captured answer to the request that it was captured by."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.demo import feeds
from bot.demo.posts import sample
from tests.fakes.archive import LivingWordPress
from tests.fakes.captures import Replay
from tests.fakes.reading import FEED, NOON, POSTS, Reader

FOLDER = Path(__file__).parents[2] / ".." / "shared" / "data" / "wordpress"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no captures in {FOLDER}")


@pytest.fixture
async def replay() -> AsyncIterator[Replay]:
    """The captured site."""
    async with Replay(FOLDER) as site:
        yield site


@pytest.fixture
async def recorded(replay: Replay) -> AsyncIterator[Reader]:
    """A reader of the captured site."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield Reader(replay, session)


@pytest.mark.parametrize(
    ("target", "status", "name"),
    [
        (FEED, 200, "feed-rss-page1"),
        (f"{FEED}?paged=4", 200, "feed-rss-page4"),
        (f"{FEED}?paged=99", 404, "feed-past-the-end"),
        (f"{FEED}atom/", 200, "feed-atom-page1"),
        ("/2014/a-post/feed/?withoutcomments=1", 200, "feed-one-post"),
        ("/category/no-such/feed/", 200, "feed-unknown-category"),
        ("/page/2/feed/", 200, "feed-comments-on-trap"),
        ("/category/press-releases/", 200, "archive-page1"),
        ("/category/press-releases/page/3/", 200, "archive-page3"),
        ("/category/press-releases/page/9/", 404, "archive-page-past-the-end"),
        ("/wp-json/wp/v2/categories", 200, "rest-categories"),
        (f"{POSTS}?per_page=20&page=2&categories=2", 200, "rest-posts-page2"),
        (f"{POSTS}?per_page=100&_fields=id,slug", 200, "rest-posts-index"),
        (f"{POSTS}?page=9", 400, "rest-posts-past-the-end"),
    ],
)
async def test_each_request_has_its_capture(
    recorded: Reader, target: str, status: int, name: str
) -> None:
    """Status and body are those captured; but for the host, nothing is altered."""
    got = await recorded.get(target)
    host = recorded.site.url.removeprefix("http://").encode()
    captured = (FOLDER / f"{name}.body").read_bytes()

    assert got.status == status
    assert got.plain.replace(host, b"127.0.0.1:8410") == captured


async def test_links_lead_here_and_identifiers_stay(recorded: Reader) -> None:
    """Links are led to the replay itself, while guids keep the host they were made on."""
    feed = (await recorded.get(FEED)).feed
    rows = (await recorded.get(f"{POSTS}?_fields=id,guid,link")).json

    assert feed.entries[0].link.startswith(recorded.site.url)
    assert feed.entries[0].id.startswith("http://127.0.0.1:8410/?p=")
    assert rows[0]["link"].startswith(recorded.site.url)
    assert rows[0]["guid"]["rendered"].startswith("http://127.0.0.1:8410/?p=")


async def test_conditional_captures(recorded: Reader) -> None:
    """If-Modified-Since alone is answered 304, both validators 200, as captured."""
    first = await recorded.get(FEED)
    since, tag = first.headers["Last-Modified"], first.headers["ETag"]

    assert tag.startswith("W/")
    assert (await recorded.get(FEED, If_Modified_Since=since)).status == 304
    both = await recorded.get(FEED, If_Modified_Since=since, If_None_Match=tag)
    assert (both.status, both.headers["ETag"]) == (200, tag)


async def test_states(recorded: Reader, replay: Replay) -> None:
    """The replay can be in maintenance, or give excerpts; what was not captured is 404."""
    replay.state = "maintenance"
    closed = await recorded.get(FEED)
    replay.state = "excerpts"
    short = await recorded.get(FEED)

    assert (closed.status, closed.headers["Retry-After"]) == (503, "600")
    assert "content" not in short.feed.entries[0]
    assert (await recorded.get("/about/")).status == 404
    assert replay.requests[-1].target == "/about/"


def shape(xml: str) -> set[str]:
    """The elements of a feed that every post has, with the names of their attributes."""
    bare = re.sub(r"(?s)<!\[CDATA.*?]]>", "", xml)
    tags = re.findall(r"<([\w:]+(?:\s[\w:]+=\"[^\"]*\")*)", bare)
    return {" ".join(re.sub(r'="[^"]*"', "", tag).split()) for tag in tags}


async def test_living_feed_is_shaped_like_the_captured_one(recorded: Reader) -> None:
    """The living archive writes the same elements and attributes as the captured WordPress."""
    captured = (await recorded.get(FEED)).plain.decode()
    living = LivingWordPress(sample(NOON))
    living.blog.url = "http://127.0.0.1:8410"
    written = feeds.rss(living.blog, "x", FEED, living.posts[:10])

    assert shape(written) == shape(captured) - {"enclosure url length type"}


async def test_living_api_is_shaped_like_the_captured_one(recorded: Reader, reader: Reader) -> None:
    """What the living API says of a post, the captured one says too, in the same types."""
    captured = (await recorded.get(POSTS)).json[0]
    (living,) = (await reader.get(f"{POSTS}?per_page=1")).json

    assert {name: type(value) for name, value in living.items()} == {
        name: type(captured[name]) for name in living
    }
    assert set(captured) - set(living) <= {
        "_links", "comment_status", "featured_media", "meta", "ping_status", "template",
    }  # fmt: skip
