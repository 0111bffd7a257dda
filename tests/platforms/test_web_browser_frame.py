"""The chat in a frame of the campaign's own site, which is another one for the browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from aiohttp import web
from playwright.async_api import Browser, expect

from tests.platforms.browser_stage import herald_in, visit

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

HOME = "https://chat.lind.example"


@asynccontextmanager
async def campaign_site(shown: list[str], host: str = "localhost") -> AsyncIterator[str]:
    """A site of one page, that has a frame with what is `shown`; its origin. To a browser it is
    another site than 127.0.0.1, where the chat is.
    """

    async def page(request: web.Request) -> web.Response:
        frame = f'<iframe src="{shown[0]}" width="400" height="500"></iframe>'
        return web.Response(text=f"<title>Us</title>{frame}", content_type="text/html")

    application = web.Application()
    application.router.add_get("/", page)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_the_chat_works_in_a_frame(browser: Browser, tmp_path: Path) -> None:
    """On a site that the settings name a visitor subscribes, gets what comes, and leaves; links
    open beside the frame, and another language stays within it.
    """
    shown: list[str] = []
    async with (
        campaign_site(shown) as site,
        herald_in(tmp_path, public_url=HOME, frames=[site]) as herald,
    ):
        shown.append(f"{herald.url}/?frame=1")
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(site)
        frame = page.frame_locator("iframe")
        messages = frame.locator("#log article")
        await expect(messages).to_have_count(1)
        await expect(frame.get_by_role("link", name="Archive")).to_have_attribute(
            "target", "_blank"
        )
        await frame.get_by_role("link", name="Русский").click()
        await expect(messages.first).to_contain_text("Здравствуйте")
        await frame.get_by_role("button", name="Подписаться").click()
        await expect(messages.last).to_contain_text("Вы подписаны.")
        await herald.publish(100, "Council Finds Nothing")
        await expect(messages.last).to_contain_text("Council Finds Nothing")
        await frame.locator("#menu").click()
        await frame.locator("#leave").click()
        await expect(messages.last).to_contain_text("Готово: я вас забыл.")
        assert [] == await context.cookies()
        await context.close()


@pytest.mark.parametrize("framed", [True, False])
async def test_leaving_in_a_frame_of_the_own_site_leaves_no_cookie(
    browser: Browser, tmp_path: Path, framed: bool
) -> None:
    """The page and the frame have a cookie each, for one address: leaving in either erases both."""
    shown: list[str] = []
    async with (
        campaign_site(shown, "127.0.0.1") as site,
        herald_in(tmp_path, public_url=HOME, frames=[site]) as herald,
    ):
        shown.append(f"{herald.url}/?frame=1")
        context = await browser.new_context()
        page = await context.new_page()
        await (await visit(page, herald)).subscribe()
        [cookie] = await context.cookies()
        yesterday = {**cookie, "value": f"{cookie['value'][:-8]}20200101"}
        await context.add_cookies([cast("SetCookieParam", yesterday)])
        await page.goto(site)
        frame = page.frame_locator("iframe")
        messages = frame.locator("#log article")
        await expect(messages).to_have_count(1)
        await frame.locator("#box").fill("leap")
        await frame.locator("#box").press("Enter")
        await expect(messages).to_have_count(3)
        assert ["Lax", "None"] == sorted(c["sameSite"] for c in await context.cookies())
        if not framed:
            await visit(page, herald)
        there = frame if framed else page
        await there.locator("#menu").click()
        await there.locator("#leave").click()
        await expect(there.locator("#log article").last).to_contain_text("I have forgotten you")

        assert [] == await context.cookies()
        await context.close()


async def test_no_other_site_has_it_in_a_frame(browser: Browser, tmp_path: Path) -> None:
    """On any other site the frame stays empty: nobody is led to press what they do not see."""
    shown: list[str] = []
    async with campaign_site(shown) as site, herald_in(tmp_path) as herald:
        shown.append(f"{herald.url}/?frame=1")
        context = await browser.new_context()
        page = await context.new_page()
        async with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
            await page.goto(site)
        assert await page.frame_locator("iframe").locator("#log").count() == 0
        await context.close()
