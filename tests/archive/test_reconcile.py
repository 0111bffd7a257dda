"""Comparing with the site: what a 304 hides is found, and nothing is concluded from trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.archive import rest as rest_way
from bot.archive.reconcile import CUT, OTHER
from bot.demo import wordpress
from bot.demo.blog import Answer, Blog
from storage import Storage
from storage.model import Kind
from tests.archive.chronicle import Chronicle, open_chronicle
from tests.archive.long_site import FIRST, releases
from tests.archive.scene import announced
from tests.fakes.rules import one_feed_page, rest_closed, rest_hidden

WAYS = ("rest", "feed", "pages")


@pytest.fixture
async def chronicle(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chronicle]:
    """A site of 23 releases, all brought in; nothing was published for years."""
    monkeypatch.setattr(rest_way, "PER_PAGE", 10)
    async with open_chronicle(storage) as opened:
        yield opened


async def filled(chronicle: Chronicle, way: str) -> None:
    """All is brought in by this way, and the feed was read."""
    chronicle.only(way)
    await chronicle.backfill()
    chronicle.clock.pass_by(minutes=1)
    await chronicle.watcher.read_once()


async def corrections(storage: Storage) -> list[str]:
    async with storage.database.read() as connection:
        rows = await connection.rows(
            "SELECT title FROM announcements JOIN releases ON releases.id = release_id"
            " WHERE announcements.kind = 'correction'"
        )
    return [row[0] for row in rows]


@pytest.mark.parametrize("way", WAYS)
async def test_what_was_dated_back_is_found(
    chronicle: Chronicle, storage: Storage, way: str
) -> None:
    """Old finds are kept quietly, in their place; those within the days of news are announced."""
    await filled(chronicle, way)
    chronicle.site.write("Found late", date=datetime(2012, 1, 5, 18, tzinfo=UTC))
    chronicle.site.write("Days ago", date=chronicle.clock() - timedelta(days=3))
    kept = chronicle.kept
    await chronicle.compare()

    assert [*releases(1, 4), "Found late", *releases(5, 23), "Days ago"] == await chronicle.titles()
    assert ["Days ago"] == await announced(storage)
    assert kept + 1 == chronicle.kept


async def test_what_was_published_late_is_found(chronicle: Chronicle, storage: Storage) -> None:
    """A scheduled post that comes out behind an edit is hidden by a 304: it is announced now."""
    await filled(chronicle, "rest")
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.edit(chronicle.number("Release 23"), html="<p>Other words.</p>")
    await chronicle.watcher.read_once()
    planned = chronicle.clock() - timedelta(minutes=3)
    chronicle.site.write("Planned", date=planned, modified=planned - timedelta(days=9))
    chronicle.clock.pass_by(minutes=5)
    await chronicle.watcher.read_once()
    hidden = await announced(storage)
    await chronicle.compare()

    assert ([], ["Planned"]) == (hidden, await announced(storage))


async def test_all_of_a_comparison_is_one_find(chronicle: Chronicle, storage: Storage) -> None:
    """More news than the burst allows is held, on however many pages it was found."""
    await filled(chronicle, "feed")
    for n in range(8):
        chronicle.site.write(f"New {n}", date=chronicle.clock() - timedelta(days=2, hours=n))
    with capture_logs() as lines:
        await chronicle.compare()

    assert [] == await announced(storage)
    assert 8 == await storage.releases.held()
    assert [8] == [line["held"] for line in lines if "held" in line]


@pytest.mark.parametrize("way", WAYS)
async def test_edit_of_an_old_release_is_found(
    chronicle: Chronicle, storage: Storage, way: str
) -> None:
    """It is a revision of the same release, and nobody is told; markup alone is no edit."""
    await filled(chronicle, way)
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.edit(chronicle.number("Release 2"), html="<p>Other words.</p>")
    same = chronicle.site.blog.posts[chronicle.number("Release 3")].html
    chronicle.site.edit(chronicle.number("Release 3"), html=same.replace("<p>", '<p class="x">'))
    await chronicle.compare()

    found = {release.title: release for release in await chronicle.releases()}
    assert (2, "Other words.") == (found["Release 2"].revision, found["Release 2"].body.text)
    assert 1 == found["Release 3"].revision
    assert 23 == len(found)
    assert [] == await announced(storage)


async def test_edit_of_what_was_announced_owes_a_correction(
    chronicle: Chronicle, storage: Storage
) -> None:
    """The copies that were sent are put right; it is no second push."""
    await filled(chronicle, "rest")
    chronicle.clock.pass_by(minutes=5)
    post = chronicle.site.write("New")
    await chronicle.watcher.read_once()
    async with storage.database.write() as tx:  # it goes out
        await tx.run("UPDATE announcements SET fanned = 1, total = 1, reached = 1")
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.edit(post.id, html="<p>Mended words.</p>")
    await chronicle.compare()

    assert ["New"] == await corrections(storage)
    assert ["New", "New"] == await announced(storage)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("how", ["trashed", "moved to another category"])
async def test_what_is_not_shown_any_more_is_withdrawn(
    chronicle: Chronicle, way: str, how: str
) -> None:
    """By the list or its own page at once; else when two readings lacked it. And back quietly."""
    await filled(chronicle, way)
    number = chronicle.number("Release 5")
    post = chronicle.site.blog.posts[number]
    if how == "trashed":
        chronicle.site.trash(number)
    else:
        chronicle.site.edit(number, categories=("news",), modified=post.modified_gmt)
    await chronicle.compare()
    first = len(await chronicle.titles())
    await chronicle.compare()
    second = len(await chronicle.titles())
    shown = await chronicle.storage.releases.get(5)
    chronicle.site.publish(post)
    history = await chronicle.compare()

    at_once = way == "rest" or how == "trashed"
    assert (22 if at_once else 23, 22) == (first, second)
    assert shown is not None
    assert shown.withdrawn
    assert releases(1, 23) == await chronicle.titles()
    assert "" == history.notice


async def test_what_was_missed_once_is_forgiven(chronicle: Chronicle) -> None:
    """A release that one reading lacked and the next one shows was never gone."""
    await filled(chronicle, "feed")
    post = chronicle.site.blog.posts[chronicle.number("Release 5")]
    for _ in range(3):
        chronicle.site.edit(post.id, categories=("news",))
        await chronicle.compare()
        chronicle.site.publish(post)
        await chronicle.compare()

    assert releases(1, 23) == await chronicle.titles()


async def test_withdrawn_before_it_was_sent(chronicle: Chronicle, storage: Storage) -> None:
    """What is owed of a release is owed no more when its site takes it back."""
    await filled(chronicle, "rest")
    chronicle.clock.pass_by(minutes=5)
    post = chronicle.site.write("Too soon")
    await chronicle.watcher.read_once()
    chronicle.site.trash(post.id)
    await chronicle.compare()

    async with storage.database.read() as connection:
        assert [(1,)] == await connection.rows("SELECT cancelled FROM announcements")


@pytest.mark.parametrize("way", WAYS)
async def test_many_gone_at_once_are_not_believed(chronicle: Chronicle, way: str) -> None:
    """More than ten: a person is told, once, and only what is a 404 is gone, until it is over."""
    await filled(chronicle, way)
    moved = [chronicle.site.blog.posts[chronicle.number(f"Release {n}")] for n in range(3, 15)]
    for post in moved:
        chronicle.site.edit(post.id, categories=("news",), modified=post.modified_gmt)
    chronicle.site.trash(chronicle.number("Release 2"))
    with capture_logs() as lines:
        for _ in range(3):
            history = await chronicle.compare()
        titles = await chronicle.titles()
        for post in moved:
            chronicle.site.publish(post)
        after = await chronicle.compare()

    assert "12 of 22" in history.notice
    assert ["Release 1", *releases(3, 23)] == titles
    assert "" == after.notice
    assert [history.notice.replace("12 of 22", "13 of 23"), ""] == chronicle.notices
    said = [line["event"] for line in lines if line["log_level"] == "warning"]
    assert 1 == said.count("Somebody should look at the archive.")


@pytest.mark.parametrize("way", WAYS)
async def test_empty_archive_is_not_believed(chronicle: Chronicle, way: str) -> None:
    """Where everything is gone but the pages are there, nothing is."""
    await filled(chronicle, way)
    for post in chronicle.site.posts:
        chronicle.site.edit(post.id, categories=("news",), modified=post.modified_gmt)
    history = await chronicle.compare()

    assert releases(1, 23) == await chronicle.titles()
    assert history.notice


@pytest.mark.parametrize("way", WAYS)
async def test_site_in_maintenance_says_nothing(chronicle: Chronicle, way: str) -> None:
    """Nothing is concluded, and it is tried again when it is next due."""
    await filled(chronicle, way)
    chronicle.site.maintenance = True
    during = await chronicle.compare()
    chronicle.site.maintenance = False
    chronicle.site.trash(chronicle.number("Release 5"))
    after = await chronicle.compare()

    assert chronicle.clock() == during.reconcile_at
    assert (None, "") == (during.reconciled_at, during.notice)
    assert chronicle.clock() == after.reconciled_at
    assert 22 == len(await chronicle.titles())


async def test_closed_api_leaves_the_next_way(chronicle: Chronicle) -> None:
    """A 401 is no list: the feed is read instead; when it opens again it is the best way again."""
    await filled(chronicle, "rest")
    chronicle.site.rules.append(rest_closed)
    chronicle.site.trash(chronicle.number("Release 5"))
    closed = await chronicle.compare()
    chronicle.site.rules.remove(rest_closed)
    opened = await chronicle.compare()

    assert ("feed", "rest") == (closed.way, opened.way)
    assert ("", "") == (closed.notice, opened.notice)
    assert [*releases(1, 4), *releases(6, 23)] == await chronicle.titles()


@pytest.mark.parametrize("way", WAYS)
async def test_moved_permalinks_change_nothing(
    chronicle: Chronicle, storage: Storage, way: str
) -> None:
    """All posts have new links, the old ones lead there: the same releases, nothing gone or new."""
    await filled(chronicle, way)
    chronicle.site.blog.base = "/archives"
    for _ in range(2):
        await chronicle.watcher.read_once()
        await chronicle.compare()

    assert [*range(1, 24)] == [release.id for release in await chronicle.releases()]
    assert {1} == {release.revision for release in await chronicle.releases()}
    assert [] == await announced(storage)


@pytest.mark.parametrize("way", WAYS)
async def test_new_slug_is_the_same_release(chronicle: Chronicle, way: str) -> None:
    """A changed slug is no new release, and the old link is not missed."""
    await filled(chronicle, way)
    chronicle.site.edit(chronicle.number("Release 5"), slug="another-name")
    for _ in range(2):
        await chronicle.compare()

    assert releases(1, 23) == await chronicle.titles()


async def test_excerpts_after_whole_texts(chronicle: Chronicle, storage: Storage) -> None:
    """A person is told; texts stay whole, what is new is whole, too, and an edit is found."""
    await filled(chronicle, "feed")
    chronicle.site.blog.excerpts = True
    history = await chronicle.compare()
    before = {release.id: release.body.text for release in await chronicle.releases()}
    chronicle.site.write("New", before[1])
    chronicle.site.edit(chronicle.number("Release 23"), html=f"<p>Mended. {before[1]}</p>")
    await chronicle.watcher.read_once()

    assert CUT == history.notice
    found = {release.id: release for release in await chronicle.releases()}
    assert all(len(text) > 500 for text in before.values())
    assert before[1] == found[24].body.text
    assert f"Mended. {before[1]}" == found[23].body.text
    assert ["New"] == await announced(storage)
    revisions = {release.id for release in found.values() if release.revision > 1}
    assert {23} == revisions

    chronicle.site.blog.excerpts = False
    assert "" == (await chronicle.compare()).notice


async def test_excerpts_beside_an_api(chronicle: Chronicle) -> None:
    """The list says nothing of the feed that the polls live on: it is looked at, too."""
    await filled(chronicle, "rest")
    chronicle.site.blog.excerpts = True
    history = await chronicle.compare()

    assert ("rest", CUT) == (history.way, history.notice)
    assert {1} == {release.revision for release in await chronicle.releases()}


async def test_feed_without_further_pages_says_nothing_of_older_ones(chronicle: Chronicle) -> None:
    """What lies behind its oldest item is not missed, however often; what lies before it is."""
    await filled(chronicle, "feed")
    chronicle.site.rules.append(one_feed_page)

    def no_pages(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        html = isinstance(given.body, str) and given.type.startswith("text/html")
        return Answer("<html><body>Hello</body></html>") if html and not blog.find(path) else given

    chronicle.site.rules.append(no_pages)
    chronicle.site.trash(chronicle.number("Release 20"))
    for _ in range(3):
        await chronicle.compare()

    assert [*releases(1, 19), *releases(21, 23)] == await chronicle.titles()


async def test_list_with_a_gap_concludes_nothing(chronicle: Chronicle) -> None:
    """What changes while the list is read leaves it in doubt; what it shows is taken in."""
    await filled(chronicle, "rest")

    def taken(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        if query.get("page") == "1" and "content.protected" in query.get("_fields", ""):
            chronicle.site.rules.remove(taken)
            chronicle.site.trash(chronicle.number("Release 5"))
        return given

    chronicle.site.rules.append(taken)
    await chronicle.compare()
    first = len(await chronicle.titles())
    await chronicle.compare()

    assert (23, 22) == (first, len(await chronicle.titles()))


async def test_hidden_api_found_later(chronicle: Chronicle) -> None:
    """An archive that was filled from its feed is made richer, quietly, when it has an API."""
    await filled(chronicle, "feed")
    chronicle.site.rules.remove(rest_hidden)
    history = await chronicle.compare()

    assert "rest" == history.way
    assert {1} == {release.revision for release in await chronicle.releases()}
    listed = await chronicle.storage.histories.listed(chronicle.archive)
    assert {Kind.REST} == {known.kind for known in listed}


@pytest.mark.parametrize("way", WAYS)
async def test_new_date_moves_it_and_is_no_edit(chronicle: Chronicle, way: str) -> None:
    """One that was dated back takes its new place, with its number, and no revision."""
    await filled(chronicle, way)
    chronicle.clock.pass_by(minutes=5)
    number = chronicle.number("Release 9")
    chronicle.site.edit(number, date=FIRST + timedelta(days=3, hours=5), slug="elsewhere")
    await chronicle.compare()

    found = await chronicle.releases()
    assert [*releases(1, 3), "Release 9", *releases(4, 8), *releases(10, 23)] == [
        release.title for release in found
    ]
    assert (9, 1) == (found[3].id, found[3].revision)
    assert found[3].link.endswith("/elsewhere/")
    (hit,) = (await chronicle.storage.search.find("word0 9", 5, 0)).hits[:1]
    assert "Release 9" == hit.release.title


async def test_url_that_leads_elsewhere_is_not_followed(
    chronicle: Chronicle, storage: Storage
) -> None:
    """Without permalinks every address shows the front page: what is not ours stays out."""
    await filled(chronicle, "rest")

    def front_page(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        if path.startswith("/wp-json"):
            return Answer("Not found", status=404)
        if path.startswith("/category/press-releases/feed/"):
            return wordpress.answer(blog, "/feed/", query)
        if path.startswith("/category/press-releases/"):
            return wordpress.answer(blog, path.removeprefix("/category/press-releases"), query)
        return given

    chronicle.site.rules.append(front_page)
    history = await chronicle.compare()
    during = await chronicle.titles()
    chronicle.site.rules.clear()
    after = await chronicle.compare()

    assert OTHER == history.notice
    assert releases(1, 23) == during
    assert ("rest", "") == (after.way, after.notice)
    assert [] == await announced(storage)
