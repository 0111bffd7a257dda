"""The web port, asked as the outside asks it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping

import aiohttp
import pytest

from bot import server
from bot.server import open_server

HOST = "127.0.0.1"


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


class Desk:
    """A handler that keeps what it got."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.got: list[tuple[Mapping[str, str], bytes]] = []

    async def __call__(self, headers: Mapping[str, str], body: bytes) -> int:
        self.got.append((headers, body))
        return self.status


async def ask(port: int, path: str, method: str = "POST", body: bytes = b"x") -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method, f"http://{HOST}:{port}{path}", data=body, headers={"X-Some": "Thing"}
        ) as answer,
    ):
        return answer.status


async def test_a_post_reaches_its_handler_and_nothing_else_does(port: int) -> None:
    """Headers in lower case, the body as it was, the handler's own status; else 404 and 405."""
    desk = Desk(status=202)
    async with open_server(HOST, port) as opened:
        opened.post("/in", desk)
        async with asyncio.timeout(5):
            await opened.opened()

        assert await ask(port, "/in") == 202
        assert await ask(port, "/in", "GET", b"") == 405
        assert await ask(port, "/in/") == 404
        assert await ask(port, "/") == 404
    ((headers, body),) = desk.got
    assert (headers["x-some"], body) == ("Thing", b"x")


async def test_the_last_who_listens_gets_it(port: int) -> None:
    """A part that is started again takes the place of the one before."""
    before, after = Desk(), Desk()
    async with open_server(HOST, port) as opened:
        opened.post("/in", before)
        opened.post("/in", after)
        await opened.opened()
        await ask(port, "/in")

    assert (0, 1) == (len(before.got), len(after.got))


async def test_a_body_that_is_too_large_is_refused(port: int) -> None:
    """A megabyte is more than anybody has to say."""
    desk = Desk()
    async with open_server(HOST, port) as opened:
        opened.post("/in", desk)
        await opened.opened()

        assert await ask(port, "/in", body=bytes(server.LARGEST_BODY + 1)) == 413
    assert [] == desk.got


async def test_no_port_is_open_where_nobody_listens(port: int) -> None:
    """Herald opens nothing that is not asked for."""
    async with open_server(HOST, port) as opened:
        await opened.opened()
        with pytest.raises(aiohttp.ClientConnectorError):
            await ask(port, "/in")


async def test_a_port_that_is_taken_is_tried_again(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has it goes away in the end; until then the port does not count as open."""
    monkeypatch.setattr(server, "RETRY_SECONDS", 0.01)
    with socket.socket() as taken:
        taken.bind((HOST, port))
        taken.listen()
        async with open_server(HOST, port) as opened:
            opened.post("/in", Desk())
            waiting = asyncio.create_task(opened.opened())
            await asyncio.sleep(0.05)
            assert not waiting.done()
            taken.close()
            async with asyncio.timeout(5):
                await waiting
            assert await ask(port, "/in") == 200
