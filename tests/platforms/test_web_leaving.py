"""Leaving the web chat: nothing is kept, and every tab hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat import Message, Request
from storage import DatabaseError, Storage
from storage.model import RichText
from tests.platforms.web_stage import Stage, at_work, news, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as made:
        yield made


async def test_leaving_erases_all_and_closes_every_tab(stage: Stage) -> None:
    """One click: nothing is kept, the cookie is gone, and all tabs hear of it."""
    browser = await stage.visitor()
    await browser.say("/subscribe")
    await stage.push(browser, news("One"))
    tabs = [await browser.open() for _ in range(2)]
    address = stage.address(browser)
    told = await browser.leave()
    for tab in tabs:
        await asyncio.wait_for(tab.over.wait(), 10)

    assert "I have forgotten you" in told.text
    assert told.cookies[0].startswith("herald=; Path=/; Max-Age=0")
    assert ["forgotten"] * 2 == [tab.events[-1].kind for tab in tabs]
    assert await stage.storage.subscribers.find(address) is None
    assert [] == await stage.storage.mailboxes.since(address)
    assert 204 == (await stage.browser().get("/chat/events")).status


async def test_forget_in_the_chat_does_the_same(stage: Stage) -> None:
    """Asked for, then confirmed by its button: only that erases, and the cookie goes, too."""
    browser = await stage.visitor()
    await browser.say("/subscribe")
    tab = await browser.open()
    asked = await browser.say("/forget")
    kept = await browser.press("forget no")
    assert [[], []] == [asked.cookies, kept.cookies]
    done = await browser.press("forget yes")
    await asyncio.wait_for(tab.over.wait(), 10)

    assert "I have forgotten you" in done.text
    assert "" == browser.cookie
    assert "forgotten" == tab.events[-1].kind
    assert not await stage.storage.subscribers.any()


async def test_forget_may_be_typed_whole(stage: Stage) -> None:
    """/forget yes is as good as the button; the words without the slash are a search."""
    browser = await stage.visitor()
    await browser.say("/subscribe")
    await browser.say("forget yes")
    assert {"web": 1} == await stage.storage.subscribers.counts()
    await browser.say("/forget yes")

    assert "" == browser.cookie
    assert not await stage.storage.subscribers.any()


async def test_leaving_without_a_trace_is_possible_too(stage: Stage) -> None:
    """Who was never known hears that nothing is kept."""
    told = await stage.browser().leave()

    assert "nothing to erase" in told.text


async def test_an_erasing_that_fails_keeps_the_cookie(storage: Storage) -> None:
    """Where it could not be done the visitor is still known, and may press again."""

    async def answer(request: Request) -> Message:
        if request.words == "forget yes":
            raise DatabaseError("The disk is full.")
        await storage.subscribers.subscribe(request.address)
        return Message(RichText("Yes."))

    async with at_work(storage, answer=answer) as stage:
        browser = await stage.visitor()
        before = browser.cookie
        told = await browser.leave()
        await stage.push(browser, news("Still here"))  # nothing is held back after that

        assert (503, before) == (told.status, browser.cookie)


@pytest.mark.parametrize("way", ["last", "after"])
@pytest.mark.parametrize("cookie", ["", "A" * 60 + ".20261125"])
async def test_a_page_that_comes_back_after_the_leaving_hears_of_it(
    stage: Stage, way: str, cookie: str
) -> None:
    """A tab that was just connecting again when its visitor left is told to clear itself, also
    one that never had a letter.
    """
    browser = await stage.visitor()
    tab = await browser.open()
    await tab.close()
    await browser.leave()
    browser.cookie = cookie
    given = {"Last-Event-ID": tab.last} if way == "last" else {}
    query = f"?after={tab.last}" if way == "after" else ""
    told = await browser.get("/chat/events" + query, **given)

    assert (200, "text/event-stream; charset=utf-8") == (
        told.status, told.headers["Content-Type"],
    )  # fmt: skip
    assert b"event: forgotten\ndata: {}\n\n" == told.body.partition(b"\n\n")[2]


@pytest.mark.parametrize("framed", [False, True])
@pytest.mark.parametrize("way", ["leave", "forget"])
async def test_leaving_takes_back_every_cookie_of_this_visitor(
    storage: Storage, framed: bool, way: str
) -> None:
    """The page itself and a frame on the campaign's own site share one address, and each may have
    a cookie for it: whichever of them asks, both go.
    """
    home, frames = "https://x.example", ("https://www.x.example",)
    headers = {"X-Herald-Frame": "1"} if framed else {}
    async with at_work(storage, public_url=home, frames=frames) as stage:
        browser = stage.browser(Host="x.example", Origin=home, **headers)
        await browser.post("/chat/say", {"words": "/help"}, Origin=home)
        if way == "leave":
            told = await browser.post("/chat/leave", {"language": "en"}, Origin=home)
        else:
            told = await browser.post("/chat/say", {"words": "/forget yes"}, Origin=home)

    gone = "herald=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite="
    assert [f"{gone}Lax", f"{gone}None; Partitioned"] == told.cookies


async def test_a_page_hears_whether_it_is_known(stage: Stage) -> None:
    """The welcome and each answer tell; a page that takes itself for somebody's and is nobody's
    is told so, and one that never did has nothing to hear.
    """
    browser = stage.browser()
    before = (await browser.get("/chat/welcome")).json["known"]
    said = (await browser.say("/help")).json["known"]
    loaded = (await browser.get("/chat/welcome")).json["known"]
    left = (await browser.say("/forget yes")).json["known"]
    told = await browser.get("/chat/events?known=1")

    assert [False, True, True, False] == [before, said, loaded, left]
    assert b"event: nobody\ndata: {}\n\n" == told.body.partition(b"\n\n")[2]
    assert 204 == (await browser.get("/chat/events")).status
