"""What can go wrong between a web site and its reader, one request at a time."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace

from aiohttp import web

from bot.demo.blog import Answer

REDIRECTS = (301, 302, 303, 307, 308)
CHUNK = 64 * 1024
MOST_HANG = 3600.0
FEED_HEAD = b'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>'


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and the requests it is for: those whose path begins with `path`.

    The real answer is the ground that is altered: `status` (0 keeps it), `headers` (laid over),
    `body` (None keeps it), `redirect` (a Location; with "" and a status of 3xx the request's own
    address, a loop). `charset` writes the body in another encoding than is declared. `hang` are
    seconds of silence first. `cut` ends the connection after so many bytes of a body whose whole
    length was promised (RFC 9112, 8: the message is incomplete). `huge` sends so many bytes,
    `bomb` so many after decompression (about a thousandth of it on the wire).
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    redirect: str = ""
    charset: str = ""
    hang: float = 0
    cut: int | None = None
    huge: int = 0
    bomb: int = 0
    path: str = "/"

    @property
    def replaces(self) -> bool:
        """Whether the real answer's body and validators are gone."""
        return self.body is not None or bool(self.status or self.redirect or self.charset)


async def hang(fault: Fault, closing: asyncio.Event) -> None:
    """Keep silent for the fault's time, or until the server closes."""
    if fault.hang:
        try:
            await asyncio.wait_for(closing.wait(), min(fault.hang, MOST_HANG))
        except TimeoutError:
            return


def altered(fault: Fault, given: Answer, target: str) -> Answer:
    """The answer with the fault in it, before the server in front dresses it."""
    wanted = fault.status or (302 if fault.redirect else 0)
    status, moves = wanted or given.status, wanted in REDIRECTS
    over = ({"Location": fault.redirect or target} if moves else {}) | dict(fault.headers)
    kept = tuple(pair for pair in given.headers if pair[0] not in over)
    kept_body = "" if moves else given.body
    body = kept_body if fault.body is None else fault.body
    if fault.charset and isinstance(body, str):
        body = body.encode(fault.charset, "xmlcharrefreplace")
    return replace(
        given,
        status=status,
        body=body,
        type=over.pop("Content-Type", given.type),
        headers=kept + tuple(over.items()),
        modified=None if fault.replaces else given.modified,
    )


async def cut_off(request: web.Request, response: web.Response, length: int) -> web.StreamResponse:
    """Promise a body, send its first `length` bytes, and hang up."""
    body = response.body
    assert isinstance(body, bytes)
    headers = response.headers.copy()
    headers.popall("Transfer-Encoding", None)
    headers["Content-Length"] = str(max(len(body), length + 1))
    partial = web.StreamResponse(status=response.status, headers=headers)
    await partial.prepare(request)
    await partial.write(body[:length])
    if request.transport is not None:
        request.transport.close()
    return partial


async def pour(request: web.Request, fault: Fault) -> web.StreamResponse:
    """Send a body without sense of measure, in chunks, for as long as somebody takes it."""
    response = web.StreamResponse(headers={"Content-Type": "application/rss+xml; charset=UTF-8"})
    if fault.bomb:
        response.headers["Content-Encoding"] = "gzip"
    await response.prepare(request)
    try:
        async for chunk in _off_the_loop(_blown(fault.bomb) if fault.bomb else _long(fault.huge)):
            await response.write(chunk)
        await response.write_eof()
    except ConnectionError:
        return response  # the reader has had enough, as it should
    return response


async def _off_the_loop(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(next, chunks, b""):
        yield chunk


def _long(length: int) -> Iterator[bytes]:
    yield FEED_HEAD[:length]
    left = length - len(FEED_HEAD)
    while left > 0:
        yield b"a" * min(CHUNK, left)
        left -= CHUNK


def _blown(length: int) -> Iterator[bytes]:
    """A gzip stream (RFC 1952) of `length` bytes once unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b""
    for chunk in _long(length):
        packed += packer.compress(chunk)
        if packed:
            yield packed
            packed = b""
    yield packed + packer.flush()
