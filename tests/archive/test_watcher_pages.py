"""The watcher where the feed's first page is not enough: further pages, and excerpts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.archive import watcher
from bot.archive.watcher import STUBBORN
from bot.demo.blog import Answer, Blog
from storage import Storage
from storage.model import Kind
from tests.archive.chronicle import Chronicle, open_chronicle
from tests.archive.long_site import WORDS, releases
from tests.archive.scene import announced
from tests.fakes.faults import Fault
from tests.fakes.rules import excerpts_on_pages, rest_hidden


@pytest.fixture
async def chronicle(storage: Storage) -> AsyncIterator[Chronicle]:
    """A site of 23 releases, all of which are known."""
    async with open_chronicle(storage) as opened:
        opened.only("feed")
        await opened.backfill()
        await opened.watcher.read_once()
        opened.clock.pass_by(minutes=5)
        yield opened


def publish(chronicle: Chronicle, count: int) -> list[str]:
    titles = [f"New {n}" for n in range(1, count + 1)]
    for title in titles:
        chronicle.site.write(title, f"<p>{title}: {WORDS}</p>")
    return titles


async def test_more_at_once_than_a_page_holds(chronicle: Chronicle, storage: Storage) -> None:
    """It pages on to known ground and one page further; all of them are one find, and held."""
    new = publish(chronicle, 25)
    before = len(chronicle.asked())
    reading = await chronicle.watcher.read_once()

    feed = "/category/press-releases/feed/"
    assert [feed, *(f"{feed}?paged={n}" for n in (2, 3, 4, 5))] == chronicle.asked(before)
    assert [*releases(1, 23), *new] == await chronicle.titles()
    assert "" == reading.last_error
    assert 25 == await storage.releases.held()


async def test_known_ground_on_the_first_page_costs_one_request(chronicle: Chronicle) -> None:
    """Where the page's oldest is known, nothing lies behind it that is not."""
    publish(chronicle, 9)
    before = len(chronicle.asked())
    await chronicle.watcher.read_once()

    assert 1 == len(chronicle.asked(before))


