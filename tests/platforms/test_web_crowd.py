"""Many open pages, slow ones and silent ones: nobody holds up the others."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.chat import Message
from bot.platforms.web import guards, streams
from bot.platforms.web.platform import _pages
from bot.platforms.web.streams import Stream
from storage import DatabaseError
from storage.mailboxes import Mailboxes
from storage.model import Address, Letter, RichText
from tests.platforms.web_stage import NOON, Stage, news, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as made:
        yield made


def letter(number: int, change: int, words: str = "{}") -> Letter:
    return Letter(number, change, NOON, words)


async def test_a_slow_reader_is_closed_and_holds_up_nobody(stage: Stage) -> None:
    """Who does not read is hung up on once too much waits; others get all of it meanwhile."""
    slow, quick = await stage.visitor(), await stage.visitor()
    host, port = "127.0.0.1", stage.server.port
    sleeper = socket.socket()
    sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sleeper.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sleeper, (host, port))
    request = f"GET /chat/events HTTP/1.1\r\nHost: {host}\r\nCookie: herald={slow.cookie}\r\n\r\n"
    await loop.sock_sendall(sleeper, request.encode())
    page = await quick.open()
    long = Message(RichText("word " * 15_000))
    address = stage.address(slow)
    async with asyncio.timeout(60):
        while len(stage.web.streams) < 2:
            await asyncio.sleep(0.01)
        count = 0
        while len(stage.web.streams) > 1:
            await stage.web.send(address, long, key=f"slow {count}")
            await stage.push(quick, news(f"quick {count}"))
            count += 1
    await page.letters(count)
    sleeper.close()

    assert [f"quick {n}" for n in range(count)] == page.texts


async def test_one_tab_too_many_closes_the_first(stage: Stage) -> None:
    """So many pages of a visitor listen that browsers, which open six connections to one host,
    have some left. The oldest is told to leave its place, and has all when it comes back.
    """
    assert streams.MOST_EACH <= 4
    browser = await stage.visitor()
    tabs = [await browser.open() for _ in range(streams.MOST_EACH + 1)]
    await asyncio.wait_for(tabs[0].over.wait(), 10)
    await stage.push(browser, news("One"))
    for tab in tabs[1:]:
        await tab.letters(1)

    assert int(tabs[0].retry) > 60_000
    assert ["hello", "room"] == [event.kind for event in tabs[0].events]
    assert streams.MOST_EACH == len(stage.web.streams)
    back = await browser.open(after=tabs[0].last)
    await back.letters(1)
    await asyncio.wait_for(tabs[1].over.wait(), 10)
    assert [["One"], "room"] == [back.texts, tabs[1].events[-1].kind]


async def test_more_pages_than_there_is_room_for_are_refused_kindly(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the limit, of all or of one network, a sentence; a page that closes makes room."""
    stage.web.streams.most = 2
    monkeypatch.setattr(streams, "MOST_OF_A_NETWORK", 1)
    here, there = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "198.51.100.7"}
    browsers = [await stage.visitor() for _ in range(3)]
    for browser, where in zip(browsers, (here, here, there), strict=True):
        browser.headers = where
    page = await browsers[0].open()
    crowded = await browsers[1].get("/chat/events")
    await browsers[2].open()
    full = await browsers[1].get("/chat/events")
    await page.close()
    async with asyncio.timeout(60):  # noticed with the next word to it
        await stage.push(browsers[0], news("x"))
        while len(stage.web.streams) > 1:
            await stage.push(browsers[0], news("x"))
    await browsers[1].open()

    assert [503, 503] == [crowded.status, full.status]
    assert "Too many pages" in full.json["error"]


async def test_opening_pages_too_fast_is_limited_for_one_network(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that opens page after page waits; 429 with a sentence."""
    browser = await stage.visitor()
    browser.headers = {"X-Forwarded-For": "203.0.113.9"}
    statuses = []
    for _ in range(guards.OPENINGS.burst + 20):
        response = await stage.session.get(
            stage.url + "/chat/events",
            headers={"Cookie": f"herald={browser.cookie}", **browser.headers},
        )
        statuses.append(response.status)
        response.close()

    assert 200 == statuses[0]
    assert 429 == statuses[-1]


async def test_a_mailbox_that_cannot_be_read_is_an_error_before_the_stream(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page hears 503 and comes again; no stream begins that would miss what waits."""

    async def broken(*_: Any) -> list[Letter]:
        raise DatabaseError("no")

    browser = await stage.visitor()
    monkeypatch.setattr(Mailboxes, "since", broken)
    told = await browser.get("/chat/events")

    assert 503 == told.status
    assert 0 == len(stage.web.streams)


async def test_a_silent_stream_is_kept_open_by_pings(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing comes a comment does, so that nobody on the way hangs up."""
    monkeypatch.setattr(streams, "PING_SECONDS", 0.01)
    browser = await stage.visitor()
    response = await stage.session.get(
        stage.url + "/chat/events", headers={"Cookie": f"herald={browser.cookie}"}
    )
    async with asyncio.timeout(10):
        async for line in response.content:
            if line.startswith(b": ping"):
                break
    response.close()


async def test_pages_are_closed_when_herald_stops(tmp_path: Path) -> None:
    """Nobody is kept waiting for a server that is gone: they come back to the next one."""
    async with opened(tmp_path) as stage:
        page = await (await stage.visitor()).open()
        stage.web.streams.end()
        await asyncio.wait_for(page.over.wait(), 10)
        late = await (await stage.visitor()).get("/chat/events")

        assert 503 == late.status


def test_a_stream_that_is_behind_gives_up_its_place() -> None:
    """What waits for one page is bounded; beyond, it is cut off and holds nothing."""
    hung_up: list[bool] = []
    stream = Stream(Address("web", "x"))
    stream.begin([], 0)
    stream.abort = lambda: hung_up.append(True)
    for change in range(1, streams.WAITING + 5):
        stream.offer(letter(change, change))

    assert stream.over
    assert [True] == hung_up
    assert b"" == stream.taken()


@pytest.mark.parametrize(
    ("files", "expected"), [(64, 16), (256, 96), (1024, 672), (16_384, streams.MOST)]
)
def test_pages_that_listen_leave_room_for_questions(files: int, expected: int) -> None:
    """Of the open files that the system allows, some are left to whoever asks something, and to
    the database and the rest.
    """
    assert expected == _pages(files)
