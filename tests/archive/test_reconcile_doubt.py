"""Comparing with a site that shows less than the archive has, or more: it is not believed."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Collection
from datetime import timedelta

import pytest

from bot.archive import rest as rest_way
from bot.archive.reconcile import STRANGE, Reconcile
from bot.demo import wordpress
from bot.demo.blog import Answer, Blog
from storage import Storage
from tests.archive.chronicle import Chronicle, open_chronicle
from tests.archive.long_site import releases
from tests.archive.scene import announced
from tests.archive.test_reconcile import filled
from tests.fakes.rules import Rule, within

POSTS = "/wp-json/wp/v2/posts"


@pytest.fixture
async def chronicle(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chronicle]:
    """A site of 23 releases; nothing was published for years."""
    monkeypatch.setattr(rest_way, "PER_PAGE", 10)
    async with open_chronicle(storage) as opened:
        yield opened


def lacks(hidden: Collection[int]) -> Rule:
    """The API does not have these posts: it is behind a cache, or they are of another type."""

    def rule(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        if not path.startswith(POSTS):
            return given
        other = copy.copy(blog)
        other.posts = {n: post for n, post in blog.posts.items() if n not in hidden}
        return wordpress.answer(other, path, query)

    return rule


def every_category(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """The API ignores which category it is asked for."""
    if not path.startswith(POSTS):
        return given
    return wordpress.answer(blog, path, {k: v for k, v in query.items() if k != "categories"})


def feedless(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    return Answer("x", "text/html", 403) if path.rstrip("/").endswith("/feed") else given


def dead_page(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    third = query.get("paged") == "3" or path.endswith("/page/3/")
    return wordpress.answer(blog, "/nothing-here/", {}) if third else given


def page_in_maintenance(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    third = query.get("paged") == "3" or path.endswith("/page/3/")
    return Answer("<html><body><h1>Down for maintenance</h1></body></html>") if third else given


@pytest.mark.parametrize("others", [0, 4])
async def test_known_list_with_strangers_is_not_believed(
    chronicle: Chronicle, storage: Storage, others: int
) -> None:
    """An API that forgets the category is not taken in: a person is told, the feed is read."""
    await filled(chronicle, "rest")
    for n in range(others):
        at = chronicle.clock() - timedelta(days=1, hours=n)
        chronicle.site.write(f"Other {n}", f"<p>Words {n}</p>", date=at, categories=("news",))
    chronicle.site.rules.append(every_category)
    during = await chronicle.compare()
    titles = await chronicle.titles()
    chronicle.site.rules.remove(every_category)
    after = await chronicle.compare()

    assert releases(1, 23) == titles
    assert [] == await announced(storage)
    assert ("feed", STRANGE) == (during.way, during.notice)
    assert ("rest", "") == (after.way, after.notice)


async def test_old_strangers_beside_our_newest_are_not_believed(chronicle: Chronicle) -> None:
    """What was written in other categories long ago is no find, however quiet it would be."""
    for n in range(14, 24):
        chronicle.site.trash(chronicle.number(f"News {n}"))
    await filled(chronicle, "rest")
    chronicle.site.rules.append(every_category)
    history = await chronicle.compare()

    assert releases(1, 23) == await chronicle.titles()
    assert STRANGE == history.notice


async def test_few_strangers_are_not_believed_where_the_feed_has_others(
    chronicle: Chronicle, storage: Storage
) -> None:
    """A list whose newest posts are not the feed's is another's, though all of it is new."""
    await filled(chronicle, "rest")
    for n in range(8):
        at = chronicle.clock() - timedelta(days=1, hours=n)
        chronicle.site.write(f"Other {n}", f"<p>Words {n}</p>", date=at, categories=("news",))
    old = {post.id for post in chronicle.site.posts if post.title.startswith("News")}

    def without_old(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        asked = {k: v for k, v in query.items() if k != "categories"}
        return lacks(old)(blog, path, asked, given)

    chronicle.site.rules[:] = [without_old]
    history = await chronicle.compare()

    assert releases(1, 23) == await chronicle.titles()
    assert [] == await announced(storage)
    assert STRANGE == history.notice


async def test_what_the_list_never_had_is_not_lost(chronicle: Chronicle, storage: Storage) -> None:
    """Releases of a type of their own are in the feed alone; off its page they stay."""
    await filled(chronicle, "rest")
    hidden: set[int] = set()
    chronicle.site.rules.append(lacks(hidden))
    for n in range(16):
        post = chronicle.site.write(f"New {n}", f"<p>Words {n}</p>")
        hidden |= {post.id} if n % 4 == 0 else set()
        await chronicle.watcher.read_once()
        await chronicle.compare()
    for _ in range(3):
        await chronicle.compare()
    stayed = {*await chronicle.titles()}
    chronicle.site.trash(min(hidden))
    history = await chronicle.compare()

    assert {*releases(1, 23), *(f"New {n}" for n in range(16))} == stayed
    assert {"New 0"} == stayed - {*await chronicle.titles()}
    assert ("rest", "") == (history.way, history.notice)


async def test_what_left_the_feed_is_withdrawn_though_no_list_had_it(
    chronicle: Chronicle,
) -> None:
    """Put elsewhere before the list was ever read: the feed itself lacks it, twice."""
    await filled(chronicle, "rest")
    chronicle.clock.pass_by(minutes=5)
    post = chronicle.site.write("Put wrongly")
    await chronicle.watcher.read_once()
    chronicle.site.edit(post.id, categories=("news",))
    await chronicle.compare()
    first = await chronicle.titles()
    await chronicle.compare()

    assert [*releases(1, 23), "Put wrongly"] == first
    assert releases(1, 23) == await chronicle.titles()


async def test_family_of_the_category_is_found_anew(chronicle: Chronicle) -> None:
    """A category made within ours later is asked for, too; a list that fails takes none away."""
    chronicle.site.blog.posts = {
        n: post for n, post in chronicle.site.blog.posts.items() if "news" not in post.categories
    }
    await filled(chronicle, "rest")
    before = await chronicle.history()
    chronicle.site.rules.append(within(4, 2))
    grown = await chronicle.compare()

    def closed(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        return Answer("{}", status=403) if path == "/wp-json/wp/v2/categories" else given

    chronicle.site.rules[:] = [closed]
    after = await chronicle.compare()

    assert before.url.endswith("categories=2")
    assert "categories=2,4" in grown.url.replace("%2C", ",")
    assert (grown.url, "") == (after.url, after.notice)


@pytest.mark.parametrize("way", ["feed", "pages"])
@pytest.mark.parametrize("broken", [dead_page, page_in_maintenance])
async def test_walk_that_breaks_off_withdraws_no_tail(
    chronicle: Chronicle, way: str, broken: Rule
) -> None:
    """Of what lies beyond its oldest release only the releases' own pages tell."""
    await filled(chronicle, way)
    chronicle.site.rules.append(broken)
    for _ in range(3):
        await chronicle.compare()
    first = await chronicle.titles()
    chronicle.site.trash(chronicle.number("Release 2"))
    await chronicle.compare()

    assert releases(1, 23) == first
    assert ["Release 1", *releases(3, 23)] == await chronicle.titles()