@pytest.mark.parametrize("status", [403, 503])
async def test_further_page_in_trouble(chronicle: Chronicle, storage: Storage, status: int) -> None:
    """A find is kept when all of it is there; a page that never answers does not bar it."""

    def trouble(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        return Answer("", status=status) if query.get("paged") == "2" else given

    new = publish(chronicle, 12)
    chronicle.site.rules.append(trouble)
    errors = [(await chronicle.watcher.read_once()).last_error for _ in range(STUBBORN)]
    waited = await chronicle.titles()
    await chronicle.watcher.read_once()

    kept = [*releases(1, 23), *new[2:]]
    if status == 503:
        assert ["The archive answers with status 503."] * STUBBORN == errors
        assert releases(1, 23) == waited
    assert kept == await chronicle.titles()


async def test_trouble_that_passes_loses_nothing(chronicle: Chronicle) -> None:
    """The next reading begins again with the first page, and finds them all."""

    def trouble(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        return Answer("", status=503) if query.get("paged") == "2" else given

    new = publish(chronicle, 12)
    chronicle.site.rules.append(trouble)
    await chronicle.watcher.read_once()
    chronicle.site.rules.remove(trouble)
    await chronicle.watcher.read_once()

    assert [*releases(1, 23), *new] == await chronicle.titles()


async def test_page_for_people_is_paged_on_too(storage: Storage) -> None:
    """Where there is no feed, the pages are watched: they go on as well."""

    def no_feed(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        return Answer("", status=404) if "/feed/" in path else given

    async with open_chronicle(storage, 12) as chronicle:
        chronicle.site.rules[:] = [rest_hidden, no_feed]
        await chronicle.watcher.read_once()
        chronicle.clock.pass_by(minutes=5)
        new = publish(chronicle, 12)
        await chronicle.watcher.read_once()

        assert [*releases(1, 12), *new] == await chronicle.titles()


async def test_excerpts_are_made_whole_before_they_are_kept(storage: Storage) -> None:
    """A feed of excerpts gives whole releases: each costs one request once, an edit another."""
    async with open_chronicle(storage, 3) as chronicle:
        chronicle.site.blog.excerpts = True
        await chronicle.watcher.read_once()
        chronicle.clock.pass_by(minutes=5)
        (new,) = publish(chronicle, 1)
        before = len(chronicle.asked())
        await chronicle.watcher.read_once()
        for_new = len(chronicle.asked(before))
        chronicle.clock.pass_by(minutes=5)
        chronicle.site.edit(chronicle.number(new), html=f"<p>Mended: {WORDS} {WORDS}</p>")
        before = len(chronicle.asked())
        await chronicle.watcher.read_once()
        for_edit = len(chronicle.asked(before))

        found = await chronicle.releases()
        assert (2, 2) == (for_new, for_edit)
        assert all(len(release.body.text) > 500 for release in found)
        assert [1, 1, 1, 2] == [release.revision for release in found]
        assert [new] == await announced_titles(storage)


async def announced_titles(storage: Storage) -> list[str]:
    async with storage.database.read() as connection:
        rows = await connection.rows(
            "SELECT title FROM announcements JOIN releases ON releases.id = release_id"
            " WHERE announcements.kind = 'release'"
        )
    return [row[0] for row in rows]


async def test_excerpt_that_stays_one_is_announced_all_the_same(storage: Storage) -> None:
    """Where the site gives no more, the excerpt is what there is; it is not asked for for ever."""

    def closed(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        return Answer("", status=403) if blog.find(path.replace("/feed/", "/")) else given

    async with open_chronicle(storage, 1) as chronicle:
        chronicle.site.blog.excerpts = True
        chronicle.site.rules[:] = [excerpts_on_pages, closed]
        await chronicle.watcher.read_once()
        chronicle.clock.pass_by(minutes=5)
        publish(chronicle, 1)
        await chronicle.watcher.read_once()
        before = len(chronicle.asked())
        chronicle.site.edit(chronicle.number("New 1"), title="Newer")
        await chronicle.watcher.read_once()

        assert ["New 1"] == [t.replace("Newer", "New 1") for t in await announced(storage)][:1]
        assert 3 >= len(chronicle.asked(before))
        listed = await storage.histories.listed(chronicle.archive)
        assert {Kind.EXCERPT} == {known.kind for known in listed}


async def test_pages_that_hang_hold_up_no_news(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All excerpts of a poll have one deadline; the comparison makes whole what was not."""
    monkeypatch.setattr(watcher, "WHOLE_SECONDS", 0.3)
    async with open_chronicle(storage, 3) as chronicle:
        chronicle.site.rules.append(rest_hidden)
        chronicle.site.blog.excerpts = True
        await chronicle.backfill()
        chronicle.clock.pass_by(minutes=5)
        chronicle.site.edit(chronicle.number("Release 3"), html=f"<p>Mended: {WORDS}</p>")
        new = publish(chronicle, 4)
        chronicle.site.fail(Fault(hang=60, path="/20"))
        before = len(chronicle.asked())
        reading = await chronicle.watcher.read_once()
        asked, told = chronicle.asked(before), await announced(storage)
        at_once = [known.kind for known in await storage.histories.listed(chronicle.archive)]
        await chronicle.compare()

        assert "" == reading.last_error
        assert 2 >= len(asked[1:])
        assert [Kind.EXCERPT] * 4 == at_once[3:]
        assert new == told
        found = await chronicle.releases()
        assert all(len(release.body.text) > 500 for release in found)
        assert found[2].body.text.startswith("Mended")


async def test_excerpts_after_whole_texts_are_a_warning(chronicle: Chronicle) -> None:
    """It is said once in the log, and no release is cut short."""
    chronicle.site.blog.excerpts = True
    with capture_logs() as lines:
        for number in (23, 22):
            chronicle.site.edit(chronicle.number(f"Release {number}"), title="Renamed")
            await chronicle.watcher.read_once()
            chronicle.clock.pass_by(minutes=5)

    said = [line["event"] for line in lines if line["log_level"] == "warning"]
    assert ["The feed has only excerpts now; whole texts are from the pages."] == said
    assert all(len(release.body.text) > 500 for release in await chronicle.releases())
