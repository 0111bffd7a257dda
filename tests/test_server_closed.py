"""What the web port keeps to itself: who may look, what it repeats, and what it is made of."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping

import aiohttp
import pytest
import structlog

from bot import server
from bot.server import Page, open_server
from tests.port_stage import HOST, Board, Desk, port

__all__ = ["port"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("localhost", 200),
        ("herald:8080", 200),
        ("herald.default.svc.cluster.local:8080", 200),
        ("box.lan.", 200),
        ("Elsewhere.Example:8080", 403),
        ("127.0.0.1.elsewhere.example", 403),
        ("elsewhere.example.", 403),
        ("notlocal", 200),
        ("a.notlocal", 403),
    ],
)
async def test_pages_are_shown_to_our_own_side_alone(port: int, host: str, status: int) -> None:
    """A stranger's name that leads to our machine shows nothing (DNS rebinding); the names by
    which containers and machines of one network call each other do.
    """
    board = Board()
    async with (
        open_server(HOST, port) as opened,
        aiohttp.ClientSession(f"http://{HOST}:{port}") as session,
    ):
        opened.get("/well", board)
        await opened.open.wait()
        for method in ("GET", "HEAD"):
            async with session.request(method, "/well", headers={"Host": host}) as got:
                assert status == got.status

    assert (2 if status == 200 else 0) == len(board.asked)


async def test_a_page_is_shown_at_the_name_that_is_listened_on_and_to_who_names_none(
    port: int,
) -> None:
    """The operator's own name is theirs; a check over HTTP/1.0 says no name, and is no browser."""
    async with open_server("localhost", port) as opened:
        opened.host = "herald.example"
        opened.get("/well", Board())
        await opened.open.wait()
        named = await said(port, b"GET /well HTTP/1.0\r\nHost: Herald.Example\r\n\r\n")
        bare = await said(port, b"GET /well HTTP/1.0\r\n\r\n")

    assert [b"200", b"200"] == [answer.split()[1] for answer in (named, bare)]


async def said(port: int, request: bytes) -> bytes:
    """All that is answered to these bytes."""
    reader, writer = await asyncio.open_connection("localhost", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return answer


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /well HTTP/1.1\r\nHost: x\r\nCookie: herald=very-secret\x01\r\n\r\n",
        b"GET /well HTTP/1.1\r\nHost: x\r\nvery-secret\r\n\r\n",
        b"very-secret / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /very-secret HTTP/9.x\r\n\r\n",
        b"GET /well HTTP/1.1\r\nCookie: very-secret" + b"x" * 10_000 + b"\r\n\r\n",
        b"\x16\x03\x01very-secret\r\n\r\n",
    ],
    ids=range(6),
)
async def test_what_cannot_be_read_is_not_repeated(
    port: int, request_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """A broken request is answered with a fixed line; neither that nor a log has a word of it."""
    caplog.set_level("DEBUG")
    async with open_server(HOST, port) as opened:
        opened.get("/well", Board())
        await opened.open.wait()
        head, _, body = (await said(port, request_)).partition(b"\r\n\r\n")

    assert b"HTTP/1.0 400 Bad Request" == head.partition(b"\r\n")[0]
    assert b"400 Bad Request\n" == body
    assert b"nosniff" in head
    assert b"secret" not in head
    assert "secret" not in caplog.text


@pytest.mark.parametrize("path", ["/shown", "/in", "/nowhere", "/broken", "/\x00"])
async def test_nothing_tells_what_we_are_made_of(port: int, path: str) -> None:
    """No answer names a library or its version, which tells whoever looks for holes in it."""

    async def broken(_: Mapping[str, str]) -> Page:
        raise ZeroDivisionError

    async with open_server(HOST, port) as opened:
        opened.post("/in", Desk())
        opened.get("/shown", Board())
        opened.get("/broken", broken)
        await opened.opened()
        answer = await said(port, f"GET {path} HTTP/1.0\r\n\r\n".encode())

    assert b"\r\nServer: Herald\r\n" in answer
    assert b"aiohttp" not in answer
    assert b"Python" not in answer


async def test_a_body_that_never_ends_is_given_up(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends the half of it holds nothing for ever."""
    monkeypatch.setattr(server, "READ_SECONDS", 0.05)
    desk = Desk()
    async with open_server(HOST, port) as opened:
        opened.post("/in", desk)
        await opened.opened()
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        status = (await asyncio.wait_for(reader.readline(), 20)).split()[1]
        writer.close()

    assert (b"408", []) == (status, desk.got)


async def test_why_a_port_cannot_be_opened_names_no_address(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log has the system's own words and the port, as asyncio's name the address."""
    monkeypatch.setattr(server, "RETRY_SECONDS", 60.0)
    with structlog.testing.capture_logs() as logged, socket.socket() as taken:
        taken.bind((HOST, port))
        taken.listen()
        async with open_server(HOST, port) as opened:
            opened.get("/shown", Board())
            await asyncio.wait_for(opened._tried.wait(), 20)

    assert [(port, "Address already in use")] == [(e["port"], e["reason"]) for e in logged]
