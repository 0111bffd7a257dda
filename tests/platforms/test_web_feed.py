"""The feed of the newest releases, as news readers ask for it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree

import feedparser
import pytest

from storage import Storage
from storage.model import RichText, Span, Style
from tests.fakes.releases import draft
from tests.platforms.archive_stage import Answered, Stage, archive, keep, rich, withdraw


@pytest.fixture
async def stage(storage: Storage) -> AsyncIterator[Stage]:
    async with archive(storage) as opened:
        yield opened


def read(got: Answered) -> feedparser.FeedParserDict:
    """The feed as a reader understands it; an XML parser takes it, too."""
    ElementTree.fromstring(got.body)
    kind = {"content-type": got.headers["Content-Type"]}
    parsed = feedparser.parse(io.BytesIO(got.body), response_headers=kind)
    assert not parsed.bozo, parsed.bozo_exception
    return parsed


async def test_the_newest_releases_are_in_the_feed(storage: Storage, stage: Stage) -> None:
    """Thirty, newest first, each with its permanent address here, its date and where it is from."""
    first = date(2026, 1, 1)
    await keep(storage, *(draft(n, day=first + timedelta(days=n)) for n in range(1, 33)))
    got = await stage.get("/feed.xml")
    feed = read(got)

    assert "application/atom+xml; charset=utf-8" == got.headers["Content-Type"]
    assert ("The Lantern Campaign", "atom10") == (feed.feed.title, feed.version)
    assert f"{stage.url}/releases" == feed.feed.link
    assert [f"Statement number {n}" for n in range(32, 2, -1)] == [e.title for e in feed.entries]
    newest = feed.entries[0]
    assert (f"{stage.url}/releases/32",) * 2 == (newest.id, newest.link)
    assert ["http://archive.test/2026/32/"] == [x.href for x in newest.links if x.rel == "via"]
    assert "2026-02-02T09:00:00Z" == newest.published == newest.updated


async def test_whole_texts_are_in_the_feed(storage: Storage, stage: Stage) -> None:
    """As HTML, each in its language; what would be markup in a title or text is text."""
    body = RichText("He said <no> & left.", (Span(8, 12, Style.BOLD),))
    await keep(storage, rich(1, "<b>One</b> & two", body, language="ru"))
    (entry,) = read(await stage.get("/feed.xml")).entries

    assert "<p>He said <strong>&lt;no&gt;</strong> &amp; left.</p>" == entry.content[0].value
    assert ("text/html", "ru") == (entry.content[0].type, entry.content[0].language)
    assert "<b>One</b> & two" == entry.title
    assert "text/plain" == entry.title_detail.type


async def test_a_release_with_a_date_only_is_dated(storage: Storage, stage: Stage) -> None:
    """Noon is that day for nearly everybody; midnight would be another day for half of us."""
    await keep(storage, draft(1, hour=None))

    assert "2026-11-24T12:00:00Z" == read(await stage.get("/feed.xml")).entries[0].published


async def test_a_change_is_dated_by_itself(storage: Storage, stage: Stage) -> None:
    """A reader that has the release sees that it was changed, and when."""
    await keep(storage, draft(1, text="One was hurt."))
    await keep(storage, draft(1, text="Two were hurt."))
    (entry,) = read(await stage.get("/feed.xml")).entries

    assert ("2026-11-24T09:00:00Z", "2026-11-25T12:00:00Z") == (entry.published, entry.updated)


async def test_a_feed_of_one_language(storage: Storage, stage: Stage) -> None:
    """It has those releases alone, says so, and is a feed of its own."""
    await keep(storage, draft(1, "One"), draft(2, "Два", language="ru"))
    feed = read(await stage.get("/feed.xml?of=ru"))

    assert ["Два"] == [entry.title for entry in feed.entries]
    assert ("ru", f"{stage.url}/feed.xml?of=ru") == (feed.feed.language, feed.feed.id)


@pytest.mark.parametrize("query", ["", "?of=fr"])
async def test_an_empty_feed_is_one(stage: Stage, query: str) -> None:
    """Before the first release there is a feed to subscribe to."""
    assert [] == read(await stage.get(f"/feed.xml{query}")).entries


async def test_nonsense_is_no_feed(stage: Stage) -> None:
    """What asks for no language is refused in words."""
    assert 400 == (await stage.get("/feed.xml?of=everything")).status


async def test_withdrawn_releases_leave_the_feed(storage: Storage, stage: Stage) -> None:
    """What the campaign took back is not told any more."""
    await keep(storage, draft(1, "One"), draft(2, "Two"))
    await withdraw(storage, 2)

    assert ["One"] == [entry.title for entry in read(await stage.get("/feed.xml")).entries]


async def test_what_xml_cannot_hold_is_not_in_it(storage: Storage, stage: Stage) -> None:
    """Controls and characters that are none would stop every reader at the first of them."""
    odd = "".join(map(chr, [*range(32), 0x7F, 0x85, 0xFFFE, 0xFFFF, 0x1F600]))
    await keep(
        storage,
        replace(draft(1, f"A{odd}Z", f"B{odd}Y"), link=f"http://archive.test/{odd}"),
    )
    got = await stage.get("/feed.xml")
    (entry,) = read(got).entries

    assert (entry.title[0], entry.title[-1]) == ("A", "Z")
    assert "😀" in entry.content[0].value


async def test_a_reader_that_has_it_gets_nothing(storage: Storage, stage: Stage) -> None:
    """By the feed's tag, or by its time; the tag decides where both are sent."""
    await keep(storage, draft(1))
    got = await stage.get("/feed.xml")
    tag, time = got.headers["ETag"], got.headers["Last-Modified"]
    asked = [
        await stage.get("/feed.xml", If_None_Match=tag),
        await stage.get("/feed.xml", If_None_Match=f'"x", {tag}'),
        await stage.get("/feed.xml", If_Modified_Since=time),
        await stage.get("/feed.xml", If_None_Match='"x"', If_Modified_Since=time),
        await stage.get("/feed.xml", If_Modified_Since="Mon, 01 Jan 2024 00:00:00 GMT"),
        await stage.get("/feed.xml", If_Modified_Since="yesterday"),
    ]

    assert [304, 304, 304, 200, 200, 200] == [answer.status for answer in asked]
    assert {(tag, time)} == {(a.headers["ETag"], a.headers["Last-Modified"]) for a in asked}
    assert {b""} == {answer.body for answer in asked[:3]}


