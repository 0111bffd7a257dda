"""What comes to open pages by itself: each thing once, in order, and nothing is missed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat import Sent
from tests.platforms.web_stage import NOON, Stage, news, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as made:
        yield made


async def test_a_page_is_greeted_and_gets_what_waits_then_what_comes(stage: Stage) -> None:
    """First hello, then the mailbox, oldest first, then each new letter as it is sent."""
    browser = await stage.visitor()
    for text in ("One", "Two"):
        await stage.push(browser, news(text))
    page = await browser.open()
    await page.letters(2)
    number = await stage.push(browser, news("Three <script>"))
    await page.letters(3)
    hello, *letters = page.events

    assert "2000" == page.retry
    assert ("hello", "en") == (hello.kind, hello.data["language"])
    assert hello.data["version"] in (await browser.get("/")).body.decode()
    assert ["One", "Two", "Three <script>"] == page.texts
    assert sorted(int(e.id) for e in letters) == [int(e.id) for e in letters]
    assert number == letters[-1].data["id"]
    assert "<p><strong>Three &lt;script&gt;</strong></p>" == letters[-1].data["html"]
    assert [True, "2026-11-25T12:00:00.000Z"] == [letters[0].data[k] for k in ("pushed", "at")]
    assert {"label": "Share", "share": "/releases/1", "title": "One"} == (
        letters[0].data["buttons"][0][1]
    )


async def test_hello_says_the_language_that_was_chosen(stage: Stage) -> None:
    """What a visitor chose goes before what their browser asks for."""
    browser = await stage.visitor()
    await browser.press("settings language ru")
    page = await browser.open()

    assert "ru" == page.events[0].data["language"]


async def test_nobody_gets_no_stream_and_their_browser_does_not_ask_again(stage: Stage) -> None:
    """Without a cookie the answer is 204, which ends an EventSource for good."""
    told = await stage.browser().get("/chat/events")

    assert (204, b"") == (told.status, told.body)


async def test_two_tabs_show_the_same(stage: Stage) -> None:
    """All that comes comes to each open page of a visitor, and to nobody else's."""
    browser, other = await stage.visitor(), await stage.visitor()
    tabs = [await browser.open() for _ in range(2)]
    foreign = await other.open()
    await stage.push(browser, news("One"))
    await stage.push(other, news("Other"))
    for tab in tabs:
        await tab.letters(1)
    await foreign.letters(1)

    assert [["One"], ["One"], ["Other"]] == [tab.texts for tab in (*tabs, foreign)]


@pytest.mark.parametrize("way", ["last", "after"])
async def test_a_page_that_comes_back_misses_nothing_and_sees_nothing_twice(
    stage: Stage, way: str
) -> None:
    """Named by the browser or by the page, the last change tells where to go on."""
    browser = await stage.visitor()
    first = await browser.open()
    await stage.push(browser, news("One"))
    await first.letters(1)
    await first.close()
    numbers = [await stage.push(browser, news(text)) for text in ("Two", "Three")]
    await stage.web.delete(stage.address(browser), Sent(numbers[0]))
    again = await browser.open(**{way: first.last})
    await again.letters(1)
    await again.until(lambda: bool(again.kind("gone")))

    assert ["Three"] == again.texts
    assert [{"id": numbers[0]}] == [event.data for event in again.kind("gone")]


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "1.5", "٣"])
async def test_a_mark_that_is_none_gets_all(stage: Stage, after: str) -> None:
    """Whatever a page says to have seen, it is no fault."""
    browser = await stage.visitor()
    await stage.push(browser, news("One"))
    page = await browser.open(after=after)
    await page.letters(1)

    assert ["One"] == page.texts


async def test_a_mark_from_a_time_that_was_undone_gets_all(stage: Stage) -> None:
    """After a backup was restored, pages that knew more see what there is, and what comes."""
    browser = await stage.visitor()
    await stage.push(browser, news("One"))
    page = await browser.open(after="900")
    await page.letters(1)
    await stage.push(browser, news("Two"))
    await page.letters(2)
    empty = await (await stage.visitor()).open(after="900")

    assert ["One", "Two"] == page.texts
    assert [] == empty.texts


async def test_a_changed_letter_comes_again_and_one_taken_back_is_gone(stage: Stage) -> None:
    """An edit is the letter with the same id; a recall is its id alone. Both while it is open."""
    browser = await stage.visitor()
    address = stage.address(browser)
    page = await browser.open()
    number = await stage.push(browser, news("One"))
    await stage.web.edit(address, Sent(number), news("One, corrected"))
    await stage.web.edit(address, Sent(number), news("One, corrected"))
    await stage.web.delete(address, Sent(number))
    await stage.web.delete(address, Sent(number))
    await stage.push(browser, news("Two"))
    await page.letters(3)

    assert ["One", "One, corrected", "Two"] == page.texts
    assert [number, number] == [event.data["id"] for event in page.kind("letter")[:2]]
    assert [{"id": number}] == [event.data for event in page.kind("gone")]


async def test_a_letter_that_nobody_can_read_is_shown_empty(stage: Stage) -> None:
    """What an older or newer Herald kept in another form breaks no stream."""
    from storage.model import Content

    browser = await stage.visitor()
    await stage.storage.mailboxes.put([(stage.address(browser), "k", Content("not json"))], NOON)
    page = await browser.open()
    await page.until(lambda: bool(page.kind("letter")))

    assert {"id": "1", "at": "2026-11-25T12:00:00.000Z", "picture": None} == page.events[1].data
