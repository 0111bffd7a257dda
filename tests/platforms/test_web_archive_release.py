"""One release of the archive: its text, its card, its neighbours, and where it is not shown."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from config.settings import WebSettings
from storage import Storage
from storage.model import RichText, Span, Style
from tests.fakes.releases import draft
from tests.platforms.archive_stage import (
    HOSTILE,
    Stage,
    archive,
    keep,
    nodes,
    rich,
    values,
    withdraw,
    words,
)


@pytest.fixture
async def stage(storage: Storage) -> AsyncIterator[Stage]:
    async with archive(storage) as opened:
        yield opened


async def test_a_release_is_shown_whole(storage: Storage, stage: Stage) -> None:
    """Its text with its formatting, in its language, with the ways on."""
    body = RichText(
        "Итоги\n\nСуд решил.\n\n• первое\n• второе",
        (Span(0, 5, Style.HEADING), Span(7, 10, Style.BOLD), Span(11, 16, Style.LINK, "https://court.test/1")),
    )  # fmt: skip
    await keep(storage, rich(1, "Решение суда", body, language="ru"))
    got = await stage.get("/releases/1")

    assert (200, "text/html; charset=utf-8") == (got.status, got.headers["Content-Type"])
    assert ["en"] == values(got.text, "html", "lang")
    assert {"ru"} == set(values(got.text, ".prose, h1", "lang"))
    assert ["Решение суда"] == words(got.text, "h1")
    assert ["Итоги"] == words(got.text, ".prose h2")
    assert ["Суд"] == words(got.text, ".prose strong")
    assert ["первое", "второе"] == words(got.text, ".prose li")
    assert ["24 November 2026"] == words(got.text, ".release time")
    links = values(got.text, "article a", "href")
    assert {
        "https://court.test/1", "http://archive.test/2026/1/", "/?start=r1",
        "/releases/1",
    } == set(links)  # fmt: skip


async def test_a_title_that_is_repeated_is_shown_once(storage: Storage, stage: Stage) -> None:
    """Many a text begins with its own title; the page has it above already."""
    await keep(storage, draft(1, "The court sits", "The court sits\n\nIt sat all day."))

    assert ["It sat all day."] == words((await stage.get("/releases/1")).text, ".prose p")


@pytest.mark.parametrize("public", ["", "https://chat.lanterns.test"])
async def test_a_shared_release_says_what_it_is(storage: Storage, public: str) -> None:
    """Its card has whole addresses where the operator set ours, and else none: what a reader calls
    us is no address to spread. Search engines are sent to where the campaign published it.
    """
    await keep(storage, replace(draft(1, "Of the dam"), picture="http://archive.test/dam.png"))
    async with archive(storage, options=WebSettings(public_url=public)) as stage:
        page = (await stage.get("/releases/1")).text
    ours = {
        "og:url": f"{public}/releases/1",
        "og:image": f"{public}/releases/1/picture",
    }
    cards = {
        str(node.attributes["property"]): node.attributes["content"]
        for node in nodes(page, "meta[property]")
    }

    assert {
        "og:type": "article",
        "og:title": "Of the dam",
        "og:description": "The council met today and found nothing.",
        "og:site_name": "The Lantern Campaign",
        "og:locale": "en_GB",
        "article:published_time": "2026-11-24T09:00:00+00:00",
        **(ours if public else {}),
    } == cards
    assert [f"{public}/releases/1"] == values(page, "a[rel=bookmark]", "href")
    assert ["http://archive.test/2026/1/"] == values(page, "link[rel=canonical]", "href")
    assert ["The council met today and found nothing."] == values(
        page, "meta[name=description]", "content"
    )


@pytest.mark.parametrize("link", ["", "javascript:alert(1)", "ftp://archive.test/1"])
async def test_a_release_with_no_page_of_its_own_is_at_home_here(
    storage: Storage, stage: Stage, link: str
) -> None:
    """A link that browsers must not follow is none."""
    await keep(storage, replace(draft(1), link=link))
    page = (await stage.get("/releases/1")).text
    async with archive(storage, options=WebSettings(public_url="https://x.test")) as public:
        known = (await public.get("/releases/1")).text

    assert [] == values(page, "link[rel=canonical]", "href")
    assert ["https://x.test/releases/1"] == values(known, "link[rel=canonical]", "href")
    assert not re.search(r"javascript:|ftp:", page)


@pytest.mark.parametrize("host", ['a"b', "x y", "evil.test/../", "<b>", "evil.test", "127.0.0.9"])
@pytest.mark.parametrize("path", ["/releases", "/releases?q=council", "/releases/1", "/nothing"])
async def test_what_a_reader_calls_us_is_not_repeated(
    storage: Storage, stage: Stage, host: str, path: str
) -> None:
    """Whatever somebody writes there, the page is the same for everybody, whoever keeps it."""
    await keep(storage, draft(1))

    assert (await stage.get(path)).text == (await stage.get(path, Host=host)).text


async def test_what_an_archive_says_is_text(storage: Storage, stage: Stage) -> None:
    """Markup in a title or text is shown as it was written, on every page."""
    await keep(
        storage,
        draft(1, HOSTILE, f"{HOSTILE} and more.", day=date(2026, 1, 1)),
        draft(2, HOSTILE, "Short.", day=date(2026, 1, 2)),
    )
    for path in ("/releases", "/releases?q=alert", "/releases/1", "/releases/2"):
        page = (await stage.get(path)).text
        assert [] == nodes(page, "script")
        assert HOSTILE in words(page, "h1, h2")
    page = (await stage.get("/releases/1")).text
    assert [f"{HOSTILE} and more."] == words(page, ".prose p")
    assert [f"{HOSTILE} and more."] == values(page, "meta[name=description]", "content")
    assert [HOSTILE] == words(page, ".around a > [lang]")


async def test_releases_lead_to_their_neighbours(storage: Storage, stage: Stage) -> None:
    """Before and after, in the order of publication; what was withdrawn is passed over."""
    first_day = date(2026, 1, 1)
    await keep(storage, *(draft(n, day=first_day + timedelta(days=n)) for n in range(1, 5)))
    await withdraw(storage, 3)
    first, second, last = [(await stage.get(f"/releases/{n}")).text for n in (1, 2, 4)]

    assert [None, "/releases/1", "/releases/2"] == [
        next(iter(values(page, ".around [rel=prev]", "href")), None)
        for page in (first, second, last)
    ]
    assert ["/releases/2", "/releases/4", None] == [
        next(iter(values(page, ".around [rel=next]", "href")), None)
        for page in (first, second, last)
    ]


async def test_a_withdrawn_release_is_gone(storage: Storage, stage: Stage) -> None:
    """The page says that it was withdrawn, and nothing of what it said."""
    await keep(storage, draft(1, "Secret title", "Secret text."), draft(2))
    await withdraw(storage, 1)
    got = await stage.get("/releases/1")

    assert 410 == got.status
    assert ["The campaign has withdrawn this release."] == words(got.text, ".notice > p")
    assert "Secret" not in got.text
    assert "Secret" not in (await stage.get("/releases")).text


@pytest.mark.parametrize(
    "number",
    ["2", "0", "-1", "01", "x", "1x", "9" * 15, "9" * 40, "%D9%A1", "r", "rr1", "r0", "%00"],
)
async def test_a_release_that_there_is_not(storage: Storage, stage: Stage, number: str) -> None:
    """Whatever stands for the number: a page that says so."""
    await keep(storage, draft(1))
    got = await stage.get(f"/releases/{number}")

    assert (404, ["Not found"]) == (got.status, words(got.text, "h1"))
    assert 404 == (await stage.get(f"/releases/{number}/picture")).status


async def test_the_number_as_the_chat_writes_it(storage: Storage, stage: Stage) -> None:
    """r1 leads to 1, in the language of before."""
    await keep(storage, draft(1))
    got = await stage.get("/releases/r1?lang=ru")

    assert (301, "/releases/1?lang=ru") == (got.status, got.headers["Location"])


async def test_a_change_is_told(storage: Storage, stage: Stage) -> None:
    """A text that was changed after its publication says when."""
    await keep(storage, draft(1, text="One was hurt."))
    assert [] == words((await stage.get("/releases/1")).text, ".changed")

    await keep(storage, draft(1, text="Two were hurt."))
    page = (await stage.get("/releases/1")).text
    assert ["Last changed on 25 November 2026."] == words(page, ".changed")
    assert ["Two were hurt."] == words(page, ".prose p")
