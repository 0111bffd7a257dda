"""Servers that mean ill, or break off: each byte of their answers is this file's."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib

import pytest

from bot.archive import fetch
from bot.archive.fetch import Answer, FetchError, Refused, TooLarge, open_fetcher
from tests.archive.serving import Serve, served

TEXT = b"<rss>" + b"a word " * 2000 + b"</rss>"
PACKED = gzip.compress(TEXT)


def saying(*parts: bytes) -> Serve:
    """Answer 200 with these headers and bytes, and hang up."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + b"".join(parts))
        await writer.drain()

    return serve


async def ask(serve: Serve) -> Answer:
    async with served(serve) as url, open_fetcher("Herald/t", allow_private=True) as fetcher:
        return await fetcher.get(url)


def length(number: int) -> bytes:
    return b"Content-Length: %d\r\n" % number


GZIP = b"Content-Encoding: gzip\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
END = b"\r\n"


@pytest.mark.parametrize("parts", [
    (length(len(TEXT)), END, TEXT[:-1]),
    (length(len(TEXT) + 1), END, TEXT),
    (length(len(PACKED)), GZIP, END, PACKED[:-1]),
    (GZIP, END, PACKED[:-1]),  # no length at all: the packing alone tells
    (GZIP, END, PACKED[:-8]),  # all words are there, but not their sum
    (GZIP, END, PACKED + PACKED[:30]),
    (GZIP, END),
    (CHUNKED, b"%x\r\n" % len(TEXT), TEXT, END),
    (CHUNKED, b"%x\r\n" % (len(TEXT) + 5), TEXT),
    (GZIP, CHUNKED, b"%x\r\n" % (len(PACKED) - 3), PACKED[:-3], b"\r\n0\r\n\r\n"),
], ids=str)  # fmt: skip
async def test_what_was_cut_on_its_way_is_no_answer(parts: tuple[bytes, ...]) -> None:
    """A length that is not reached, half a chunk, half a packing: each is noticed."""
    with pytest.raises(FetchError, match="broke off") as caught:
        await ask(saying(*parts))
    assert not isinstance(caught.value, Refused)


@pytest.mark.parametrize("cut", range(0, len(PACKED), 3))
async def test_a_packing_is_whole_or_nothing(cut: int) -> None:
    """Wherever a packed answer is cut: never half a text."""
    with pytest.raises(FetchError):
        await ask(saying(GZIP, END, PACKED[:cut]))


async def test_a_packing_with_a_wrong_sum_is_no_answer() -> None:
    """A byte that was changed on the way is noticed."""
    broken = bytearray(PACKED)
    broken[-6] ^= 1

    with pytest.raises(FetchError, match="cannot be unpacked"):
        await ask(saying(GZIP, END, bytes(broken)))


async def test_whole_answers_are_whole() -> None:
    """The same in good order: with a length, packed, in chunks, or until the end."""
    chunks = b"5\r\n<rss>\r\n%x\r\n" % (len(TEXT) - 5) + TEXT[5:] + b"\r\n0\r\n\r\n"
    for parts in (
        (length(len(TEXT)), END, TEXT), (GZIP, END, PACKED), (CHUNKED, chunks), (END, TEXT),
        (GZIP.replace(b"gzip", b"x-gzip"), length(len(PACKED)), END, PACKED),
    ):  # fmt: skip
        assert TEXT == (await ask(saying(*parts))).body


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    piece = bytes(1_000_000)
    return b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()


@pytest.mark.parametrize("nested", [False, True])
async def test_a_bomb_is_stopped_at_the_limit(nested: bool) -> None:
    """300 MB in 300 kB: no more than the limit is ever unpacked, in members or in one."""
    packed = bomb(30_000_000) * 10 if nested else bomb(300_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="10,000,000"):
            await ask(saying(GZIP, length(len(packed)), END, packed))
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("headers", [b"", CHUNKED[:-2]], ids=["until the end", "chunked"])
async def test_an_endless_answer_is_left(headers: bytes) -> None:
    """What goes on for ever is left at the limit, whatever its length was said to be."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + headers + END)
        while True:
            writer.write(b"186a0\r\n" * bool(headers) + b" " * 100_000 + END * bool(headers))
            await writer.drain()

    with pytest.raises(TooLarge):
        await ask(serve)


async def test_endless_headers_are_left() -> None:
    """Headers have their limit, too."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-More: " + b"x" * 1000 + END)
            await writer.drain()

    with pytest.raises(FetchError):
        await ask(serve)


@pytest.mark.parametrize("first", [b"X: ", b"\r\n", b"Content-Length: 999\r\n\r\n"])
async def test_a_slow_drip_ends(first: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is that of the whole answer: one byte now and then keeps nobody."""
    monkeypatch.setattr(fetch, "SECONDS", 0.3)

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + first)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    with pytest.raises(FetchError, match="did not answer within"):
        await asyncio.wait_for(ask(serve), 20)


async def test_redirects_share_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hops do not each have a time of their own."""
    monkeypatch.setattr(fetch, "SECONDS", 0.3)
    hops = 0

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal hops
        hops += 1
        await asyncio.sleep(0.1)
        writer.write(b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /%d\r\n\r\n" % hops)
        await writer.drain()

    with pytest.raises(FetchError, match="did not answer within"):
        await ask(serve)
    assert hops < 10


@pytest.mark.parametrize("garbage", [b"\x00\xff\xfe" * 50, b"ICY 200 OK\r\n\r\n", b"", b"\r\n" * 9])
async def test_what_is_not_http_is_no_answer(garbage: bytes) -> None:
    """Another protocol, or none."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(garbage)
        await writer.drain()

    with pytest.raises(FetchError):
        await ask(serve)


@pytest.mark.parametrize("url", [
    "file:///etc/passwd", "/etc/passwd", "ftp://a.example/", "gopher://a.example/", "data:,x", "",
    "javascript:x", "http:///x", "http://", "unix:///run/x.sock", "http://[::1/",
    "//a.example/feed/", "http://a.example:99999/", "http://a.example:x/",
])  # fmt: skip
async def test_only_the_web_is_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other schemes, files and broken addresses are refused without asking anybody."""
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("asked"))
    async with open_fetcher("Herald/t", allow_private=True) as fetcher:
        with pytest.raises(Refused):
            await fetcher.get(url)
