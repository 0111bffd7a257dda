"""The chat in the window that a site's button opens: one window, however often it is pressed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from storage import Storage
from tests.browser import Browser
from tests.platforms.browser_stage import Herald, herald_in
from tests.platforms.web_stage import at_work

OPENER = "Cross-Origin-Opener-Policy"


@pytest.fixture
async def herald(tmp_path: Path) -> AsyncIterator[Herald]:
    async with herald_in(tmp_path) as herald:
        yield herald


@asynccontextmanager
async def site_of(herald: Herald, browser: Browser, attributes: str = "") -> AsyncIterator[Page]:
    """A page of a site that has the button; all its pages are the same."""

    async def page_of(_request: web.Request) -> web.Response:
        script = f'<script src="{herald.url}/embed.js" {attributes}></script>'
        return web.Response(text=f"<title>Us</title><body>{script}", content_type="text/html")

    application = web.Application()
    application.router.add_get("/{path:.*}", page_of)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    context = await browser.new_context(locale="en-GB")
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        page = await context.new_page()
        # Another site than 127.0.0.1, to a browser.
        await page.goto(f"http://localhost:{runner.addresses[0][1]}")
        yield page
    finally:
        await context.close()
        await runner.cleanup()


async def opened(page: Page) -> Page:
    """Press the button; the window that opens, greeted."""
    async with page.expect_popup() as opening:
        await page.locator(".open").click()
    chat = await opening.value
    await expect(chat.locator("#log article").first.get_by_role("button").first).to_be_visible()
    return chat


async def test_pressed_again_it_is_the_same_window(herald: Herald, browser: Browser) -> None:
    """With what was said in it, on the site's other pages, too; closed, it opens anew."""
    async with site_of(herald, browser) as page:
        chat = await opened(page)
        await chat.locator("#box").fill("/help")
        await chat.locator("#box").press("Enter")
        await expect(chat.locator("#log article")).to_have_count(3)
        for path in ("", "/about"):
            await page.goto(page.url + path)
            await page.locator(".open").click()
            # Whatever opens is there once the site's page has heard from it.
            assert 0 == await page.evaluate("open('', 'herald-chat').length")

        assert [page, chat] == page.context.pages
        await expect(chat.locator("#log article")).to_have_count(3)

        await chat.close()
        again = await opened(page)
        await expect(again.locator("#log article")).to_have_count(1)


async def test_the_archive_opens_beside_the_window(herald: Herald, browser: Browser) -> None:
    """The conversation stays open; another language keeps it a window that is found again."""
    async with site_of(herald, browser) as page:
        chat = await opened(page)
        async with page.context.expect_page() as opening:
            await chat.get_by_role("link", name="Archive").click()
        archive = await opening.value
        await archive.wait_for_load_state()
        await chat.get_by_role("link", name="Русский").click()
        await expect(chat.locator("html")).to_have_attribute("lang", "ru")
        await page.locator(".open").click()

        assert f"{herald.url}/releases?lang=en" == archive.url
        assert await archive.evaluate("window.opener === null")
        assert f"{herald.url}/?lang=ru&window=1" == chat.url
        assert [page, chat, archive] == page.context.pages


@pytest.mark.parametrize("named", ["ru", "ru-RU"])
async def test_the_chat_speaks_the_buttons_language(
    herald: Herald, browser: Browser, named: str
) -> None:
    """The site names one: the window speaks it, whatever the browser prefers."""
    async with site_of(herald, browser, f'data-language="{named}"') as page:
        chat = await opened(page)

        await expect(chat.locator("html")).to_have_attribute("lang", "ru")
        await expect(chat.locator("#log article").first).to_contain_text("Здравствуйте")


async def test_only_the_buttons_window_is_tied_to_a_site(storage: Storage) -> None:
    """Every other page of ours, the chat by its own link too, is out of any opener's reach."""
    async with at_work(storage, public_url="https://x.test", frames=("https://y.test",)) as stage:
        told = {
            path: (await stage.browser(Host="x.test").get(path)).headers[OPENER]
            for path in (
                "/?window=1",
                "/",
                "/?window=2",
                "/?window=1&frame=1",
                "/releases?window=1",
            )
        }

    assert {
        "/?window=1": "unsafe-none",
        "/": "same-origin",
        "/?window=2": "same-origin",
        "/?window=1&frame=1": "same-origin",
        "/releases?window=1": "same-origin",
    } == told
