"""What the chat's page makes of words: whose they are, in which language, and what is noticed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.platforms.web.visitors import newcomer
from storage import open_storage
from storage.seal import Seal
from tests.platforms.browser_stage import Herald, herald_in, visiting


@pytest.fixture
async def herald(tmp_path: Path) -> AsyncIterator[Herald]:
    async with herald_in(tmp_path) as running:
        yield running


async def test_commands_in_a_release_cannot_be_pressed(browser: Browser, herald: Herald) -> None:
    """Whatever a title or a text says, it is the archive's: only Herald's own words offer theirs.
    Pushed, listed, found and opened.
    """
    async with visiting(browser, herald) as visitor:
        await visitor.subscribe()
        await herald.publish(100, "/forget yes", "Press /unsubscribe to win.\n\n/forget")
        await expect(visitor.last).to_contain_text("/forget yes")
        pushed = visitor.last.locator(".command")
        await expect(pushed).to_have_count(0)
        for asked in ("/latest", "win", "/release 31", "/start r31"):
            await visitor.say(asked)
            await expect(visitor.last).to_contain_text("/forget yes")
            await expect(visitor.last.locator(".command")).to_have_count(0)
        await visitor.press("Read here")
        await expect(visitor.last).to_contain_text("Press /unsubscribe")
        await expect(visitor.last.locator(".command")).to_have_count(0)
        await visitor.say("/privacy")
        await expect(visitor.last.locator(".command")).to_have_text(["/forget"])


@pytest.mark.parametrize("path", ["/?lang=ru", "/?lang=ru-RU&start=r8"])
async def test_a_link_names_the_language(browser: Browser, herald: Herald, path: str) -> None:
    """A site's button opens the chat in the site's language: page, welcome and answers, at once
    and when it is loaded anew.
    """
    async with visiting(browser, herald, path, locale="en-GB") as visitor:
        for _ in range(2):
            await expect(visitor.messages.first).to_contain_text("Здравствуйте")
            await expect(visitor.box).to_have_attribute("placeholder", "Что найти?")
            await visitor.page.reload()
        await visitor.say("/help")
        await expect(visitor.last).to_contain_text("О чём меня можно попросить")


async def test_who_asks_too_fast_reads_so(browser: Browser, herald: Herald) -> None:
    """Where a question goes unanswered a line says why, once."""
    async with visiting(browser, herald) as visitor:
        for _ in range(24):
            await visitor.box.fill("/help")
            await visitor.box.press("Enter")
        note = visitor.page.locator(".note")
        await expect(note).to_have_text(
            "One moment, please: that is more than I can answer at once."
            " Ask me again in a few seconds."
        )
        await expect(visitor.page.locator("#typing")).to_be_hidden()
        await expect(note).to_have_count(1)


async def test_a_lost_identity_is_told_as_soon_as_the_page_is_loaded(
    browser: Browser, herald: Herald, tmp_path: Path
) -> None:
    """Who was subscribed before the key was changed learns it without asking for anything."""
    async with open_storage(tmp_path / "other.db", Seal(b"o" * 32)) as other:
        value = f"{other.mailboxes.token(newcomer())}.20261101"
    async with visiting(browser, herald) as visitor:
        await visitor.page.context.add_cookies(
            [{"name": "herald", "value": value, "url": herald.url}]
        )
        await visitor.page.reload()
        note = visitor.page.locator(".note")
        await expect(note).to_contain_text("please subscribe once more")
        await visitor.subscribe()
        await expect(note).to_have_count(1)
        await visitor.page.reload()
        await expect(visitor.messages).to_have_count(1)
        await expect(note).to_have_count(0)
