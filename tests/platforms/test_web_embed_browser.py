"""The button on the campaign's own site, in a real browser and under that site's own rules."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe

from storage import Storage
from tests.browser import Browser, Page
from tests.platforms.embed_stage import Home, both


@pytest.fixture
async def home(storage: Storage) -> AsyncIterator[Home]:
    async with both(storage, framed=False) as opened:
        yield opened


@pytest.fixture
async def framing(storage: Storage) -> AsyncIterator[Home]:
    """As above, and the site may show the chat in a frame."""
    async with both(storage, framed=True) as opened:
        yield opened


async def test_the_button_opens_the_chat_in_a_window(home: Home, browser: Browser) -> None:
    """At Herald's own address, in a window of its own; the site's page stays as it was."""
    page = await home.show(browser)
    async with page.expect_popup() as opening:
        await page.get_by_role("link", name="Chat with us").click()
    chat = await opening.value

    await chat.wait_for_url(f"{home.herald.url}/?window=1")
    assert "herald-chat" == await chat.evaluate("window.name")
    assert f"{home.url}/" == page.url


async def test_the_keyboard_reaches_the_button(home: Home, browser: Browser) -> None:
    """Tab gets there, Enter opens."""
    page = await home.show(browser)
    await page.keyboard.press("Tab")
    async with page.expect_popup() as opening:
        await page.keyboard.press("Enter")

    await (await opening.value).wait_for_url(f"{home.herald.url}/?window=1")


async def test_where_no_window_is_allowed_a_tab_opens(home: Home, browser: Browser) -> None:
    """A browser may refuse windows; the chat is a link away all the same."""
    page = await home.show(browser)
    await page.evaluate("window.open = () => null")
    async with page.context.expect_page() as opening:
        await page.locator(".open").click()
    chat = await opening.value
    await chat.wait_for_load_state()

    assert f"{home.herald.url}/" == chat.url
    assert await chat.evaluate("window.opener === null")


async def test_nothing_happens_before_it_is_pressed(home: Home, browser: Browser) -> None:
    """The script is all that is loaded; no cookie is set, nothing is stored."""
    page = await home.show(browser)
    await page.wait_for_load_state("networkidle")
    ours = [url for url in home.asked if not url.startswith(home.url)]

    assert [f"{home.herald.url}/embed.js"] == ours
    assert [] == await page.context.cookies()
    assert 0 == await page.evaluate("localStorage.length + sessionStorage.length")


async def test_the_sites_styles_and_rules_leave_it_alone(home: Home, browser: Browser) -> None:
    """It stands in its corner in its own colours, whatever the site's style and policy say."""
    page = await home.show(browser, viewport={"width": 800, "height": 600})
    button = page.locator(".open")
    box = await button.bounding_box()

    assert box is not None
    assert (784, 584) == (round(box["x"] + box["width"]), round(box["y"] + box["height"]))
    assert box["height"] < 60
    assert ["rgb(255, 255, 255)", "rgb(22, 82, 110)"] == await button.evaluate(
        "b => [getComputedStyle(b).color, getComputedStyle(b).backgroundColor]"
    )
    assert "rgb(255, 0, 0)" == await page.locator("h1").evaluate("h => getComputedStyle(h).color")


async def test_the_button_says_what_it_is(home: Home, browser: Browser) -> None:
    """In the language asked for, else the page's; a label of the site's own is text."""
    for attributes, lang, label in (
        ("", "en", "Chat with us"),
        ("", "ru-RU", "Написать нам"),
        ('data-language="ru"', "en", "Написать нам"),
        ('data-language="en"', "ru", "Chat with us"),
        ('data-label="Ask &lt;b&gt;us&lt;/b&gt;"', "ru", "Ask <b>us</b>"),
    ):
        page = await home.show(browser, attributes, lang=lang)

        assert label == await page.locator(".open").inner_text()


async def test_the_button_stands_left_where_that_is_wanted(home: Home, browser: Browser) -> None:
    """Many a site has something in the right corner already."""
    page = await home.show(browser, 'data-side="left"')
    box = await page.locator(".open").bounding_box()

    assert box is not None
    assert 16 == round(box["x"])


