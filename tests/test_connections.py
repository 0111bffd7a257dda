"""The web port's connections: those that say nothing go, and never all open files are taken."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import structlog

from bot import connections
from bot.connections import Connections
from bot.server import Page, Server, open_server
from tests.port_stage import HOST, told, wire
from tests.running import ROOT

ASK = b"GET /well HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


async def well(_: Mapping[str, str]) -> Page:
    return Page(200, "text/plain", b"well")


@asynccontextmanager
async def port() -> AsyncIterator[Server]:
    """A port with one page, `/well`."""
    async with open_server(HOST, 0) as server:
        server.get("/well", well)
        await server.open.wait()
        yield server


@pytest.mark.parametrize("said", [b"", b"GET /well HTTP/1.1\r\nHost: 127."])
async def test_who_says_nothing_or_half_is_hung_up_on(
    said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that does not ask in time is closed, whatever it has begun to say."""
    monkeypatch.setattr(connections, "FIRST_SECONDS", 0.05)
    async with port() as server, wire(server.port, said) as (reader, _):
        assert b"" == await told(reader)


async def test_the_next_question_has_to_come_in_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection is kept for a while after an answer, and not for ever."""
    monkeypatch.setattr(connections, "NEXT_SECONDS", 0.05)
    async with port() as server, wire(server.port, ASK + b"GET /we") as (reader, _):
        assert (await told(reader)).endswith(b"well")


async def test_where_one_too_many_comes_the_longest_silent_one_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many sit there and say nothing, whoever asks is answered; it is said once."""
    monkeypatch.setattr(connections, "most", lambda: 3)
    with structlog.testing.capture_logs() as lines:
        async with AsyncExitStack() as stack, port() as server:
            silent = [await stack.enter_async_context(wire(server.port)) for _ in range(6)]
            for reader, _ in silent[:3]:
                assert b"" == await told(reader)
            reader, _ = await stack.enter_async_context(wire(server.port, ASK))
            assert b"200 OK" in await asyncio.wait_for(reader.readline(), 20)
    many = [line for line in lines if "Too many connections" in line["event"]]

    assert [3] == [line["most"] for line in many]


async def test_who_is_being_answered_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all are busy the new one goes; those before have their answers."""
    monkeypatch.setattr(connections, "most", lambda: 2)
    begun, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def slow(_: Mapping[str, str]) -> Page:
        begun.release()
        await go_on.wait()
        return Page(200, "text/plain", b"slow")

    slowly = ASK.replace(b"well", b"slow").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with AsyncExitStack() as stack, port() as server:
        server.get("/slow", slow)
        busy = [await stack.enter_async_context(wire(server.port, slowly)) for _ in range(2)]
        for _ in busy:
            await asyncio.wait_for(begun.acquire(), 20)
        late, _ = await stack.enter_async_context(wire(server.port, ASK))
        assert b"" == await told(late)
        go_on.set()
        answers = [await told(reader) for reader, _ in busy]

    assert [b"slow", b"slow"] == [answer[-4:] for answer in answers]


async def test_who_does_not_read_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that nobody takes holds no place that another one wants."""
    monkeypatch.setattr(connections, "most", lambda: 1)

    async def long(_: Mapping[str, str]) -> Page:
        return Page(200, "text/plain", bytes(20_000_000))

    async with port() as server:
        server.get("/long", long)
        async with wire(server.port, ASK.replace(b"well", b"long")) as (reader, _):
            await asyncio.wait_for(reader.readline(), 20)  # it is answered, and more is to come
            async with wire(server.port, ASK) as (other, _):
                assert b"200 OK" in await asyncio.wait_for(other.readline(), 20)


async def test_what_cannot_be_taken_in_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """Asyncio says it for each of thousands, with the port's address; other trouble it still
    says.
    """
    loop = asyncio.get_running_loop()
    caplog.set_level(logging.ERROR)
    with structlog.testing.capture_logs() as lines, Connections().heard(loop):
        for _ in range(1000):
            loop.call_exception_handler({"message": "socket.accept() out of system resource"})
        loop.call_exception_handler({"message": "Something else."})

    assert ["warning"] == [line["log_level"] for line in lines]
    assert ["Something else."] == [record.message for record in caplog.records]


FEW = """
import asyncio, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
from bot.server import Page, open_server

async def well(_):
    with open("/dev/null"):  # as the database and the log open theirs
        return Page(200, "text/plain", b"well")

async def main():
    async with open_server("127.0.0.1", 0) as server:
        server.get("/well", well)
        await server.open.wait()
        print(server.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


async def test_a_crowd_that_says_nothing_takes_not_all_open_files(tmp_path: Path) -> None:
    """With 256 open files and 600 who only connect, health is answered and the log stays short."""
    errors = tmp_path / "log"
    with errors.open("w") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", FEW, cwd=ROOT,
            stdin=subprocess.PIPE, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        async with asyncio.timeout(60), AsyncExitStack() as stack:
            while not (found := _port(errors.read_text())):
                await asyncio.sleep(0.05)
            for _ in range(600):
                await stack.enter_async_context(wire(found))
            for _ in range(20):
                reader, _writer = await stack.enter_async_context(wire(found, ASK))
                assert b"200 OK" in await reader.readline()
    finally:
        process.kill()
        await process.wait()

    assert len(errors.read_bytes()) < 2_000


def _port(said: str) -> int:
    """The number that stands alone on a line; 0 while there is none."""
    return next((json.loads(line) for line in said.split("\n") if line.isdigit()), 0)


@pytest.mark.parametrize(
    ("files", "expected"), [(64, 32), (256, 128), (1024, 896), (16_384, 14_336), (-1, 1_000_000)]
)
def test_others_have_room_beside_the_port(
    files: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the system allows, a good part is left to the database and the rest."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))

    assert expected == connections.most()
