"""Bringing in all that an archive ever published."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.archive import backfill as backfill_module
from bot.archive import paged
from bot.archive import rest as rest_way
from bot.archive.document import Document
from bot.archive.ways import NoWay, Unheard, Way
from bot.demo.blog import Answer, Blog
from storage import Storage
from storage.model import Draft, Kind, Saved
from tests.archive.chronicle import Chronicle, known, open_chronicle
from tests.archive.long_site import releases
from tests.archive.scene import announced
from tests.fakes.rules import FORM, excerpts_on_pages, one_feed_page, protects, rest_hidden

WAYS = ("rest", "feed", "pages", "excerpts")


@pytest.fixture
async def chronicle(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chronicle]:
    monkeypatch.setattr(rest_way, "PER_PAGE", 10)
    async with open_chronicle(storage) as opened:
        yield opened


@pytest.mark.parametrize("way", WAYS)
async def test_all_releases_in_the_order_of_publication(chronicle: Chronicle, way: str) -> None:
    """Whichever way a site offers: all releases, whole, numbered as they were published."""
    chronicle.only(way)

    intake = await chronicle.backfill()

    found = await chronicle.releases()
    assert releases(1, 23) == [release.title for release in found]
    assert [*range(1, 24)] == [release.id for release in found]
    assert all(len(release.body.text) > 500 for release in found)
    assert 23 == intake.count(Saved.NEW)
    assert {} == intake.refused
    history = await chronicle.history()
    assert (way if way != "excerpts" else "pages") == history.way
    assert chronicle.clock() == history.filled_at
    assert chronicle.clock() + timedelta(hours=6) == history.reconcile_at


async def test_same_releases_by_every_way(chronicle: Chronicle, storage: Storage) -> None:
    """After one way has brought everything in, the others find nothing new and nothing else."""
    first = None
    for way in WAYS:
        chronicle.only(way)
        async with storage.database.write() as tx:
            await tx.run("DELETE FROM histories")
        intake = await chronicle.backfill()
        found = [known(release) for release in await chronicle.releases()]
        first = first or found

        assert (first, 0) == (found, intake.count(Saved.CHANGED))
        assert intake.count(Saved.NEW) == (23 if way == "rest" else 0)


async def test_nobody_is_told_and_the_next_is_news(chronicle: Chronicle, storage: Storage) -> None:
    """A finished backfill counts as the first reading: nothing of it is news, what follows is."""
    await chronicle.backfill()
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.write("Just now")
    await chronicle.watcher.read_once()

    assert ["Just now"] == await announced(storage)


@pytest.mark.parametrize(("way", "most"), [("rest", 3), ("feed", 8), ("pages", 8)])
async def test_second_run_costs_a_handful_of_requests(
    chronicle: Chronicle, way: str, most: int
) -> None:
    """It finds what is new since, and asks for little else."""
    chronicle.only(way)
    await chronicle.backfill()
    before = len(chronicle.asked())
    again = await chronicle.backfill()
    cost = len(chronicle.asked()) - before
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.write("Just now")
    third = await chronicle.backfill()

    assert cost <= most
    assert (0, 0) == (again.count(Saved.NEW), again.count(Saved.CHANGED))
    assert 1 == third.count(Saved.NEW)
    assert [*releases(1, 23), "Just now"] == await chronicle.titles()


async def test_second_run_by_the_list_finds_an_old_edit(chronicle: Chronicle) -> None:
    """What was changed since is a revision, and all the others are known."""
    await chronicle.backfill()
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.edit(chronicle.number("Release 3"), html="<p>Other words.</p>")
    again = await chronicle.backfill()

    assert 1 == again.count(Saved.CHANGED)
    assert 22 == again.count(Saved.KNOWN)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("page", [1, 2, 3])
async def test_goes_on_where_it_was(
    chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch, way: str, page: int
) -> None:
    """Stopped before any page, it ends with the same releases and numbers, and reads less."""
    chronicle.only(way)
    real, pages = chronicle.storage.keep, []

    async def keep(*given: Any, **more: Any) -> Any:
        if more.get("history") is not None:
            pages.append(more["history"].mark)
            if len(pages) == page:
                raise Killed
        return await real(*given, **more)

    monkeypatch.setattr(chronicle.storage, "keep", keep)
    with pytest.raises(Killed):
        await chronicle.backfill()
    assert page - 1 == (await chronicle.history()).mark
    await chronicle.backfill()

    found = await chronicle.releases()
    assert releases(1, 23) == [release.title for release in found]
    assert [*range(1, 24)] == [release.id for release in found]
    # No page is read twice, but for the one that was the last.
    again = [max(page - 1, place) for place in range(max(1, page - 1), 4)]
    assert [*range(1, page + 1), *again] == pages


@pytest.mark.parametrize("way", ["feed", "pages"])
async def test_what_moves_in_the_middle_of_a_walk_hides_none(
    chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Releases published meanwhile shift others to a page that was read: none is missed."""
    monkeypatch.setattr(paged, "MOMENT", -1.0)  # every page is asked for when it is read
    chronicle.only(way)
    real = chronicle.storage.keep

    async def keep(*given: Any, **more: Any) -> Any:
        kept = await real(*given, **more)
        if more.get("history") is not None and more["history"].mark == 2:
            for n in (1, 2, 3):
                chronicle.site.write(f"Sudden {n}", date=chronicle.clock())
        return kept

    monkeypatch.setattr(chronicle.storage, "keep", keep)
    await chronicle.backfill()

    assert {*releases(1, 23), "Sudden 1", "Sudden 2", "Sudden 3"} == {*await chronicle.titles()}


