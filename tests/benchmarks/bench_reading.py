"""How long the loop waits while archives are read: `python -m tests.benchmarks.bench_reading`.

A server of this process gives a feed of the given size, packed; it is fetched and read as the
watcher does it, while a ticker asks for its turn every millisecond. The figure is the longest
time that it had to wait. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.archive.fetch import open_fetcher
from bot.archive.parse_process import read_apart
from storage.model import Archive

Say = Callable[[str, str, str], None]

ARCHIVE = Archive("press", "http://127.0.0.1/feed/")
TICK_SECONDS = 0.001
WORDS = "The deputies of the committee said on Monday that the inquiry goes on without delay. " * 12
BODY = (
    f"<p>{WORDS}</p>\n<ul><li>one</li><li>two</li></ul>\n<blockquote><p>{WORDS}</p></blockquote>"
    f'<p>More <a href="https://press.example/more/">here</a>: {WORDS} – “{WORDS}”</p>\n'
)


class Ticker:
    """Asks the loop for its turn again and again; `longest` is the longest wait in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(TICK_SECONDS)
            self.longest = max(self.longest, time.perf_counter() - asked - TICK_SECONDS)


def feed(size: int) -> bytes:
    """An RSS feed of whole releases, of about so many bytes."""
    items, at, written = [], datetime(2026, 11, 1, tzinfo=UTC), 0
    while written < size:
        number = len(items) + 1
        items.append(
            f"<item><title>Release {number}</title><link>https://press.example/{number}/</link>"
            f"<guid isPermaLink='false'>https://press.example/?p={number}</guid>"
            f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
            f"<content:encoded><![CDATA[{BODY}]]></content:encoded></item>"
        )
        written, at = written + len(items[-1]), at - timedelta(hours=7)
    namespace = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    head = f"<?xml version='1.0'?><rss version='2.0' {namespace}><channel><title>Press</title>"
    return f"{head}{''.join(items)}</channel></rss>".encode()


def posts(size: int) -> bytes:
    """A page of WordPress's REST API of about so many bytes."""
    one = len(BODY) + 300
    return json.dumps(
        [
            {
                "id": number,
                "guid": {"rendered": f"https://press.example/?p={number}"},
                "link": f"https://press.example/{number}/",
                "date_gmt": "2026-11-01T00:00:00",
                "title": {"rendered": f"Release {number}"},
                "content": {"rendered": BODY, "protected": False},
            }
            for number in range(1, size // one + 1)
        ]
    ).encode()


async def run(size: int, say: Say) -> None:
    """Fetch and read a feed of `size` bytes, one just below the child's line, and REST posts."""
    for what, body in (
        (f"a feed of {size / 1e6:.1f} MB", feed(size)),
        (f"a feed of {size / 6e6:.1f} MB", feed(size // 6)),
        (f"REST posts of {size / 6e6:.1f} MB", posts(size // 6)),
        ("a feed of 44 kB", feed(44_000)),
    ):
        found, seconds, longest, longest_fetch = await _read(body)
        figure = f"fetched {longest_fetch * 1000:.1f} ms, read {longest * 1000:.1f} ms"
        say(f"longest the loop was held: {what}", "25 ms", figure)
        say(f"  time for its {found} releases", "-", f"{seconds:.2f} s")


async def _read(body: bytes) -> tuple[int, float, float, float]:
    """Releases found, seconds, and the longest waits while reading and while fetching."""
    async with _served(body) as url, open_fetcher("Herald/bench", allow_private=True) as fetcher:
        ticker, began = Ticker(), time.perf_counter()
        ticking = asyncio.create_task(ticker.run())
        answer = await fetcher.get(url)
        fetching, ticker.longest = ticker.longest, 0.0
        document = await read_apart(answer.body, ARCHIVE, datetime(2026, 11, 25, tzinfo=UTC), url)
        await asyncio.sleep(TICK_SECONDS * 5)
        seconds = time.perf_counter() - began
        ticking.cancel()
    return len(document.drafts), seconds, ticker.longest, fetching


@asynccontextmanager
async def _served(body: bytes) -> AsyncIterator[str]:
    packed = gzip.compress(body)

    async def answer(_: web.Request) -> web.Response:
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/rss+xml"}
        return web.Response(body=packed, headers=headers)

    app = web.Application()
    app.router.add_get("/feed/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        await web.SockSite(runner, listening).start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/feed/"
        finally:
            await runner.cleanup()


def _print(*row: str) -> None:
    print(f"{row[0]:58} | {row[1]:>6} | {row[2]}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=5.4)
    asyncio.run(run(int(parser.parse_args().megabytes * 1e6), _print))
