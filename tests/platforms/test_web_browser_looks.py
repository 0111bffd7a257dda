"""The chat on every screen: narrow, zoomed, dark, Russian; and axe, which knows the rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Response, expect

from tests.platforms.browser_stage import Herald, herald_in, visiting

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture
async def herald(tmp_path: Path) -> AsyncIterator[Herald]:
    async with herald_in(tmp_path) as running:
        yield running


async def test_nothing_is_wider_than_a_small_telephone(browser: Browser, herald: Herald) -> None:
    """At 320 pixels: welcome, results, a long word, settings, the commands and the menu all fit."""
    async with visiting(browser, herald, width=320, height=568) as visitor:
        wide = [await visitor.sideways()]
        await visitor.subscribe()
        for words in ("inquiry", "/settings", "/settings zone", "/help", LONG * 2):
            await visitor.say(words)
            wide.append(await visitor.sideways())
        await herald.publish(100, f"{LONG} Meets", f"https://example.org/{LONG}/{LONG}")
        await expect(visitor.last).to_contain_text("Meets")
        wide.append(await visitor.sideways())
        await visitor.page.locator("#commands").click()
        wide.append(await visitor.sideways())
        await visitor.page.keyboard.press("Escape")
        await visitor.page.locator("#menu").click()
        await expect(visitor.page.locator("#leave")).to_be_in_viewport(ratio=1)
        wide.append(await visitor.sideways())

        assert [0] * 9 == wide


async def test_the_page_is_small(browser: Browser, herald: Herald) -> None:
    """Page, styles, scripts and the welcome together are 60 kB at most, unpacked."""
    context = await browser.new_context()
    page = await context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    await page.goto(herald.url)
    await expect(page.get_by_role("button", name="Latest releases")).to_be_visible()
    sizes = {urlsplit(answer.url).path: len(await answer.body()) for answer in answers
             if answer.status == 200}  # fmt: skip
    await context.close()

    assert {"/", "/static/chat.js", "/static/chat.css", "/static/theme.css"} <= set(sizes)
    assert 60_000 >= sum(sizes.values()), sizes


async def test_everything_is_reached_in_a_low_window(browser: Browser, herald: Herald) -> None:
    """At 400 % of an ordinary window the header gives way, and the box and the end are in view."""
    async with visiting(browser, herald, width=320, height=256) as visitor:
        await visitor.say("leap")
        await expect(visitor.box).to_be_in_viewport(ratio=1)
        await expect(visitor.messages.nth(1)).to_be_in_viewport()
        assert 0 == await visitor.sideways()


async def test_what_is_pressed_is_large_enough(browser: Browser, herald: Herald) -> None:
    """What is to be pressed measures 44 pixels or more each way, commands in the text apart."""
    async with visiting(browser, herald, width=320, height=568) as visitor:
        await visitor.say("inquiry")
        await visitor.page.locator("#menu").click()
        small = await visitor.page.evaluate(
            "() => [...document.querySelectorAll('button:not(.command), header a, .choices a')]"
            ".filter(e => e.checkVisibility()).map(e => [e.textContent, e.getBoundingClientRect()])"
            ".filter(([, r]) => r.width < 44 || r.height < 44).map(([text]) => text)"
        )

        assert [] == small


async def test_new_messages_do_not_move_what_is_read(browser: Browser, herald: Herald) -> None:
    """Who has scrolled up is told of a new message, stays where they are, and gets there in one."""
    async with visiting(browser, herald, height=500) as visitor:
        await visitor.subscribe()
        await visitor.say("/latest 10")
        view = visitor.page.locator("#view")
        await view.evaluate("view => view.scrollTo(0, 0)")
        pill = visitor.page.get_by_role("button", name="New messages")
        await expect(pill).to_be_hidden()
        await herald.publish(100, "Council Finds Nothing")
        await expect(pill).to_be_visible()
        assert 0 == await view.evaluate("view => view.scrollTop")
        await pill.click()
        await expect(visitor.last.get_by_text("Council Finds Nothing")).to_be_in_viewport()
        await expect(pill).to_be_hidden()


async def test_at_the_end_new_messages_come_into_view(browser: Browser, herald: Herald) -> None:
    """Who reads at the end sees what comes without doing anything."""
    async with visiting(browser, herald, height=500) as visitor:
        await visitor.subscribe()
        await herald.publish(100, "Council Finds Nothing")
        await expect(visitor.last).to_contain_text("Council Finds Nothing")
        await expect(visitor.last.get_by_role("button").last).to_be_in_viewport()


async def test_the_page_speaks_russian(browser: Browser, herald: Herald) -> None:
    """By the browser's wish or the link in the header: page, answers and releases that come."""
    async with visiting(browser, herald, locale="ru-RU") as visitor:
        await expect(visitor.page.locator("html")).to_have_attribute("lang", "ru")
        await expect(visitor.messages.first).to_contain_text("Здравствуйте")
        await visitor.page.get_by_role("link", name="English").click()
        await expect(visitor.messages.first).to_contain_text("Welcome!")
        await visitor.page.get_by_role("link", name="Русский").click()
        await expect(visitor.messages.first).to_contain_text("Здравствуйте")
        await visitor.say("бюллетень")
        await expect(visitor.last).to_contain_text("ничего не нашлось")


async def test_a_subscriber_changes_the_language_in_the_header(
    browser: Browser, herald: Herald
) -> None:
    """Who is known here is spoken to in the new language from then on, in what comes, too."""
    async with visiting(browser, herald) as visitor:
        await visitor.subscribe()
        await visitor.page.get_by_role("link", name="Русский").click()
        await expect(visitor.page.locator("html")).to_have_attribute("lang", "ru")
        await expect(visitor.messages.first).to_contain_text("Здравствуйте")
        await herald.publish(100, "Council Finds Nothing")
        await expect(visitor.last.get_by_role("button", name="Читать здесь")).to_be_visible()


@pytest.mark.parametrize(
    ("scheme", "language", "width"),
    [
        ("light", "en-GB", 1280),
        ("dark", "en-GB", 320),
        ("light", "ru-RU", 320),
        ("dark", "ru-RU", 1280),
    ],
)
async def test_axe_finds_no_fault(
    browser: Browser, herald: Herald, scheme: Literal["light", "dark"], language: str, width: int
) -> None:
    """Welcome, a conversation with results, commands, menu: no violation, contrast included."""
    async with visiting(
        browser, herald, scheme=scheme, locale=language, width=width, reduced_motion="reduce"
    ) as visitor:
        assert [] == await visitor.violations()
        await visitor.say("/subscribe")
        await visitor.say("inquiry")
        await herald.publish(100, "Council Finds Nothing")
        await expect(visitor.last).to_contain_text("Council Finds Nothing")
        assert [] == await visitor.violations()
        await visitor.page.locator("#commands").click()
        await expect(visitor.page.get_by_role("listbox")).to_be_visible()
        assert [] == await visitor.violations()
        await visitor.page.keyboard.press("Escape")
        await visitor.page.locator("#menu").click()
        await expect(visitor.page.locator("#leave")).to_be_visible()
        assert [] == await visitor.violations()
