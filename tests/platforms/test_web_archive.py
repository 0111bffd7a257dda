"""The archive's lists and searches, and what holds for all its pages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from storage import Storage
from storage.model import Draft
from tests.fakes.releases import draft
from tests.platforms.archive_stage import HOSTILE, Stage, archive, keep, nodes, values, words


@pytest.fixture
async def stage(storage: Storage) -> AsyncIterator[Stage]:
    async with archive(storage) as opened:
        yield opened


def many(count: int) -> list[Draft]:
    """So many releases, one a day, the last of them the newest."""
    first = date(2026, 1, 1)
    return [draft(n, f"Statement {n}", day=first + timedelta(days=n)) for n in range(1, count + 1)]


async def test_releases_are_listed_newest_first(storage: Storage, stage: Stage) -> None:
    """Each with its date in words and for machines, its title, and how it begins."""
    await keep(storage, *many(3))
    page = (await stage.get("/releases")).text

    assert ["Statement 3", "Statement 2", "Statement 1"] == words(page, ".entry h2")
    assert "4 January 2026" == words(page, ".entry time")[0]
    assert "2026-01-04" == values(page, ".entry time", "datetime")[0]
    assert ["/releases/3"] == values(page, ".entry h2 a", "href")[:1]
    assert "The council met today and found nothing." == words(page, ".snippet")[0]
    assert ["3 releases"] == words(page, ".counted")


async def test_a_long_list_has_pages(storage: Storage, stage: Stage) -> None:
    """Twenty a page; the ways on are there for people and for machines, at either end one."""
    await keep(storage, *many(45))
    first, second, third = [(await stage.get(f"/releases?page={n}")).text for n in (1, 2, 3)]

    assert [20, 20, 5] == [len(nodes(page, ".entry")) for page in (first, second, third)]
    assert ["45 releases, page 2 of 3"] == words(second, ".counted")
    for place in ("head link", ".pages a"):
        ways = [
            [
                *values(page, f"{place}[rel=prev]", "href"),
                *values(page, f"{place}[rel=next]", "href"),
            ]
            for page in (first, second, third)
        ]
        assert [
            ["/releases?page=2"],
            ["/releases", "/releases?page=3"],
            ["/releases?page=2"],
        ] == ways
    titles = [title for page in (first, second, third) for title in words(page, ".entry h2")]
    assert [f"Statement {n}" for n in range(45, 0, -1)] == titles


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=1e3", "page=9999999", "year=14", "year=0000",
              "year=20144", "year=now", "of=english", "of=%3Cb%3E", "page=%00"],
)  # fmt: skip
async def test_nonsense_in_an_address_is_answered(stage: Stage, query: str) -> None:
    """A page that says so, with a way to the releases; nothing of it is repeated."""
    got = await stage.get(f"/releases?{query}")

    assert (400, ["Not understood"]) == (got.status, words(got.text, "h1"))
    assert "/releases" in values(got.text, "main a", "href")
    assert ["noindex"] == values(got.text, "meta[name=robots]", "content")


async def test_a_page_that_is_not_there(storage: Storage, stage: Stage) -> None:
    """Behind the end of the list there is nothing: the reader hears how many pages it has."""
    await keep(storage, *many(21))
    got = await stage.get("/releases?page=3")

    assert (404, ["The list has 2 pages."]) == (got.status, words(got.text, ".notice > p"))
    assert 404 == (await stage.get("/releases?page=999999")).status


async def test_a_year_that_has_none(storage: Storage, stage: Stage) -> None:
    """The page says so kindly, and offers the years that have some."""
    await keep(storage, *many(2))
    got = await stage.get("/releases?year=2014")

    assert 404 == got.status
    assert "There are no such releases in this archive." in words(got.text, ".empty p")
    assert ["All years", "2026 2"] == words(got.text, ".years a")


async def test_an_empty_archive_says_so(stage: Stage) -> None:
    """Before the first release the page is kind, and whole."""
    got = await stage.get("/releases")

    assert 200 == got.status
    assert "There are no releases here yet." in words(got.text, ".empty p")
    assert [] == nodes(got.text, ".entry, .choices, .pages")


async def test_lists_are_narrowed_by_year_and_language(storage: Storage, stage: Stage) -> None:
    """Years are counted, those of one language by its own; choices go together."""
    await keep(
        storage,
        draft(1, "One", day=date(2014, 1, 1)),
        draft(2, "Two", day=date(2014, 12, 31), language="ru"),
        draft(3, "Three", day=date(2015, 6, 1), language="ru"),
    )
    everything = (await stage.get("/releases")).text
    russian = (await stage.get("/releases?of=ru")).text
    both = (await stage.get("/releases?of=ru&year=2014")).text

    assert ["All years", "2015 1", "2014 2"] == words(everything, ".years a")
    assert ["All languages", "Русский", "English"] == words(everything, ".of a")
    assert ["All years", "2015 1", "2014 1"] == words(russian, ".years a")
    assert "/releases?year=2014&of=ru" in values(russian, ".years a", "href")
    assert ["Two"] == words(both, ".entry h2")
    assert ["Press releases of 2014"] == words(both, "h1")
    assert ["2014 1", "Русский"] == sorted(words(both, ".choices [aria-current=true]"))


async def test_one_language_is_no_choice(storage: Storage, stage: Stage) -> None:
    """Where all releases are in one language, nobody is asked for one."""
    await keep(storage, *many(2))

    assert [] == nodes((await stage.get("/releases")).text, ".of")


async def test_a_search_shows_where_its_words_stand(storage: Storage, stage: Stage) -> None:
    """The hit is marked in its surroundings; no cache keeps the page and no engine lists it."""
    await keep(storage, *many(25), draft(99, "Of rivers", "They measured the <b>dam</b> twice."))
    got = await stage.get("/releases?q=dam")

    assert ["Of rivers"] == words(got.text, ".entry h2")
    assert ["dam"] == words(got.text, ".snippet strong")
    assert ["They measured the <b>dam</b> twice."] == words(got.text, ".snippet")
    assert ["1 release found"] == words(got.text, ".counted")
    assert ["dam"] == values(got.text, "#q", "value")
    assert "no-store" == got.headers["Cache-Control"]
    assert ["noindex"] == values(got.text, "meta[name=robots]", "content")


async def test_a_search_has_pages(storage: Storage, stage: Stage) -> None:
    """The words stay in the links to the others."""
    await keep(storage, *many(25))
    page = (await stage.get("/releases?q=council+met&page=2")).text

    assert 5 == len(nodes(page, ".entry"))
    assert ["/releases?q=council+met"] == values(page, ".pages a", "href")


@pytest.mark.parametrize("query", ["xyzzy", "%21%21", HOSTILE.replace("&", "%26"), "%FF%ED%A0%80"])
async def test_nothing_found_is_said_kindly(storage: Storage, stage: Stage, query: str) -> None:
    """Whatever was looked for, it is repeated as text, with a hint and a way on."""
    await keep(storage, *many(2))
    got = await stage.get(f"/releases?q={query}")

    assert 200 == got.status
    assert words(got.text, ".empty p")[0].startswith("I found nothing for")
    assert [] == nodes(got.text, "script, .entry")


async def test_a_search_is_cut_to_a_length_that_can_be_shown(stage: Stage) -> None:
    """A book in the search field is no reason to print it, or to look for all of it."""
    page = (await stage.get(f"/releases?q={'word+' * 700}")).text

    assert max(len(value or "") for value in values(page, "#q", "value")) <= 200


@pytest.mark.parametrize(
    ("query", "accepted", "spoken"),
    [
        ("", "", "en"),
        ("", "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("", "de,en;q=0.3,ru;q=0.7", "ru"),
        ("", "de", "en"),
        ("", "*", "en"),
        ("", "ru;q=x, ,;;", "en"),
        ("?lang=ru", "en", "ru"),
        ("?lang=en", "ru", "en"),
        ("?lang=xx", "ru", "ru"),
    ],
)
async def test_pages_speak_their_readers_language(
    stage: Stage, query: str, accepted: str, spoken: str
) -> None:
    """The language that is named, else the best that the browser asks for."""
    headers = {"Accept_Language": accepted} if accepted else {}
    got = await stage.get(f"/releases{query}", **headers)

    assert [spoken] == values(got.text, "html", "lang")
    assert [{"en": "Press releases", "ru": "Пресс-релизы"}[spoken]] == words(got.text, "h1")
    assert "Accept-Language" == got.headers["Vary"]


async def test_a_language_that_was_chosen_is_kept(storage: Storage, stage: Stage) -> None:
    """It goes along in every link of ours; a language of its own for each release stays."""
    await keep(storage, *many(21))
    page = (await stage.get("/releases?lang=ru&year=2026")).text
    ours = [str(link) for link in values(page, "main a, .top a, footer a", "href")]
    inner = [link for link in ours if link.startswith("/") and not link.startswith("/feed.xml")]

    assert [] == [link for link in inner if "lang=ru" not in link]
    assert ["ru"] == values(page, "input[name=lang]", "value")
    assert {"English"} == set(words(page, ".entry .tongue"))
    assert {"en"} == set(values(page, ".entry > div", "lang"))
    assert ["/releases?year=2026&lang=en"] == values(page, ".tongues a", "href")


@pytest.mark.parametrize("path", ["/releases", "/releases/1"])
async def test_what_a_browser_has_is_not_sent_again(
    storage: Storage, stage: Stage, path: str
) -> None:
    """A page that has not changed is named and not sent; one that has is sent."""
    await keep(storage, draft(1))
    first = await stage.get(path)
    again = await stage.get(path, If_None_Match=first.headers["ETag"])

    assert (304, b"") == (again.status, again.body)
    for name in ("ETag", "Cache-Control", "Vary"):
        assert first.headers[name] == again.headers[name]

    await keep(storage, draft(1, "Another title"))
    assert 200 == (await stage.get(path, If_None_Match=first.headers["ETag"])).status


@pytest.mark.parametrize("path", ["/releases", "/releases/1", "/releases/7", "/feed.xml"])
async def test_heads_are_those_of_the_pages(storage: Storage, stage: Stage, path: str) -> None:
    """Who asks for the head of a page gets it, and no body."""
    await keep(storage, draft(1))
    got, head = await stage.get(path), await stage.get(path, method="HEAD")

    assert (got.status, b"") == (head.status, head.body)
    assert got.headers["Content-Length"] == head.headers["Content-Length"]


@pytest.mark.parametrize("path", ["//evil.test/x", "/%5Cevil.test", "/a/%22%3E%3Cb%3E", "/nowhere"])
async def test_an_address_without_a_page(stage: Stage, path: str) -> None:
    """A page that says so; no link on it leads away by the words of the address."""
    got = await stage.get(path)

    assert (404, ["There is nothing at this address."]) == (
        got.status,
        words(got.text, ".notice > p"),
    )
    assert "evil" not in got.text
    assert [] == nodes(got.text, "main b")


async def test_a_database_in_trouble_is_said(storage: Storage, stage: Stage) -> None:
    """A sentence instead of a trace: the page can be had again later."""
    await keep(storage, draft(1))
    async with storage.database.write() as tx:
        await tx.run("ALTER TABLE releases RENAME TO elsewhere")
    for path in ("/releases", "/releases/1", "/releases?q=x", "/feed.xml"):
        got = await stage.get(path)

        assert (503, ["One moment, please"]) == (got.status, words(got.text, "h1")), path


async def test_all_links_lead_somewhere(storage: Storage, stage: Stage) -> None:
    """Whoever follows every link of the archive finds a page behind each."""
    await keep(storage, *many(45), draft(99, "Другой", day=date(2014, 5, 5), language="ru"))
    seen, waiting = set[str](), ["/releases", "/releases?q=council"]
    while waiting:
        path = waiting.pop()
        got = await stage.get(path)
        assert 200 == got.status, path
        if "html" not in got.headers["Content-Type"]:
            continue
        links = [link or "" for link in values(got.text, "a, link", "href")]
        found = {link.partition("#")[0] for link in links if re.match(r"/(?!\?|$|/)", link)}
        waiting += sorted(found - seen)
        seen |= found

    assert {f"/releases/{n}" for n in range(1, 47)} <= seen
    assert "/static/page.css" in seen
