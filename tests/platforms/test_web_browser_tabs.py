"""Many tabs of one visitor: all are answered, none misses anything, leaving empties them all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from tests.platforms.browser_stage import Herald, Visitor, herald_in, visit, visiting

TABS = 7


@pytest.fixture
async def herald(tmp_path: Path) -> AsyncIterator[Herald]:
    async with herald_in(tmp_path) as running:
        yield running


async def look(visitor: Visitor, *, at: bool) -> None:
    """Look at a tab, or away from it."""
    await visitor.page.evaluate(
        "away => { Object.defineProperty(document, 'hidden', {value: away, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        not at,
    )


async def tabs(first: Visitor, herald: Herald) -> list[Visitor]:
    """The first tab and others, each opened when its visitor looks away from the one before."""
    found = [first]
    await first.subscribe()
    while len(found) < TABS:
        await look(found[-1], at=False)
        page = await first.page.context.new_page()
        async with page.expect_response(lambda told: "/chat/events" in told.url):
            found.append(await visit(page, herald))
    return found


async def test_the_last_of_many_tabs_is_served_and_the_first_misses_nothing(
    browser: Browser, herald: Herald
) -> None:
    """However many tabs are open, the last loads, is answered and gets what comes. One that left
    its place to others says nothing of trouble, and has all when it is looked at again.
    """
    async with visiting(browser, herald) as visitor:
        opened = await tabs(visitor, herald)
        first, last = opened[0], opened[-1]
        await last.say("leap")
        await expect(last.last).to_contain_text("1 release found")
        await herald.publish(100, "Council Finds Nothing")
        await expect(last.last).to_contain_text("Council Finds Nothing")
        await expect(first.page.locator("#state")).to_be_empty()
        await look(last, at=False)
        await look(first, at=True)
        await expect(first.last).to_contain_text("Council Finds Nothing")
        await herald.publish(101, "Council Finds Something")
        for tab in (first, last):
            await expect(tab.last).to_contain_text("Council Finds Something")

        assert [] == [harm for tab in opened[1:] for harm in tab.harm]


async def test_leaving_empties_tabs_that_listen_to_nothing(
    browser: Browser, herald: Herald
) -> None:
    """A tab that left its place to others is empty as soon as its visitor leaves in another."""
    async with visiting(browser, herald) as visitor:
        opened = await tabs(visitor, herald)
        last = opened[-1]
        await last.page.locator("#menu").click()
        await last.page.locator("#leave").click()
        await expect(last.last).to_contain_text("I have forgotten you")
        for tab in opened[:-1]:
            await expect(tab.messages).to_have_count(0)
            await expect(tab.page.locator(".note")).to_contain_text("is erased")


@pytest.mark.parametrize("proxied", [False, True])
async def test_a_tab_that_was_connecting_while_its_visitor_left_is_emptied(
    browser: Browser, herald: Herald, proxied: bool
) -> None:
    """It comes back as nobody, whether the browser or the page itself connects again: what it
    shows is somebody's no longer.
    """

    async def away(route: Route) -> None:
        await route.fulfill(status=502, body="Bad Gateway")

    async with visiting(browser, herald, away=True) as visitor:
        await visitor.subscribe()
        if proxied:
            await visitor.page.route("**/chat/events*", away)
        await herald.stop()
        await expect(visitor.page.locator("#state")).to_have_text("Connecting again…")
        await visitor.page.context.clear_cookies()
        await herald.start()
        if proxied:
            await visitor.page.unroute("**/chat/events*")
        await expect(visitor.messages).to_have_count(0)
        await expect(visitor.page.locator(".note")).to_contain_text("is erased")
        await expect(visitor.page.locator("#state")).to_be_empty()