async def test_news_is_left_to_the_poll_where_somebody_waits_for_it(
    chronicle: Chronicle, storage: Storage
) -> None:
    """What is published while it runs is announced by the poll; older finds are kept quietly."""
    await chronicle.watcher.read_once()
    chronicle.clock.pass_by(minutes=5)
    chronicle.site.write("Just now")
    chronicle.site.write("Found late", date=chronicle.clock() - timedelta(days=90))
    intake = await chronicle.backfill(announces=True)
    before = await chronicle.titles()
    await chronicle.watcher.read_once()

    assert [*releases(1, 23), "Found late"] == before
    assert 1 == len(intake.aside)
    assert ["Just now"] == await announced(storage)


async def test_next_way_is_taken_where_one_ends(
    chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An API that is closed in the middle leaves the feed, from its beginning."""
    asked: list[str] = []

    def closes(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        if path.endswith("/posts") and query.get("page") == "2":
            asked.append(path)
            return Answer("{}", status=401)
        return given

    chronicle.site.rules.append(closes)
    await chronicle.backfill()

    assert [asked[0]] == asked
    assert releases(1, 23) == await chronicle.titles()
    assert "feed" == (await chronicle.history()).way


async def test_site_that_falls_silent_ends_it(chronicle: Chronicle) -> None:
    """Nothing is filled, and the way and the mark stay."""
    chronicle.only("feed")

    def quiet(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        return Answer("", status=503) if query.get("paged") == "2" else given

    chronicle.site.rules.append(quiet)
    with pytest.raises(Unheard):
        await chronicle.backfill()
    assert (await chronicle.history()).filled_at is None

    chronicle.site.rules.remove(quiet)
    await chronicle.backfill()
    assert releases(1, 23) == await chronicle.titles()


async def test_site_without_anything_says_so(chronicle: Chronicle) -> None:
    """Where there is neither feed nor page, that is said in a sentence."""
    for post in chronicle.site.posts:
        chronicle.site.trash(post.id)

    with pytest.raises(NoWay, match="Nothing at the archive's url"):
        await chronicle.backfill()


@pytest.mark.parametrize("way", WAYS)
async def test_protected_posts_are_refused(chronicle: Chronicle, way: str) -> None:
    """A release behind a password is not taken, by no way; it is named with the reason."""
    chronicle.only(way)
    post = chronicle.site.write("Secret", FORM)
    chronicle.site.rules.append(protects(post.id))

    intake = await chronicle.backfill()

    assert releases(1, 23) == await chronicle.titles()
    assert {"It is protected by a password."} == {*intake.refused.values()}


async def test_excerpts_that_cannot_be_made_whole(chronicle: Chronicle) -> None:
    """They are kept as they are, without asking for each of hundreds in vain."""
    chronicle.site.rules[:] = [rest_hidden, one_feed_page, excerpts_on_pages]
    chronicle.site.blog.excerpts = True

    def closed(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        return Answer("", status=403) if blog.find(path.replace("/feed/", "/")) else given

    chronicle.site.rules.append(closed)
    await chronicle.backfill()

    assert releases(1, 23) == await chronicle.titles()
    single = [path for path in chronicle.asked() if path.startswith("/20")]
    assert len(single) <= 10


async def test_steps_say_how_far_it_is(chronicle: Chronicle) -> None:
    """Releases read of those there are, and then a second look."""
    await chronicle.backfill()

    assert ("rest", 23) == (chronicle.steps[-1].way, chronicle.steps[-1].done)
    assert {23} == {step.total for step in chronicle.steps}
    done = [step.done for step in chronicle.steps]
    assert sorted(done) == done
    assert [False, True] == sorted({step.again for step in chronicle.steps})


class Turned:
    """A way in memory whose pages are what the test says."""

    total = None

    def __init__(self, pages: Sequence[Document | None], oldest_first: bool) -> None:
        self.name, self.url = "feed", "http://press.example/feed/"
        self.pages, self.oldest_first = pages, oldest_first

    async def last(self) -> int:
        return len(self.pages)

    async def page(self, number: int) -> Document | None:
        return self.pages[number - 1] if number <= len(self.pages) else None


@pytest.mark.parametrize("oldest_first", [True, False])
async def test_page_that_is_not_there_any_more_is_passed(
    chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch, oldest_first: bool
) -> None:
    """A walk whose end moves under it goes on with the next page."""
    drafts = await _drafts(chronicle)
    pages = [Document(drafts[:3]), None, Document(drafts[3:])]
    way = Turned(pages if oldest_first else pages[::-1], oldest_first)

    async def ways(*given: object) -> list[Way]:
        return [way]

    monkeypatch.setattr(backfill_module, "ways", ways)
    await chronicle.backfill()

    assert [1, 2, 3, 4, 5] == [release.id for release in await chronicle.releases()]


async def _drafts(chronicle: Chronicle) -> tuple[Draft, ...]:
    page = await rest_way.Rest(
        chronicle.visitor, chronicle.archive,
        f"{chronicle.site.url}/wp-json/wp/v2/posts?categories=2", chronicle.clock,
    ).page(1)  # fmt: skip
    assert page is not None
    assert {Kind.REST} == {draft.kind for draft in page.drafts}
    return page.drafts[:5]