async def test_kill_counts_no_reading_twice(chronicle: Chronicle, storage: Storage) -> None:
    """What a reading missed is written with its end, or not at all."""
    await filled(chronicle, "feed")
    chronicle.site.edit(chronicle.number("Release 20"), categories=("news",))
    history = await chronicle.history()
    for _ in range(3):
        reconcile = Reconcile(
            storage, chronicle.visitor, chronicle.archive, chronicle.judge,
            correcting=None, clock=chronicle.clock,
        )  # fmt: skip
        await reconcile.run(history)  # killed before it is kept
        chronicle.clock.pass_by(seconds=5)

    assert (20,) == reconcile.missed
    assert releases(1, 23) == await chronicle.titles()
    await chronicle.compare()
    await chronicle.compare()
    assert [*releases(1, 19), *releases(21, 23)] == await chronicle.titles()


@pytest.mark.parametrize("listed", [False, True])
async def test_old_list_without_a_feed_cancels_nothing(
    chronicle: Chronicle, storage: Storage, listed: bool
) -> None:
    """A list out of a cache lacks what was just announced, and the feed cannot say so."""
    await filled(chronicle, "rest")
    chronicle.clock.pass_by(minutes=5)
    post = chronicle.site.write("Brand new")
    await chronicle.watcher.read_once()
    if listed:
        await chronicle.compare(minutes=1)
    chronicle.site.rules += [lacks({post.id}), feedless]
    for _ in range(3):
        await chronicle.compare(minutes=1)

    assert "Brand new" in await chronicle.titles()
    async with storage.database.read() as connection:
        assert [(0,)] == await connection.rows("SELECT cancelled FROM announcements")


async def test_without_a_feed_a_list_needs_two_readings(chronicle: Chronicle) -> None:
    """Where the feed was not seen beside it, nothing is sure at once, though it is not new."""
    await filled(chronicle, "rest")
    chronicle.site.edit(chronicle.number("Release 5"), categories=("news",))
    chronicle.site.rules.append(feedless)
    await chronicle.compare()
    first = len(await chronicle.titles())
    await chronicle.compare()

    assert (23, 22) == (first, len(await chronicle.titles()))


async def test_where_no_page_is_found_a_404_says_nothing(chronicle: Chronicle) -> None:
    """The posts' own pages are all broken, those of releases that are shown as well."""
    await filled(chronicle, "rest")
    for n in range(3, 15):
        post = chronicle.site.blog.posts[chronicle.number(f"Release {n}")]
        chronicle.site.edit(post.id, categories=("news",), modified=post.modified_gmt)

    def closed(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        links = {blog.permalink(post) for post in blog.posts.values()}
        return Answer("Not found", status=404) if blog.url + path in links else given

    chronicle.site.rules.append(closed)
    history = await chronicle.compare()

    assert releases(1, 23) == await chronicle.titles()
    assert history.notice
