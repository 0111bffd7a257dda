"""Who brings something to the web port: only what is there whole holds a place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack

import pytest
import structlog
from aiohttp import web

from bot import connections
from bot.server import open_server
from tests.port_stage import HOST, Board, told, wire

ASK = b"GET /well HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Held:
    """A handler that has something in hand until it is told to go on."""

    def __init__(self) -> None:
        self.got, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, _: Mapping[str, str], __: bytes) -> int:
        self.got.set()
        await self.go_on.wait()
        return 202

    async def site(self, request: web.Request) -> web.Response:
        return web.Response(status=await self({}, await request.read()))


@pytest.mark.parametrize("path", [b"/in", b"/elsewhere"])
async def test_who_does_not_finish_what_they_bring_holds_no_place(
    path: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """However many begin a body and leave it at that, whoever asks is answered; and nobody is
    closed once all of theirs is there.
    """
    monkeypatch.setattr(connections, "most", lambda: 3)
    head = b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n" % path
    begun = head + b"Content-Length: 2\r\n\r\n{"
    desk = Held()
    with structlog.testing.capture_logs() as lines:
        async with AsyncExitStack() as stack, open_server(HOST, 0) as server:
            server.get("/well", Board())
            server.post("/in", desk)
            server.site(desk.site)
            await server.open.wait()
            bringing = [await stack.enter_async_context(wire(server.port, begun)) for _ in range(3)]
            for reader, _ in bringing:
                assert b"100 Continue" in await asyncio.wait_for(reader.readline(), 20)
            bringing[0][1].write(b"}")
            await asyncio.wait_for(desk.got.wait(), 20)
            for _ in range(3):
                reader, _ = await stack.enter_async_context(wire(server.port, ASK))
                assert b"200 OK" in await asyncio.wait_for(reader.readline(), 20)
            desk.go_on.set()
            reader, _ = bringing[0]
            answered = await asyncio.wait_for(reader.readuntil(b"202 Accepted"), 20)
            gone = [await told(reader) for reader, _ in bringing[1:]]

    assert answered
    assert [b"\r\n", b"\r\n"] == gone, "no more than the end of what was said first"
    assert [] == [line for line in lines if line["log_level"] == "error"]
    assert [] == caplog.records
