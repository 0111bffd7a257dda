"""An archive's address, and every hop from it, must lead into the open."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from aiohttp.abc import ResolveResult

from bot.archive import fetch, private
from bot.archive.fetch import Refused, open_fetcher
from bot.archive.private import is_private
from tests.archive.serving import served

BROKEN = "The archive's address, or one it redirects to, is broken."
NAMED = "The archive is at a private address, which the settings do not allow."


def _only_loopback_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test, 127.0.0.1 is a place in the open; all others are as they are."""

    def judged(host: str) -> bool:
        return host != "127.0.0.1" and is_private(host)

    monkeypatch.setattr(fetch, "is_private", judged)
    monkeypatch.setattr(private, "is_private", judged)


@pytest.mark.parametrize("host", [
    "127.0.0.2", "[::1]", "inner.example", "both.example", "10.0.0.1", "169.254.169.254",
    "[::ffff:10.0.0.1]", "[64:ff9b::7f00:2]", "0.0.0.0", "127.2", "2130706434", "0x7f000002",
])  # fmt: skip
async def test_no_hop_leads_to_a_private_address(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a place in the open to a private one: by number, however written, or by name."""
    _only_loopback_one(monkeypatch)
    names = {"inner.example": ["127.0.0.2"], "both.example": ["127.0.0.1", "10.0.0.1"]}
    plain = private.DefaultResolver.resolve

    async def resolve(self: Any, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        if host not in names:
            return await plain(self, host, port, family)
        return [_resolved(host, place, port) for place in names[host]]

    monkeypatch.setattr(private.DefaultResolver, "resolve", resolve)
    asked: list[bytes] = []

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(b"")
        port = writer.get_extra_info("sockname")[1]
        place = f"http://{host}:{port}/"
        writer.write(f"HTTP/1.1 301 Moved\r\nLocation: {place}\r\n\r\n".encode())
        await writer.drain()

    async with served(serve) as url, open_fetcher("Herald/t") as fetcher:
        with pytest.raises(Refused) as caught:
            await fetcher.get(url)

    # aiohttp takes no host that is one number, nor one whose last part is.
    assert str(caught.value) == (BROKEN if host in ("127.2", "2130706434") else NAMED)
    assert 1 == len(asked)


def _resolved(host: str, place: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host, host=place, port=port, family=socket.AF_INET, proto=0, flags=0
    )
