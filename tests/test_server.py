"""The web port, asked as the outside asks it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping

import aiohttp
import pytest
import structlog

from bot import server
from bot.server import open_server
from tests.port_stage import HOST, Board, Desk, port

__all__ = ["port"]

Answered = tuple[int, Mapping[str, str], bytes]


async def look(port: int, path: str, method: str = "GET") -> Answered:
    """The status, the headers and the body of what is answered."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://{HOST}:{port}{path}", headers={"X-Some": "Thing"}) as got,
    ):
        return got.status, got.headers, await got.read()


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


async def test_what_a_stranger_brings_is_not_even_read(port: int) -> None:
    """Where the headers alone tell that somebody may not, 401 comes before the body does."""
    desk = Desk()
    head = f"POST /in HTTP/1.1\r\nHost: {HOST}\r\nX-Some: Thief\r\nContent-Length: 1000\r\n\r\n"
    async with open_server(HOST, port) as opened:
        opened.post("/in", desk, may=lambda headers: headers["x-some"] == "Thing")
        await opened.opened()
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(head.encode() + b"x")
        async with asyncio.timeout(20):
            assert b"HTTP/1.1 401 Unauthorized\r\n" == await reader.readline()
        writer.close()
        assert await ask(port, "/in") == 200

    assert [b"x"] == [body for _, body in desk.got]


async def test_a_page_is_shown_to_who_looks(port: int) -> None:
    """GET gets the page as it is, HEAD all but its body; the query is no part of the path."""
    board = Board(status=503)
    async with open_server(HOST, port) as opened:
        opened.get("/well", board)
        await opened.open.wait()

        status, headers, body = await look(port, "/well?name=x")
        assert (503, "всё хорошо\n") == (status, body.decode())
        assert "text/plain; charset=utf-8" == headers["Content-Type"]
        assert (503, b"") == (await look(port, "/well", "HEAD"))[::2]
        assert str(len(body)) == (await look(port, "/well", "HEAD"))[1]["Content-Length"]
        assert 404 == (await look(port, "/well/"))[0]
    assert ["Thing"] * 3 == [headers["x-some"] for headers in board.asked]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/shown", "GET, HEAD"),
        ("DELETE", "/shown", "GET, HEAD"),
        ("GET", "/in", "POST"),
        ("HEAD", "/in", "POST"),
        ("OPTIONS", "/both", "GET, HEAD, POST"),
    ],
)
async def test_what_is_not_done_with_a_path_is_refused(
    port: int, method: str, path: str, allowed: str
) -> None:
    """405 says what can be done there; nobody is called."""
    desk, board = Desk(), Board()
    async with open_server(HOST, port) as opened:
        opened.post("/in", desk)
        opened.post("/both", desk)
        opened.get("/shown", board)
        opened.get("/both", board)
        await opened.opened()

        status, headers, _ = await look(port, path, method)
    assert (405, allowed) == (status, headers["Allow"])
    assert ([], []) == (desk.got, board.asked)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/shown"), ("HEAD", "/shown"), ("POST", "/in"), ("PUT", "/in"), ("GET", "/nowhere")],
)
async def test_nothing_that_is_answered_is_kept_or_guessed_at(
    port: int, method: str, path: str
) -> None:
    """Whatever the answer, no cache keeps it and no browser makes something else of it."""
    async with open_server(HOST, port) as opened:
        opened.post("/in", Desk())
        opened.get("/shown", Board())
        await opened.opened()

        _, headers, _ = await look(port, path, method)
    assert ("no-store", "nosniff") == (
        headers["Cache-Control"],
        headers["X-Content-Type-Options"],
    )


async def test_nobody_waits_for_a_port_that_only_shows_pages(port: int) -> None:
    """Where another program has the port, Herald is ready without its pages."""
    with socket.socket() as taken:
        taken.bind((HOST, port))
        taken.listen()
        async with open_server(HOST, port) as opened:
            opened.get("/shown", Board())
            async with asyncio.timeout(5):
                await opened.opened()
            assert not opened.open.is_set()


async def test_a_host_that_there_is_not_ends_nothing(port: int) -> None:
    """A name that cannot even be looked up is a warning, and the block ends as ever."""
    with structlog.testing.capture_logs() as logged:
        async with open_server("a..b", port) as opened:
            opened.get("/shown", Board())
            async with asyncio.timeout(5):
                while not logged:
                    await asyncio.sleep(0)
    assert [("warning", "it cannot be opened")] == [(e["log_level"], e["reason"]) for e in logged]


async def test_no_port_is_open_where_nobody_listens(port: int) -> None:
    """Herald opens nothing that is not asked for."""
    async with open_server(HOST, port) as opened:
        await opened.opened()
        with pytest.raises(aiohttp.ClientConnectorError):
            await ask(port, "/in")


async def test_a_port_that_is_taken_is_tried_again(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has it goes away in the end; until then the port does not count as open.

    It is said once: a log that is full of it tells nothing new.
    """
    monkeypatch.setattr(server, "RETRY_SECONDS", 0.001)
    monkeypatch.setattr(server, "LONGEST_RETRY", 0.01)
    with structlog.testing.capture_logs() as logged, socket.socket() as taken:
        taken.bind((HOST, port))
        taken.listen()
        async with open_server(HOST, port) as opened:
            opened.post("/in", Desk())
            waiting = asyncio.create_task(opened.opened())
            await asyncio.sleep(0.1)
            assert not waiting.done()
            taken.close()
            async with asyncio.timeout(5):
                await waiting
            assert await ask(port, "/in") == 200
    assert ["warning", "info"] == [entry["log_level"] for entry in logged]
    assert {port} == {entry["port"] for entry in logged}
