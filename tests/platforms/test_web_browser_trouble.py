"""The chat when things go wrong: two tabs, a restart, nobody there, a proxy in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from tests.platforms.browser_stage import Herald, herald_in, visit, visiting


@pytest.fixture
async def herald(tmp_path: Path) -> AsyncIterator[Herald]:
    async with herald_in(tmp_path) as running:
        yield running


async def test_two_tabs_show_the_same_and_leave_together(browser: Browser, herald: Herald) -> None:
    """A release arrives in both tabs of a browser; leaving in one empties the other, too."""
    async with visiting(browser, herald) as visitor:
        await visitor.subscribe()
        other = await visit(await visitor.page.context.new_page(), herald)
        await expect(other.page.locator("#state")).to_be_empty()
        await herald.publish(100, "Council Finds Nothing")
        for tab in (visitor, other):
            await expect(tab.last).to_contain_text("Council Finds Nothing")
        await visitor.page.bring_to_front()
        await visitor.page.locator("#menu").click()
        await visitor.page.locator("#leave").click()
        await expect(visitor.last).to_contain_text("I have forgotten you")
        await expect(other.messages).to_have_count(0)
        await expect(other.page.locator(".note")).to_contain_text("is erased")

        assert [] == other.harm


async def test_a_restart_loses_nothing_and_doubles_nothing(
    browser: Browser, herald: Herald
) -> None:
    """Herald ends and comes back: the page says so, goes on without being loaded anew, and has
    each release once, also the one that was published in between.
    """
    async with visiting(browser, herald, away=True) as visitor:
        await visitor.subscribe()
        await herald.publish(100, "Before the Restart")
        await expect(visitor.last).to_contain_text("Before the Restart")
        await visitor.page.evaluate("() => { window.same = true; }")
        await herald.stop()
        await expect(visitor.page.locator("#state")).to_have_text("Connecting again…")
        await herald.publish(101, "Between Two Lives")
        await herald.start()
        await expect(visitor.last).to_contain_text("Between Two Lives")
        await expect(visitor.page.locator("#state")).to_be_empty()
        await herald.publish(102, "After the Restart")
        await expect(visitor.last).to_contain_text("After the Restart")

        assert ["Before the Restart", "Between Two Lives", "After the Restart"] == (
            await visitor.page.locator("#log [data-letter] strong").all_inner_texts()
        )
        assert await visitor.page.evaluate("() => window.same")


async def test_what_could_not_be_said_is_tried_again(browser: Browser, herald: Herald) -> None:
    """While nobody is there, words are marked as not sent; one press sends them, once."""
    async with visiting(browser, herald, away=True) as visitor:
        await herald.stop()
        await visitor.box.fill("leap")
        await visitor.box.press("Enter")
        note = visitor.page.locator(".note")
        await expect(note).to_contain_text("Not sent. Herald cannot be reached just now.")
        await herald.start()
        await note.get_by_role("button", name="Try again").click()
        await expect(visitor.last).to_contain_text("1 release found")
        await expect(note).to_have_count(0)
        await expect(visitor.messages).to_have_count(3)


async def test_what_is_refused_comes_back_into_the_box(browser: Browser, herald: Herald) -> None:
    """Words that Herald will not take are not lost: they stand in the box again, to be mended."""

    async def refuse(route: Route) -> None:
        await route.fulfill(status=413, json={"error": "That is too long for me."})

    async with visiting(browser, herald, away=True) as visitor:
        await visitor.page.route("**/chat/say", refuse)
        await visitor.box.fill("leap")
        await visitor.box.press("Enter")
        await expect(visitor.page.locator(".note")).to_have_text(
            "Not sent. That is too long for me."
        )
        await expect(visitor.box).to_have_value("leap")


async def test_a_proxy_in_front_of_nobody_is_outlived(browser: Browser, herald: Herald) -> None:
    """A 502 makes the browser give up listening; the page asks on, and misses nothing."""
    turned_away = 0

    async def away(route: Route) -> None:
        nonlocal turned_away
        turned_away += 1
        await route.fulfill(status=502, body="Bad Gateway")

    async with visiting(browser, herald, away=True) as visitor:
        await visitor.subscribe()
        await herald.publish(100, "Before the Trouble")
        await expect(visitor.last).to_contain_text("Before the Trouble")
        await visitor.page.route("**/chat/events*", away)
        await herald.stop()
        await herald.publish(101, "Meanwhile")
        await herald.start()
        async with visitor.page.expect_response("**/chat/events*"):
            pass
        await expect(visitor.page.locator("#state")).to_have_text("Connecting again…")
        await visitor.page.unroute("**/chat/events*")
        await expect(visitor.last).to_contain_text("Meanwhile")

        assert turned_away
        assert 4 == await visitor.messages.count() - 1


async def test_a_first_look_at_nobody_can_be_repeated(browser: Browser, herald: Herald) -> None:
    """Where the welcome cannot be had the page says so, and one press gets it."""

    async def broken(route: Route) -> None:
        await route.fulfill(status=503, json={"error": "I cannot look into my archive just now."})

    async with visiting(browser, herald, away=True) as visitor:
        await visitor.page.route("**/chat/welcome*", broken)
        await visitor.page.reload()
        note = visitor.page.locator(".note")
        await expect(note).to_contain_text("I cannot look into my archive just now.")
        await expect(visitor.page.get_by_role("button", name="Latest releases")).to_be_visible()
        await visitor.page.unroute("**/chat/welcome*")
        await note.get_by_role("button", name="Try again").click()
        await expect(visitor.messages.first).to_contain_text("Welcome!")


async def test_the_title_counts_what_came_meanwhile(browser: Browser, herald: Herald) -> None:
    """While another tab is looked at, the title says how many releases have come."""
    async with visiting(browser, herald) as visitor:
        await visitor.subscribe()
        await visitor.page.evaluate(
            "() => { Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
            " document.dispatchEvent(new Event('visibilitychange')); }"
        )
        await herald.publish(100, "Council Finds Nothing")
        await expect(visitor.page).to_have_title("(1) Justice for Ada Lind")
        await visitor.page.evaluate(
            "() => { delete document.hidden;"
            " document.dispatchEvent(new Event('visibilitychange')); }"
        )
        await expect(visitor.page).to_have_title("Justice for Ada Lind")


async def test_a_page_from_the_past_is_loaded_anew(browser: Browser, herald: Herald) -> None:
    """Going back to a page that the browser had put aside shows nothing that was erased since."""
    async with visiting(browser, herald) as visitor:
        await visitor.say("leap")
        await visitor.page.evaluate(
            "() => dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
        )
        await expect(visitor.messages).to_have_count(1)


async def test_without_scripts_there_is_a_way_to_the_archive(
    browser: Browser, herald: Herald
) -> None:
    """Where no script runs, the page says so kindly and links to all releases."""
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(herald.url)
    await expect(page.locator("#composer")).to_be_hidden()
    await page.get_by_role("link", name="the archive").click()
    await expect(page).to_have_url(f"{herald.url}/releases?lang=en")
    await context.close()
