"""The fake archive shows what a WordPress was seen to show."""

import re
from itertools import islice

import aiohttp
import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.demo.posts import sample, upcoming
from bot.demo.site import Site
from tests.fakes.archive import LivingWordPress
from tests.fakes.reading import FEED, NOON, Reader


async def test_feed_has_ten_whole_items(reader: Reader, site: LivingWordPress) -> None:
    """The feed holds the ten newest with their bodies, and says nothing of caching."""
    got = await reader.get(FEED)
    newest = site.posts[:10]

    assert got.status == 200
    assert got.headers["Content-Type"] == "application/rss+xml; charset=UTF-8"
    assert 'rel="https://api.w.org/"' in got.headers["Link"]
    assert "Cache-Control" not in got.headers
    assert [e.title for e in got.feed.entries] == [p.title for p in newest]
    assert [e.id for e in got.feed.entries] == [f"{site.url}/?p={p.id}" for p in newest]
    assert got.feed.entries[0].guidislink is False
    assert b'isPermaLink="false"' in got.plain
    content = got.feed.entries[0].content[0].value
    assert LexborHTMLParser(content).text() == LexborHTMLParser(newest[0].html).text()


@pytest.mark.parametrize("path", ["/feed/", FEED, "/feed/atom/", "/?feed=rss2"])
async def test_feeds_agree(reader: Reader, site: LivingWordPress, path: str) -> None:
    """RSS and Atom, of the site and of the category, name the same posts."""
    got = await reader.get(path)

    assert [e.link for e in got.feed.entries] == [site.blog.permalink(p) for p in site.posts[:10]]


async def test_walking_pages_meets_every_post_once(reader: Reader, site: LivingWordPress) -> None:
    """`?paged=` leads through all posts; past the end is 404 with an empty, well-formed channel."""
    seen: list[str] = []
    page = 1
    while (got := await reader.get(f"{FEED}?paged={page}")).status == 200:
        seen += [entry.id for entry in got.feed.entries]
        page += 1

    assert seen == [site.blog.guid(post) for post in site.posts]
    assert got.status == 404
    assert got.headers["Content-Type"].startswith("application/rss+xml")
    assert (got.feed.entries, got.feed.feed.title) == ([], f"Page not found – {site.blog.name}")
    since = got.headers["Last-Modified"]
    assert (await reader.get(f"{FEED}?paged={page}", If_Modified_Since=since)).status == 304


async def test_traps_are_empty_feeds_with_status_200(reader: Reader) -> None:
    """An unknown category is an empty feed; a feed below a page is one of comments."""
    unknown = await reader.get("/category/no-such/feed/")
    trap = await reader.get("/page/2/feed/")

    assert (unknown.status, unknown.feed.entries) == (200, [])
    assert (trap.status, trap.feed.entries) == (200, [])
    assert trap.feed.feed.title == "Comments on:"
    assert (await reader.get("/feed/page/2/")).status == 404


async def test_single_feed(reader: Reader, site: LivingWordPress) -> None:
    """A post's own feed is that of its comments, and has the post only when asked to."""
    path = site.blog.permalink(site.posts[3]).removeprefix(site.url)
    whole = await reader.get(f"{path}feed/?withoutcomments=1")

    assert (await reader.get(f"{path}feed/")).feed.entries == []
    assert [entry.title for entry in whole.feed.entries] == [site.posts[3].title]


async def test_orderby_modified_shows_late_edits(reader: Reader, site: LivingWordPress) -> None:
    """`?orderby=modified` brings an edited old post to the top; `?order=asc` begins at the end."""
    oldest = site.posts[-1]
    site.edit(oldest.id, html="<p>Put right.</p>")

    changed = await reader.get(f"{FEED}?orderby=modified")
    rising = await reader.get(f"{FEED}?order=asc")
    assert changed.feed.entries[0].title == oldest.title
    assert rising.feed.entries[0].title == oldest.title


