"""Finding out in which ways an archive may be read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.archive.collection import Offer, offer
from bot.archive.fetch import open_fetcher
from bot.archive.site import ways
from bot.archive.visitor import Visitor
from bot.archive.ways import Unheard, Way
from bot.demo.blog import Answer as Said
from bot.demo.blog import Blog
from bot.demo.wordpress import answer as wordpress_answer
from storage.model import Archive
from tests.archive.long_site import CATEGORY, FIRST, Long, now, open_long, walked
from tests.fakes import rules
from tests.fakes.captures import Replay
from tests.fakes.faults import Fault

POSTS = "/wp-json/wp/v2/posts"
HOME = "<!DOCTYPE html><html><body><h1>Welcome</h1><p>We are a campaign.</p></body></html>"


@pytest.fixture
async def long() -> AsyncIterator[Long]:
    async with open_long() as opened:
        yield opened


async def found(long: Long, path: str = CATEGORY, feed: str = "") -> list[Way]:
    archive = Archive("press", long.site.url + path)
    return await ways(long.visitor, archive, feed and long.site.url + feed, now)


def places(long: Long, ways: list[Way]) -> list[tuple[str, str]]:
    return [(way.name, way.url.removeprefix(long.site.url)) for way in ways]


@pytest.mark.parametrize("named", [True, False], ids=["by link", "by slug"])
@pytest.mark.parametrize("path", [
    CATEGORY, CATEGORY + "feed/", CATEGORY + "page/2/", CATEGORY + "feed/?paged=2",
    CATEGORY.rstrip("/"), CATEGORY + "feed/atom/",
])  # fmt: skip
async def test_category_whichever_address_is_given(long: Long, path: str, named: bool) -> None:
    """Its page, any page of it, or its feed: all lead to the same releases in the same ways."""
    if named:
        long.site.rules.append(rules.names_its_category)

    there = await found(long, path)

    assert [way.name for way in there] == ["rest", "feed", "pages"]
    assert places(long, there)[0] == ("rest", POSTS + "?categories=2")
    assert there[2].url.rstrip("/") == (long.site.url + CATEGORY).rstrip("/")
    for way in there:
        assert sorted(await walked(way)) == sorted(f"Release {n}" for n in range(1, 24)), way.name


@pytest.mark.parametrize("path", ["/", "", "/feed/", "/page/3/"])
async def test_site_means_every_post_of_every_category(long: Long, path: str) -> None:
    """The address of a site stands for all that it publishes."""
    there = await found(long, path)

    assert places(long, there)[0] == ("rest", POSTS)
    assert [way.name for way in there] == ["rest", "feed", "pages"]
    for way in there:
        assert len(await walked(way)) == 46


async def test_known_feed_is_not_looked_for(long: Long) -> None:
    """Four requests, five where the category is found by its slug, tell all of it."""
    long.site.rules.append(rules.names_its_category)
    await found(long, feed=CATEGORY + "feed/")

    assert [asked.path for asked in long.site.requests] == [
        CATEGORY, CATEGORY + "feed/", "/wp-json/wp/v2/categories", POSTS,
    ]  # fmt: skip


@pytest.mark.parametrize("rule", [rules.rest_closed, rules.rest_hidden])
async def test_closed_api_leaves_the_feed(long: Long, rule: rules.Rule) -> None:
    """Where the API is not for us, the feed comes first and the pages after it."""
    long.site.rules.append(rule)

    assert [way.name for way in await found(long)] == ["feed", "pages"]


@pytest.mark.parametrize(
    "said",
    [
        Said('{"code":"rest_forbidden","data":{"status":403}}', "application/json", 403),
        Said('{"code":"rest_no_route","data":{"status":404}}', "application/json", 404),
        Said("<html><body>Please log in.</body></html>"),
    ],
    ids=["closed", "hidden", "no JSON"],
)
async def test_api_that_hides_its_categories_is_no_way_to_one(long: Long, said: Said) -> None:
    """All posts of the site are not taken for those of a category; for the site they are right."""

    def hidden(blog: Blog, path: str, query: dict[str, str], given: Said) -> Said:
        return said if path.startswith("/wp-json/wp/v2/categories") else given

    for n in range(12):  # so that the newest posts of the site are the category's
        long.site.write(f"Last {n}", date=FIRST + timedelta(days=900 + n))
    long.site.rules.append(hidden)

    assert ["feed", "pages"] == [way.name for way in await found(long)]
    assert ("rest", POSTS) == places(long, await found(long, "/"))[0]


async def test_api_with_other_posts_is_no_way(long: Long) -> None:
    """An API that shows other posts than the feed (by a plugin, say) is of another archive."""

    def other(blog: Blog, path: str, query: dict[str, str], given: Said) -> Said:
        if path == POSTS:
            return wordpress_answer(blog, path, {**query, "categories": "4"})
        return given

    long.site.rules.append(other)

    assert [way.name for way in await found(long)] == ["feed", "pages"]


async def test_what_was_published_in_between_is_no_proof_against_it(long: Long) -> None:
    """A release that the API has and the feed had not yet changes nothing."""

    def published(blog: Blog, path: str, query: dict[str, str], given: Said) -> Said:
        if path == CATEGORY + "feed/" and len(blog.posts) == 46:
            long.site.write("Just now")
        return given

    long.site.rules.append(published)

    assert [way.name for way in await found(long, feed=CATEGORY + "feed/")] == [
        "rest",
        "feed",
        "pages",
    ]


async def test_feed_without_pages_stands_behind_pages_that_go_on(long: Long) -> None:
    """A feed that shows its newest ten only is no history; the site's own pages are one."""
    long.site.rules += [rules.rest_hidden, rules.one_feed_page]

    assert [way.name for way in await found(long)] == ["pages", "feed"]


