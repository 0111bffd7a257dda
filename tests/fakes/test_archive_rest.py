"""The REST API of the fake archive."""

from datetime import UTC, datetime

from tests.fakes.archive import LivingWordPress
from tests.fakes.reading import FEED, POSTS, Reader


async def test_rest_pages(reader: Reader, site: LivingWordPress) -> None:
    """The API pages through all posts, with totals, the next page's link, and chosen fields."""
    target = f"{POSTS}?per_page=20&categories=2&_fields=id,modified_gmt,slug"
    first = await reader.get(target)
    rows = [row for n in (1, 2, 3) for row in (await reader.get(f"{target}&page={n}")).json]

    assert first.headers["X-WP-Total"] == str(len(site.posts))
    assert first.headers["X-WP-TotalPages"] == "3"
    assert [row["id"] for row in rows] == [post.id for post in site.posts]
    assert rows[0].keys() == {"id", "modified_gmt", "slug"}
    assert "ETag" not in first.headers
    categories = (await reader.get("/wp-json/wp/v2/categories?slug=press-releases")).json
    assert [(row["id"], row["count"]) for row in categories] == [(2, len(site.posts))]


async def test_rest_refuses_like_the_captured_one(reader: Reader, site: LivingWordPress) -> None:
    """What the API refuses, it refuses with WordPress's status and code."""
    site.trash(11)
    refusals = {
        f"{POSTS}?page=99": (400, "rest_post_invalid_page_number"),
        f"{POSTS}?per_page=101": (400, "rest_invalid_param"),
        f"{POSTS}?modified_after=yesterday": (400, "rest_invalid_param"),
        f"{POSTS}/11": (401, "rest_forbidden"),
        f"{POSTS}/999": (404, "rest_post_invalid_id"),
        "/wp-json/wp/v2/nothing": (404, "rest_no_route"),
    }

    for target, (status, code) in refusals.items():
        got = await reader.get(target)
        assert (got.status, got.json["code"], got.json["data"]["status"]) == (status, code, status)


async def test_rest_times_without_zone_are_local(reader: Reader, site: LivingWordPress) -> None:
    """`modified_after` without a zone is the site's time, one hour off in summer; Z is UTC."""
    site.write("Summer", date=datetime(2026, 7, 1, 12, 0, tzinfo=UTC))

    async def found(moment: str) -> bool:
        rows = (await reader.get(f"{POSTS}?modified_after={moment}&search=&per_page=100")).json
        return "Summer" in [row["title"]["rendered"] for row in rows]

    assert await found("2026-07-01T11:59:00Z")
    assert not await found("2026-07-01T12:01:00Z")
    assert await found("2026-07-01T12:59:00")
    assert not await found("2026-07-01T13:01:00")


async def test_feed_bodies_differ_from_the_api(reader: Reader, site: LivingWordPress) -> None:
    """The feed cuts at the first page, strips titles of tags, and turns emoji into pictures."""
    html = "<p>One 🏮 ]]></p><!--nextpage--><p>Two</p>"
    post = site.write("A <i>fine</i> x < y > z && 1 << 2", html)
    entry = (await reader.get(FEED)).feed.entries[0]
    row = (await reader.get(f"{POSTS}/{post.id}")).json

    assert 'class="wp-smiley"' in entry.content[0].value
    assert 'alt="🏮"' in entry.content[0].value
    assert "Two" not in entry.content[0].value
    assert entry.title == "A fine x < y > z && 1"
    assert "Two" in row["content"]["rendered"]
    assert "<i>fine</i>" in row["title"]["rendered"]


async def test_rest_gives_what_is_asked_for(reader: Reader, site: LivingWordPress) -> None:
    """Posts by their numbers, in the order of these, and fields within fields."""
    target = f"{POSTS}?include=14,11,999&orderby=id&order=asc&_fields=id,content.protected"
    rows = (await reader.get(target)).json

    assert rows == [{"id": n, "content": {"protected": False}} for n in (11, 14)]