async def test_new_slug_keeps_guid_and_leads_on(reader: Reader, site: LivingWordPress) -> None:
    """With a new slug the link changes, the guid stays, the old link and the short link lead on."""
    post = site.posts[0]
    old = site.blog.permalink(post).removeprefix(site.url)
    site.edit(post.id, slug="renamed")
    entry = (await reader.get(FEED)).feed.entries[0]

    assert (entry.id, entry.link) == (f"{site.url}/?p={post.id}", f"{site.url}/2026/renamed/")
    for target in (old, f"/?p={post.id}"):
        got = await reader.get(target)
        assert (got.status, got.headers["Location"]) == (301, entry.link)


async def test_new_permalinks_empty_the_old_feed(reader: Reader, site: LivingWordPress) -> None:
    """When the permalinks' front changes, the old category feed is an empty one of comments."""
    post = site.posts[0]
    old = site.blog.permalink(post).removeprefix(site.url)
    site.blog.base = "/archives"
    trap = await reader.get(FEED)

    assert (trap.status, trap.feed.entries, trap.feed.feed.title) == (200, [], "Comments on:")
    assert len((await reader.get(f"/archives{FEED}")).feed.entries) == 10
    assert (await reader.get(old)).headers["Location"] == f"{site.url}/archives/{post.id}/"
    assert (await reader.get(f"/archives/{post.id}/")).status == 200


async def test_excerpts_have_55_words(reader: Reader, site: LivingWordPress) -> None:
    """With excerpts on, there is no content, and the description breaks off after 55 words."""
    site.blog.excerpts = True
    entries = (await reader.get(f"{FEED}?paged=5")).feed.entries
    long = next(e for e in entries if e.title.startswith("What the Grey Notebooks"))

    assert "content" not in long
    assert long.summary.endswith(" [&#8230;]")
    assert len(long.summary.split()) == 56


async def test_archive_pages_read_like_the_captured_ones(
    reader: Reader, site: LivingWordPress
) -> None:
    """Archive pages hold whole posts with title, link and date, and lead on to the last."""
    titles: list[str] = []
    target: str | None = "/category/press-releases/"
    while target:
        got = await reader.get(target)
        assert (got.status, "ETag" in got.headers) == (200, False)
        tree = LexborHTMLParser(got.plain.decode())
        for entry in tree.css(".hentry"):
            titles.append(entry.css_first(".entry-title a[rel=bookmark]").text())  # type: ignore[union-attr]
            assert re.fullmatch(r"\w+ \d+, \d{4}", entry.css_first(".published").text())  # type: ignore[union-attr]
            assert entry.css_first(".entry-content p") is not None
        onward = [a for a in tree.css(".navigation a") if a.text().startswith("Next Page")]
        target = str(onward[0].attributes["href"]).removeprefix(site.url) if onward else None

    assert titles == [post.title for post in site.posts]
    assert (await reader.get("/category/press-releases/page/99/")).status == 404


async def test_pages_and_feeds_name_each_other(reader: Reader, site: LivingWordPress) -> None:
    """The archive page names its feed; a post's page, picture and document are there."""
    tree = LexborHTMLParser((await reader.get("/category/press-releases/")).plain.decode())
    feeds = [n.attributes["href"] for n in tree.css("link[rel=alternate]")]
    picture = await reader.get("/wp-content/uploads/2018/04/lanterns-on-the-ostrezh.png")
    russian = next(post for post in site.posts if post.language == "ru")

    assert f"{site.url}{FEED}" in feeds
    assert (picture.status, picture.headers["Content-Type"]) == (200, "image/png")
    assert (await reader.get("/wp-content/uploads/none.png")).status == 404
    page = await reader.get(site.blog.permalink(russian).removeprefix(site.url))
    assert (page.status, russian.title in page.plain.decode()) == (200, True)


async def test_demo_site_publishes_live() -> None:
    """The demo's own site shows a release the moment it is published."""
    async with Site(sample(NOON)) as demo, aiohttp.ClientSession(auto_decompress=False) as session:
        reader = Reader(demo, session)
        for post in islice(upcoming(lambda: NOON), 8):
            demo.publish(post)
            assert (await reader.get("/feed/")).feed.entries[0].title == post.title
