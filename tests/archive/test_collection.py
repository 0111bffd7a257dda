"""Finding where a site's REST API has the posts of an archive."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.archive.collection import Offer, collection, offer
from bot.archive.fetch import Answer
from tests.archive.long_site import Long, open_long
from tests.fakes import rules

POSTS = "/wp-json/wp/v2/posts"


@pytest.fixture
async def long() -> AsyncIterator[Long]:
    async with open_long(1) as opened:
        yield opened


async def test_categories_within_the_category_belong_to_it(long: Long) -> None:
    """A category's page shows the posts of those within it; the API is asked for them by number."""
    long.site.rules += [rules.within(3, 2), rules.within(4, 3)]
    offered = Offer(long.site.url + "/wp-json/", long.site.url + "/wp-json/wp/v2/categories/2")

    url = await collection(long.visitor, offered, long.archive.url)

    assert url == f"{long.site.url}{POSTS}?categories=2,3,4"


@pytest.mark.parametrize(
    ("route", "wanted"),
    [
        ("/wp-json/wp/v2/users/7", POSTS + "?author=7"),
        ("/wp-json/wp/v2/tags/5", POSTS + "?tags=5"),
        ("/wp-json/wp/v2/releases", "/wp-json/wp/v2/releases"),
        ("/wp-json/wp/v2/pages/3", POSTS),
    ],
)
async def test_what_else_a_page_may_stand_for(long: Long, route: str, wanted: str) -> None:
    """An author, a tag, a type of posts of its own; a single page stands for nothing."""
    offered = Offer(long.site.url + "/wp-json/", long.site.url + route)

    url = await collection(long.visitor, offered, long.site.url + "/elsewhere/")

    assert url == long.site.url + wanted


async def test_plain_links(long: Long) -> None:
    """Where permalinks are plain, the API and the category are arguments."""
    long.site.rules.append(rules.plain_links)
    page = await long.visitor.get(long.site.url + "/?cat=2")
    offered = offer(page)
    assert offered == Offer(long.site.url + "/index.php?rest_route=%2F")

    url = await collection(long.visitor, offered, long.site.url + "/?cat=2")
    site = await collection(long.visitor, offered, long.site.url + "/")

    assert url == f"{long.site.url}/index.php?rest_route=/wp/v2/posts&categories=2"
    assert site == f"{long.site.url}/index.php?rest_route=/wp/v2/posts"


def test_offers() -> None:
    """The header may name other things, too; the head of the page says it where no header does."""
    link = '<https://a.example/wp-json/wp/v2/tags/5>; rel="alternate", '
    api = '<https://a.example/wp-json/>; rel="https://api.w.org/", <https://a.example/?p=5>; rel=x'
    head = (
        '<html><head><link rel="https://api.w.org/" href="/wp-json/">'
        '<link rel="alternate" title="JSON" type="application/json" href="/wp-json/wp/v2/tags/5">'
    )
    site = "https://a.example/"

    assert offer(Answer(200, {"link": link + api}, b"", site)) == Offer(site + "wp-json/")
    assert offer(Answer(200, {}, head.encode(), site)) == Offer(
        site + "wp-json/", site + "wp-json/wp/v2/tags/5"
    )
    assert offer(Answer(200, {"link": link}, b"<html>", site)) is None
    assert offer(Answer(200, {}, b"\0\1\2", site)) is None
