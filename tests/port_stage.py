"""A port that is free, what stands at its paths (a desk that takes things, a board to see), and
bare connections to it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from bot.server import Page

HOST = "127.0.0.1"
Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


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


class Board:
    """A page that keeps whom it was shown to."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked: list[Mapping[str, str]] = []

    async def __call__(self, headers: Mapping[str, str]) -> Page:
        self.asked.append(headers)
        return Page(self.status, "text/plain; charset=utf-8", "всё хорошо\n".encode())


@asynccontextmanager
async def wire(number: int, said: bytes = b"") -> AsyncIterator[Wire]:
    """A connection to this port, on which this was said."""
    reader, writer = await asyncio.open_connection(HOST, number)
    try:
        writer.write(said)
        yield reader, writer
    finally:
        writer.close()


async def told(reader: asyncio.StreamReader) -> bytes:
    """All that comes until it is closed; "" where it is cut off."""
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionError:
        return b""
