"""The chat by keyboard alone, and what a screen reader is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.platforms.browser_stage import Herald, Visitor, herald_in, visiting


@pytest.fixture
async def herald(tmp_path: Path) -> AsyncIterator[Herald]:
    async with herald_in(tmp_path) as running:
        yield running


async def test_everything_is_reached_by_keyboard(browser: Browser, herald: Herald) -> None:
    """From the top, Tab leads past archive, language, menu and the message's choices to the box."""
    async with visiting(browser, herald) as visitor:
        await visitor.page.evaluate("() => document.activeElement.blur()")
        met = await tabbed(visitor, 13)

        assert [
            "To the message box", "Archive", "Русский", "Menu", "Conversation", "🔔 Subscribe",
            "Latest releases", "Search", "Anniversaries", "🌐 English · Русский", "Commands",
            "Your message", "Send",
        ] == met  # fmt: skip


async def test_a_whole_visit_without_a_mouse(browser: Browser, herald: Herald) -> None:
    """Subscribe, search, turn a page, read, and leave, with keys only; the focus is never lost."""
    async with visiting(browser, herald) as visitor:
        keys = visitor.page.keyboard
        await visitor.messages.first.get_by_role("button", name="Subscribe").focus()
        await keys.press("Enter")
        await expect(visitor.last).to_contain_text("You are subscribed.")
        await visitor.box.focus()
        await keys.type("bulletin")
        await keys.press("Enter")
        await expect(visitor.last).to_contain_text("page 1 of 4")
        await keys.press("Shift+Tab")  # the button that shows the commands
        for button in ("Oldest first", "Newest first", "Next page"):
            await keys.press("Shift+Tab")
            assert button == await focused(visitor)
        await keys.press("Space")
        await expect(visitor.last).to_contain_text("page 2 of 4")
        assert "Next page" == await focused(visitor)
        await visitor.page.locator("#menu").focus()
        await keys.press("Enter")
        await keys.press("Tab")
        assert "Leave and erase" == await focused(visitor)
        await keys.press("Enter")
        await expect(visitor.last).to_contain_text("I have forgotten you")
        await expect(visitor.last).to_be_focused()


async def test_escape_closes_the_menu(browser: Browser, herald: Herald) -> None:
    """Esc closes the menu and puts the focus back on its button; so does tabbing away close it."""
    async with visiting(browser, herald) as visitor:
        menu, sheet = visitor.page.locator("#menu"), visitor.page.locator("#sheet")
        await menu.click()
        await expect(sheet).to_be_visible()
        await visitor.page.keyboard.press("Tab")
        await visitor.page.keyboard.press("Escape")
        await expect(sheet).to_be_hidden()
        await expect(menu).to_be_focused()
        await menu.press("Enter")
        await expect(menu).to_have_attribute("aria-expanded", "true")
        await visitor.page.keyboard.press("Shift+Tab")
        await expect(sheet).to_be_hidden()


async def test_a_slash_opens_the_commands(browser: Browser, herald: Herald) -> None:
    """Arrows choose, typing narrows, Esc closes; Enter sends a command that needs no words."""
    async with visiting(browser, herald) as visitor:
        options = visitor.page.get_by_role("option")
        await visitor.box.focus()
        await visitor.page.keyboard.type("/")
        await expect(options.first).to_have_attribute("aria-selected", "true")
        await expect(visitor.box).to_have_attribute("aria-activedescendant", "command-latest")
        await visitor.box.press("ArrowUp")
        await expect(options.last).to_have_attribute("aria-selected", "true")
        await visitor.box.press("Escape")
        await expect(options).to_have_count(0)
        await expect(visitor.box).to_have_value("/")
        await visitor.page.keyboard.type("on")
        await expect(options).to_have_count(1)
        await visitor.box.press("Enter")
        await expect(visitor.messages.nth(1)).to_contain_text("/onthisday")
        await expect(visitor.messages).to_have_count(3)
        await expect(visitor.box).to_have_value("")


async def test_a_command_waits_for_its_words(browser: Browser, herald: Herald) -> None:
    """Chosen from the list, /search stands in the box until there is something to look for."""
    async with visiting(browser, herald) as visitor:
        await visitor.page.locator("#commands").click()
        await visitor.page.get_by_role("option", name="/search").click()
        await expect(visitor.box).to_have_value("/search ")
        await expect(visitor.box).to_be_focused()
        await visitor.page.keyboard.type("leap")
        await visitor.box.press("Enter")
        await expect(visitor.last).to_contain_text("1 release found")


async def test_the_box_grows_with_what_is_written(browser: Browser, herald: Herald) -> None:
    """Shift+Enter is a new line, the box grows for it and shrinks again; Enter sends both lines."""
    async with visiting(browser, herald) as visitor:
        low = await height(visitor)
        await visitor.box.focus()
        await visitor.page.keyboard.type("leap")
        await visitor.box.press("Shift+Enter")
        await visitor.page.keyboard.type("day")
        assert low < await height(visitor)
        await visitor.box.press("Enter")
        await expect(visitor.last).to_contain_text("1 release found")
        assert low == await height(visitor)


async def test_who_writes_is_heard_wherever_the_focus_is(browser: Browser, herald: Herald) -> None:
    """After a click on a choice, what is typed goes into the box."""
    async with visiting(browser, herald) as visitor:
        await visitor.press("Latest releases")
        await expect(visitor.last).to_contain_text("The latest releases")
        await visitor.page.keyboard.type("leap")
        await expect(visitor.box).to_have_value("leap")


async def test_each_message_says_who_and_when(browser: Browser, herald: Herald) -> None:
    """For a screen reader the conversation is a log, each message in it has a name of its own."""
    async with visiting(browser, herald) as visitor:
        await visitor.say("leap")
        log = visitor.page.get_by_role("log", name="Conversation")
        await expect(log).to_have_attribute("aria-live", "polite")
        await expect(log.get_by_role("article", name="You, ")).to_have_count(1)
        await expect(log.get_by_role("article", name="Herald, ")).to_have_count(2)


async def height(visitor: Visitor) -> float:
    """Of the box, in pixels."""
    box = await visitor.box.bounding_box()
    assert box is not None
    return box["height"]


async def focused(visitor: Visitor) -> str:
    """What a screen reader calls the element in focus."""
    return str(await visitor.page.evaluate(
        "() => document.activeElement.getAttribute('aria-label')"
        " ?? document.activeElement.innerText.trim()"
    ))  # fmt: skip


async def tabbed(visitor: Visitor, times: int) -> list[str]:
    """What is met with so many Tabs."""
    met = []
    for _ in range(times):
        await visitor.page.keyboard.press("Tab")
        met.append(await focused(visitor))
    return met
