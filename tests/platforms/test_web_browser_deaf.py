"""The chat where a page could stop hearing without a sign: it asks on, and says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from tests.platforms.browser_stage import Herald, Visitor, herald_in, visit, visiting

AGAIN = "Connecting again…"
# As Firefox does where it is told to keep no cookies.
REFUSED = (
    "window.BroadcastChannel = class { constructor() {"
    " throw new DOMException('The operation is insecure.', 'SecurityError'); } }"
)
# A browser takes no cookie from what is asked for like this, and brings none.
FORGETFUL = (
    "const asked = fetch; window.fetch = (path, more) =>"
    " asked(path, { ...more, credentials: 'omit' });"
)


@pytest.fixture
async def herald(tmp_path: Path) -> AsyncIterator[Herald]:
    async with herald_in(tmp_path) as running:
        yield running


async def hear(visitor: Visitor, herald: Herald, title: str) -> None:
    """What is published now arrives."""
    await herald.publish(100, title)
    await expect(visitor.last).to_contain_text(title)
    await expect(visitor.page.locator("#state")).to_be_empty()


@pytest.mark.parametrize("status", [429, 502, 503])
async def test_a_subscribers_page_that_gets_no_place_at_first_asks_on(
    browser: Browser, herald: Herald, status: int
) -> None:
    """Too many pages, or a proxy in front of nobody: the page says that it connects, and does."""

    async def full(route: Route) -> None:
        await route.fulfill(status=status, json={"error": "Too many pages are open."})

    async with visiting(browser, herald, away=True) as first:
        await first.subscribe()
        page = await first.page.context.new_page()
        await page.route("**/chat/events*", full)
        visitor = await visit(page, herald, away=True)
        await expect(page.locator("#state")).to_have_text(AGAIN)
        await page.unroute("**/chat/events*")
        await hear(visitor, herald, "Council Finds Nothing")

        assert [] == visitor.harm


async def test_who_could_not_leave_still_hears(browser: Browser, herald: Herald) -> None:
    """A leaving that a proxy kept from us takes nothing away, the connection included."""

    async def away(route: Route) -> None:
        await route.fulfill(status=502, body="Bad Gateway")

    async with visiting(browser, herald, away=True) as visitor:
        await visitor.subscribe()
        await visitor.page.route("**/chat/**", away)
        await visitor.page.locator("#menu").click()
        await visitor.page.locator("#leave").click()
        await expect(visitor.page.locator(".note")).to_contain_text("cannot be reached")
        await expect(visitor.page.locator("#state")).to_have_text(AGAIN)
        await visitor.page.unroute("**/chat/**")
        await hear(visitor, herald, "Council Finds Nothing")
        await visitor.page.get_by_role("button", name="Try again").click()
        await expect(visitor.messages).to_have_count(1)
        await expect(visitor.last).to_contain_text("I have forgotten you")


async def test_a_tab_that_was_there_before_anybody_was_known_hears(
    browser: Browser, herald: Herald
) -> None:
    """Two fresh tabs, a subscription in one: what comes is shown in both."""
    async with visiting(browser, herald) as visitor:
        other = await visit(await visitor.page.context.new_page(), herald)
        async with other.page.expect_response("**/chat/events*"):
            await visitor.subscribe()
        for tab in (visitor, other):
            await expect(tab.page.locator("#state")).to_be_empty()
        await herald.publish(100, "Council Finds Nothing")
        for tab in (visitor, other):
            await expect(tab.last).to_contain_text("Council Finds Nothing")

        assert [] == other.harm


async def test_who_only_looks_is_not_listened_for(browser: Browser, herald: Herald) -> None:
    """A page of nobody's keeps no connection, and tries none."""
    asked: list[str] = []
    async with visiting(browser, herald) as visitor:
        visitor.page.on("request", lambda request: asked.append(request.url))
        await visitor.page.reload()
        await expect(visitor.messages).to_have_count(1)
        await visitor.page.wait_for_load_state("networkidle")

    assert [url for url in asked if "/chat/welcome" in url]
    assert [] == [url for url in asked if "/chat/events" in url]


async def test_a_browser_that_refuses_the_tabs_channel_has_the_chat(
    browser: Browser, herald: Herald
) -> None:
    """Where tabs may not speak with each other, each of them works all the same."""
    async with visiting(browser, herald) as visitor:
        await visitor.page.add_init_script(REFUSED)
        await visitor.page.reload()
        await visitor.say("leap")
        await expect(visitor.last).to_contain_text("1 release found")
        await visitor.page.locator("#menu").click()
        await visitor.page.locator("#leave").click()
        await expect(visitor.messages).to_have_count(1)


async def test_a_browser_that_keeps_no_cookie_is_told_once(
    browser: Browser, herald: Herald
) -> None:
    """It is answered; that nothing can come by itself it hears once, and nothing is cleared."""
    async with visiting(browser, herald) as visitor:
        await visitor.page.add_init_script(FORGETFUL)
        await visitor.page.reload()
        await expect(visitor.messages).to_have_count(1)
        for words in ("/subscribe", "leap", "vale"):  # it listens anew once it was told so
            async with visitor.page.expect_response("**/chat/events*"):
                await visitor.say(words)
        note = visitor.page.locator(".note")
        await expect(note).to_contain_text("does not keep my cookie")

        assert (7, 1) == (await visitor.messages.count(), await note.count())
        assert "" == await visitor.page.locator("#state").text_content()


async def test_the_title_of_a_tab_that_is_emptied_counts_nothing(
    browser: Browser, herald: Herald
) -> None:
    """What was counted while nobody looked is erased with the rest, in another tab."""
    async with visiting(browser, herald) as visitor:
        await visitor.subscribe()
        await visitor.page.evaluate(
            "() => { Object.defineProperty(document, 'hidden', {value: true}); }"
        )
        await herald.publish(100, "Council Finds Nothing")
        await expect(visitor.page).to_have_title("(1) Justice for Ada Lind")
        other = await visit(await visitor.page.context.new_page(), herald)
        await other.page.locator("#menu").click()
        await other.page.locator("#leave").click()
        await expect(visitor.messages).to_have_count(0)
        await expect(visitor.page).to_have_title("Justice for Ada Lind")
