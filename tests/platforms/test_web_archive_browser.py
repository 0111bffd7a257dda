"""The archive's pages in a real browser: without JavaScript, by keyboard, narrow, by night."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from axe_playwright_python.async_playwright import Axe

from bot.text.build import bold, join, link, quote, styled
from storage import Storage
from storage.model import Attachment, Style
from tests.browser import Browser, Page
from tests.fakes.releases import draft
from tests.platforms.archive_stage import Stage, archive, keep, rich

# A picture of one grey pixel.
GIF = Attachment(
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x88\x88\x88\x00\x00\x00,\x00\x00\x00\x00"
    b"\x01\x00\x01\x00\x00\x02\x02D\x01\x00;",
    "image/gif",
    "picture.gif",
)
LONG = "Verylongwordsthatnobodywouldwritebutsomebodydoes" * 19
TEXT = join(
    [
        styled("What was found", Style.HEADING),
        bold("The council") + f" met, and read {LONG}.",
        "• one\n• two",
        quote("Let it be known."),
        styled(f"{LONG} = code", Style.PRE),
        link("More is at the court.", "https://court.test/"),
    ],
    "\n\n",
)
SITES = (
    "/releases",
    "/releases?q=council",
    "/releases?q=xyzzy",
    "/releases/22",
    "/releases/23",
    "/releases/99",
)


@pytest.fixture
async def stage(storage: Storage) -> AsyncIterator[Stage]:
    """Enough for two pages, in two languages, one of them with all that a text can have."""
    first = date(2026, 1, 1)
    await keep(
        storage,
        *(draft(n, day=first + timedelta(days=n)) for n in range(1, 22)),
        replace(
            rich(22, f"Of the dam, and of {LONG}", TEXT, language="ru"),
            picture="http://archive.test/dam.gif",
        ),
        draft(23, day=date(2026, 12, 1)),
    )

    async def pictures(_: str) -> Attachment:
        return GIF

    async with archive(storage, pictures=pictures) as opened:
        yield opened


async def opened(browser: Browser, stage: Stage, path: str = "/releases", **how: object) -> Page:
    """The page at this path, in a profile of its own."""
    page = await (await browser.new_context(**how)).new_page()  # type: ignore[arg-type]
    await page.goto(stage.url + path)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_fault(stage: Stage, browser: Browser, scheme: str) -> None:
    """Contrast, names, landmarks, headings, languages: on each kind of page, by day and night."""
    for path in SITES:
        for width, locale in ((320, "ru-RU"), (1280, "en-GB")):
            page = await opened(
                browser, stage, path, color_scheme=scheme, locale=locale,
                viewport={"width": width, "height": 800},
            )  # fmt: skip
            run = await Axe().run(page)
            faults = [(path, width, fault["id"]) for fault in run.response["violations"]]
            passed = {rule["id"] for rule in run.response["passes"]}

            assert [] == faults
            assert "color-contrast" in passed
            await page.context.close()


async def test_narrow_screens_need_no_sideways_scrolling(stage: Stage, browser: Browser) -> None:
    """At 320 pixels all fits, words of nine hundred letters and verbatim text, too."""
    for path in SITES:
        page = await opened(browser, stage, path, viewport={"width": 320, "height": 640})

        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

        assert not await page.evaluate(too_wide), path
        await page.context.close()


async def test_a_finger_finds_what_can_be_pressed(stage: Stage, browser: Browser) -> None:
    """Everything that stands by itself is 44 pixels high where there is no mouse."""
    for path in SITES:
        page = await opened(
            browser, stage, path, viewport={"width": 320, "height": 640},
            has_touch=True, is_mobile=True,
        )  # fmt: skip
        low = await page.evaluate(
            "[...document.querySelectorAll('a:not(.site a, h2 a, .prose a, .empty a, .skip)"
            ", button, input:not([type=hidden])')]"
            ".filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
        )

        assert [] == low, path
        await page.context.close()


async def test_all_works_without_javascript(stage: Stage, browser: Browser) -> None:
    """Search, turn the page, open a release, go on to its neighbour, and back to all of them."""
    page = await opened(browser, stage, java_script_enabled=False, locale="en-GB")
    await page.get_by_role("searchbox").fill("council")
    await page.get_by_role("button", name="Search").click()
    assert f"{stage.url}/releases?q=council" == page.url
    await page.get_by_role("link", name="Older").click()
    assert f"{stage.url}/releases?q=council&page=2" == page.url
    await page.locator(".entry a").first.click()
    title = await page.locator("h1").inner_text()
    await page.locator(".around a").first.click()
    assert title != await page.locator("h1").inner_text()
    await page.get_by_role("link", name="All press releases").click()

    assert f"{stage.url}/releases" == page.url


async def test_nothing_comes_from_elsewhere(stage: Stage, browser: Browser) -> None:
    """A release, its picture and its look are all loaded from Herald; no cookie is set."""
    page = await browser.new_page()
    asked, faults = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    await page.goto(f"{stage.url}/releases/22", wait_until="networkidle")

    assert [] == [url for url in asked if not url.startswith(stage.url)]
    assert f"{stage.url}/releases/22/picture" in asked
    assert f"{stage.url}/static/theme.css" in asked
    assert [] == faults
    assert [] == await page.context.cookies()
    assert 1 == await page.locator(".picture img").evaluate("image => image.naturalWidth")


async def test_the_keyboard_reaches_the_text_at_once(stage: Stage, browser: Browser) -> None:
    """The first stop is the way past the head of the page, and it can be seen there."""
    page = await opened(browser, stage, "/releases/22", locale="en-GB")
    skip = page.get_by_role("link", name="Skip to the text")
    assert not await _in_view(page, ".skip")
    await page.keyboard.press("Tab")
    assert await skip.evaluate("link => link === document.activeElement")
    assert await _in_view(page, ".skip")
    await page.keyboard.press("Enter")
    assert "text" == await page.evaluate("document.activeElement.id")
    await page.keyboard.press("Tab")

    assert await page.evaluate("document.querySelector('main').contains(document.activeElement)")


async def test_the_focus_can_be_seen(stage: Stage, browser: Browser) -> None:
    """Each stop of the keyboard has an outline."""
    page = await opened(browser, stage, "/releases?q=council&page=2")
    for _ in range(12):
        await page.keyboard.press("Tab")
        outline = await page.evaluate("getComputedStyle(document.activeElement).outline")

        assert "solid 3px" in outline


async def test_a_printed_release_is_its_text(stage: Stage, browser: Browser) -> None:
    """On paper there is the text and where it is from, and nothing to press."""
    page = await opened(browser, stage, "/releases/22", color_scheme="dark")
    await page.emulate_media(media="print")
    ink, paper = await page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )

    assert ("rgb(0, 0, 0)", "rgb(255, 255, 255)") == (ink, paper)
    assert await page.locator(".prose").is_visible()
    assert "http://archive.test/2026/22/" in await page.locator(".printed").inner_text()
    for gone in (".top", ".tongues", ".ways", ".around", ".foot"):
        assert not await page.locator(gone).is_visible()


async def _in_view(page: Page, selector: str) -> bool:
    box = await page.locator(selector).bounding_box()
    return box is not None and box["y"] >= 0