@pytest.mark.parametrize("change", ["new", "old", "reworded", "withdrawn"])
async def test_a_reader_misses_no_change(storage: Storage, stage: Stage, change: str) -> None:
    """Whatever changes, within the same second too, is sent to who asks by time or by tag."""
    await keep(storage, draft(1), draft(2))
    before = await stage.get("/feed.xml")
    if change == "new":
        await keep(storage, draft(3))
    elif change == "old":
        await keep(storage, draft(3, day=date(2014, 1, 1)))
    elif change == "reworded":
        await keep(storage, draft(1, "Statement number one"))
    else:
        await withdraw(storage, 1)
    after = [
        await stage.get("/feed.xml", If_Modified_Since=before.headers["Last-Modified"]),
        await stage.get("/feed.xml", If_None_Match=before.headers["ETag"]),
    ]

    assert [200, 200] == [answer.status for answer in after]
    assert (
        304
        == (
            await stage.get("/feed.xml", If_Modified_Since=after[0].headers["Last-Modified"])
        ).status
    )


async def test_the_time_of_a_feed_stays(storage: Storage, stage: Stage) -> None:
    """While nothing changes, later readers hear the same time as earlier ones."""
    await keep(storage, draft(1))
    before = await stage.get("/feed.xml")
    stage.now += timedelta(hours=3)
    await stage.get("/feed.xml?of=ru")
    later = await stage.get("/feed.xml")

    assert before.headers["Last-Modified"] == later.headers["Last-Modified"]
    assert "Wed, 25 Nov 2026 12:00:00 GMT" == later.headers["Last-Modified"]


async def test_the_pages_name_the_feed(storage: Storage, stage: Stage) -> None:
    """A news reader that is given a page finds the feed by itself."""
    await keep(storage, draft(1))
    for path, feed in (("/releases", "/feed.xml"), ("/releases?of=ru", "/feed.xml?of=ru")):
        page = (await stage.get(path)).text

        assert (
            '<link rel="alternate" type="application/atom+xml" title="The Lantern Campaign"'
            f' href="{feed}">'
        ) in page