@pytest.mark.parametrize("at_end", [True, False])
async def test_twice_included_is_one_button(home: Home, browser: Browser, at_end: bool) -> None:
    """A theme and a plugin may both bring the script, at the head of the page or at its end."""
    page = await home.show(browser, times=2, at_end=at_end)
    await page.wait_for_load_state("networkidle")

    assert 1 == await page.locator(".open").count()


async def test_a_frame_opens_where_the_site_may_have_one(framing: Home, browser: Browser) -> None:
    """The chat stands on the page itself and has the focus; the button makes room."""
    page = await framing.show(browser, 'data-mode="frame"')
    assert 0 == await page.locator("iframe").count()
    await page.get_by_role("button", name="Chat with us").click()

    assert [f"{framing.herald.url}/?frame=1"] == [frame.url for frame in page.frames[1:]]
    assert await page.get_by_role("dialog", name="Chat with us").is_visible()
    assert not await page.locator(".open").is_visible()
    assert "IFRAME" == await _focused(page)


@pytest.mark.parametrize("way", ["Escape", "close", "chat"])
async def test_a_frame_closes_and_the_focus_returns(
    framing: Home, browser: Browser, way: str
) -> None:
    """By Escape, by its button, or when the chat inside says so; opened again it is as it was."""
    page = await framing.show(browser, 'data-mode="frame"')
    await page.locator(".open").click()
    if way == "Escape":
        await page.locator(".close").focus()
        await page.keyboard.press("Escape")
    elif way == "close":
        await page.get_by_role("button", name="Close").click()
    else:
        await page.frames[1].evaluate("parent.postMessage('herald:close', '*')")
    await page.locator(".panel").wait_for(state="hidden")
    assert "BUTTON" == await _focused(page)

    await page.locator(".open").click()
    assert 1 == await page.locator("iframe").count()


async def test_others_cannot_close_the_frame(framing: Home, browser: Browser) -> None:
    """What the page says to itself is not the chat's word."""
    page = await framing.show(browser, 'data-mode="frame"')
    await page.locator(".open").click()
    await page.evaluate(
        "new Promise(done => { addEventListener('message', done); postMessage('herald:close') })"
    )

    assert await page.locator(".panel").is_visible()


async def test_a_frame_that_is_not_allowed_is_a_window(home: Home, browser: Browser) -> None:
    """Where the site is not named in the settings, the button does what it usually does."""
    page = await home.show(browser, 'data-mode="frame"')
    async with page.expect_popup() as opening:
        await page.locator(".open").click()

    await (await opening.value).wait_for_url(f"{home.herald.url}/?window=1")


@pytest.mark.parametrize("width", [320, 1280])
async def test_a_frame_fits_the_screen(framing: Home, browser: Browser, width: int) -> None:
    """On a telephone it is the screen, on others a part of it."""
    page = await framing.show(
        browser, 'data-mode="frame"', viewport={"width": width, "height": 640}
    )
    await page.locator(".open").click()
    box = await page.locator(".panel").bounding_box()

    assert box is not None
    assert {320: (320, 640), 1280: (400, 608)}[width] == (box["width"], box["height"])


async def test_axe_finds_no_fault_with_the_button(framing: Home, browser: Browser) -> None:
    """Neither before it is pressed nor after."""
    page = await framing.show(browser, 'data-mode="frame"')
    before = await Axe().run(page, context={"include": [["aside"]]})
    await page.locator(".open").click()
    after = await Axe().run(page, context={"include": [["aside"]]})
    framing.faults.clear()  # axe talks to frames, and says where it was not heard

    assert [] == [fault["id"] for run in (before, after) for fault in run.response["violations"]]
    assert [] != [rule["id"] for rule in after.response["passes"]]


async def _focused(page: Page) -> str:
    """The element that has the focus, within the button's own tree."""
    found: str = await page.evaluate("document.activeElement.shadowRoot?.activeElement?.tagName")
    return found