async def test_feed_with_excerpts_stands_behind_pages_with_whole_texts(long: Long) -> None:
    """Of two ways that lead to the end the one with the texts is better."""
    long.site.rules.append(rules.rest_hidden)
    long.site.blog.excerpts = True

    assert [way.name for way in await found(long)] == ["pages", "feed"]


async def test_pages_with_excerpts_stand_behind_the_feed(long: Long) -> None:
    """So it is the other way round, and where both show excerpts."""
    long.site.rules += [rules.rest_hidden, rules.excerpts_on_pages]
    assert [way.name for way in await found(long)] == ["feed", "pages"]

    long.site.blog.excerpts = True
    assert [way.name for way in await found(long)] == ["feed", "pages"]


async def test_front_page_that_shows_something_else_is_no_way(long: Long) -> None:
    """A page with other posts than the feed's, or with none, is not the archive."""
    old = "".join(
        f'<article><h2><a href="/about/{n}/">About {n}</a></h2><time datetime="2010-01-0{n}">'
        f'</time><div class="entry-content">We are {n}.</div></article>'
        for n in (1, 2, 3)
    )
    long.site.fail(Fault(body=HOME.replace("<p>", old + "<p>")))
    assert [way.name for way in await found(long, "/", "/feed/")] == ["rest", "feed"]

    long.site.fail(Fault(body=HOME))
    assert [way.name for way in await found(long, "/", "/feed/")] == ["rest", "feed"]


async def test_api_is_known_by_the_page_where_there_is_no_feed(long: Long) -> None:
    """A site whose feeds are switched off can still prove its API by what it shows."""

    def no_feed(blog: Blog, path: str, query: dict[str, str], given: Said) -> Said:
        return replace(given, status=404, modified=None) if path.endswith("/feed/") else given

    long.site.rules.append(no_feed)

    assert [way.name for way in await found(long)] == ["rest", "pages"]


async def test_nothing_is_no_way() -> None:
    """An archive that shows nothing has no way yet: nothing could prove one."""
    async with open_long(0) as long:
        assert await found(long) == []


async def test_site_in_trouble_is_unheard(long: Long) -> None:
    """While the site is in maintenance, nothing is concluded."""
    long.site.fail(Fault(status=503, headers={"Retry-After": "3600"}))

    with pytest.raises(Unheard):
        await found(long)


async def test_protected_private_and_pages_are_not_taken(long: Long) -> None:
    """By every way a post with a password is refused, and what is trashed or no post is not met."""
    post = long.site.write("Protected: Secret", rules.FORM, date=FIRST + timedelta(days=900))
    long.site.rules.append(rules.protects(post.id))
    long.site.trash(11)

    for way in await found(long):
        pages = [await way.page(number) for number in range(1, await way.last() + 1)]
        refused = [reason for page in pages if page for _, reason in page.refused]
        assert refused == ["It is protected by a password."], way.name
        assert sum(len(page.drafts) for page in pages if page) == 22, way.name


async def test_real_site(wordpress: Path) -> None:
    """What a real WordPress answered leads to its category in the API, its feed and its pages."""
    async with (
        Replay(wordpress) as site,
        open_fetcher("Herald/test", allow_private=True) as fetcher,
    ):
        archive = Archive("press", site.url + CATEGORY)
        visitor = Visitor(fetcher, now)
        page = await visitor.get(archive.url)
        there = await ways(visitor, archive, "", now)

    assert offer(page) == Offer(site.url + "/wp-json/", site.url + "/wp-json/wp/v2/categories/2")
    assert [way.url.removeprefix(site.url) for way in there] == [
        POSTS + "?categories=2", CATEGORY + "feed/", CATEGORY,
    ]  # fmt: skip
