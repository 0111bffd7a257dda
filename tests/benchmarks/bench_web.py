"""How fast the web chat is: `python -m tests.benchmarks.bench_web`.

Herald runs as its operator runs it, in a process of its own; the open pages are sockets of this
one. Each figure is a line: what | what is to be reached | what was measured. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import re
import socket
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp

from bot.platforms.web.visitors import newcomer
from storage import Seal, Storage, open_storage
from storage.facts import JOINED, set_fact
from storage.model import Fate
from storage.seal import make_key
from tests.benchmarks.stage import LEAD, cpu_seconds, memory
from tests.fakes.archive import LivingWordPress
from tests.fakes.releases import ARCHIVE, draft
from tests.running import Running, environment, running

Say = Callable[[str, str, str], None]

PAGES = 2_000
VIEWS = 30
HOST = "127.0.0.1"
AT_ONCE = 100  # pages that are opened together
LATE_SECONDS = 60.0
LOOK_SECONDS = 0.01


class Page(asyncio.Protocol):
    """An open page: when it was greeted, and when the first letter came (this machine's clock)."""

    def __init__(self, request: bytes) -> None:
        self.greeted = asyncio.get_running_loop().create_future()
        self.told = asyncio.get_running_loop().create_future()
        self.hang_up: Callable[[], None] = lambda: None
        self.letters = 0
        self._request = request
        self._end = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)
        self.hang_up = transport.abort

    def data_received(self, data: bytes) -> None:
        seen = self._end + data
        if b"event: hello" in seen and not self.greeted.done():
            self.greeted.set_result(time.monotonic())
        if (found := seen.count(b"event: letter")) and not self.told.done():
            self.told.set_result(time.monotonic())
        self.letters += found
        self._end = seen[-12:] if not found else b""

    def connection_lost(self, error: Exception | None) -> None:
        for future in (self.greeted, self.told):
            if not future.done():
                future.set_exception(ConnectionError("the page was closed"))


@dataclass(frozen=True, slots=True)
class World:
    """Herald at work, its database, and the cookies of its subscribers."""

    herald: Running
    storage: Storage
    port: int
    cookies: Sequence[str]


@asynccontextmanager
async def world(folder: Path, people: int) -> AsyncIterator[World]:
    """All of it, with so many subscribers in browsers and nothing announced yet."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        port = found.getsockname()[1]
    async with (
        LivingWordPress() as site,
        open_storage(folder / "herald.db", Seal(make_key(folder / "herald.key"))) as storage,
    ):
        now = datetime.now(UTC)
        await storage.keep(ARCHIVE, [(draft(n), Fate.QUIET) for n in (2, 3)], now)
        cookies = await subscribed(storage, people, f"{now:%Y%m%d}")
        archive = {"name": ARCHIVE.name, "url": site.url, "poll_seconds": 86400}
        env = environment(
            folder, ARCHIVES=[archive], ALLOW_PRIVATE_NETWORKS="true", WEB__PORT=str(port)
        )
        async with running(env) as herald:
            assert any("ready" in line for line in herald.log), "".join(herald.log)
            yield World(herald, storage, port, cookies)


async def subscribed(storage: Storage, people: int, day: str) -> list[str]:
    """So many subscribers, as the shelf would write them; their cookies."""
    addresses = [newcomer() for _ in range(people)]
    seal = storage.mailboxes._seal
    rows = [
        (number, "web", seal.seal(address, number), seal.address_hash(address),
         seal.chat_hash(address), 1, number)
        for number, address in enumerate(addresses, start=1)
    ]  # fmt: skip
    async with storage.database.write() as tx:
        await tx.run_many(
            "INSERT INTO subscribers (id, platform, address, address_hash, chat_hash, active,"
            " joined) VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        await set_fact(tx, JOINED, str(people))
    return [f"{storage.mailboxes.token(address)}.{day}" for address in addresses]


async def push(made: World, say: Say) -> None:
    """All pages are open, and a release is stored: until the last page has it."""
    pid = made.herald.process.pid
    began = time.monotonic()
    pages = await opened(made)
    say(f"{len(pages):,} pages opened", "", f"{time.monotonic() - began:.2f} s")
    used = cpu_seconds(pid)
    now = datetime.now(UTC)
    news = draft(1, "Council finds nothing for the fourth time", LEAD * 30, day=now.date())
    await made.storage.keep(ARCHIVE, [(news, Fate.ANNOUNCE)], now)
    stored = time.monotonic()
    looks: list[float] = []
    looking = asyncio.create_task(look(made.port, looks))
    async with asyncio.timeout(LATE_SECONDS):
        at = await asyncio.gather(*(page.told for page in pages))
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    say(
        f"{len(pages):,} open pages receive a push, from the first to the last",
        "2 s", f"{max(at) - min(at):.2f} s",
    )  # fmt: skip
    say(
        "the same, from when another process stored it (it is noticed within a second)",
        "", f"{max(at) - stored:.2f} s",
    )  # fmt: skip
    say(
        "a look at the welcome meanwhile",
        "", f"{statistics.median(looks):.1f} ms, at most {max(looks):.1f}",
    )  # fmt: skip
    for page in pages:
        page.hang_up()
    began = time.monotonic()
    await opened(made)
    say("all of them come back, as after a restart", "", f"{time.monotonic() - began:.2f} s")
    twice = sum(page.letters > 1 for page in pages)
    say("pages that got it twice", "0", str(twice))
    say(
        "Herald's processor time for it, and its memory",
        "", f"{cpu_seconds(pid) - used:.2f} s, {memory(pid)[0]:.0f} MB",
    )  # fmt: skip


async def look(port: int, took: list[float]) -> None:
    """Ask for something small again and again, and note how many ms it took."""
    async with aiohttp.ClientSession() as session:
        while True:
            began = time.perf_counter()
            async with session.get(f"http://{HOST}:{port}/chat/welcome") as answer:
                await answer.read()
            took.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(LOOK_SECONDS)


async def opened(made: World) -> list[Page]:
    """A page for each subscriber, greeted."""
    loop = asyncio.get_running_loop()
    pages: list[Page] = []
    for start in range(0, len(made.cookies), AT_ONCE):
        some = []
        for cookie in made.cookies[start : start + AT_ONCE]:
            asked = (
                f"GET /chat/events HTTP/1.1\r\nHost: {HOST}:{made.port}\r\n"
                f"Cookie: herald={cookie}\r\n\r\n"
            ).encode()
            page = Page(asked)
            some.append(page)
            await loop.create_connection(partial(_itself, page), HOST, made.port)
        async with asyncio.timeout(LATE_SECONDS):
            await asyncio.gather(*(page.greeted for page in some))
        pages += some
    return pages


def _itself(page: Page) -> Page:
    return page


async def view(made: World, say: Say) -> None:
    """A first look at the page, with all that it loads: bytes, and time from the server."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        url = f"http://{HOST}:{made.port}"
        sizes = await first_view(session, url)
        took, pages = [], []
        for _ in range(VIEWS):
            began = time.perf_counter()
            await fetched(session, url + "/")
            pages.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            for path in sizes:
                await fetched(session, url + path)
            took.append((time.perf_counter() - began) * 1000)
    whole = sum(sizes.values())
    say("first view, packed", "100 kB", f"{whole / 1000:.1f} kB in {len(sizes)} files")
    say(
        "first view from the server at idle, all files one after the other",
        "100 ms", f"{statistics.median(took):.1f} ms, at most {max(took):.1f}",
    )  # fmt: skip
    say("its page alone", "", f"{statistics.median(pages):.1f} ms, at most {max(pages):.1f}")


async def first_view(session: aiohttp.ClientSession, url: str) -> dict[str, int]:
    """What a browser loads at its first visit, and how many bytes each is on the wire."""
    sizes: dict[str, int] = {}
    wanted = ["/"]
    while wanted:
        path = wanted.pop()
        body, size = await fetched(session, url + path)
        sizes[path] = size
        found = re.findall(r"(/static/[\w.?=-]+)", body) if path == "/" else []
        if ".js" in path:
            found += [f"/static/{name}" for name in re.findall(r'from "\./([\w.-]+)"', body)]
        wanted += [one for one in found if one not in sizes and one not in wanted]
    return sizes


async def fetched(session: aiohttp.ClientSession, url: str) -> tuple[str, int]:
    """The text at an address, and its size on the wire."""
    async with session.get(url, headers={"Accept-Encoding": "gzip"}) as got:
        assert got.status == 200, url
        body = await got.read()
    packed = got.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(body) if packed else body).decode(), len(body)


async def run(people: int, say: Say) -> None:
    """Measure all of it."""
    with tempfile.TemporaryDirectory() as folder:
        async with world(Path(folder), people) as made:
            await view(made, say)
            await push(made, say)


def told(what: str, reach: str, measured: str) -> None:
    """Print a figure."""
    print(f"{what} | {reach} | {measured}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_web", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--pages", type=int, default=PAGES, help="open pages, each a subscriber's")
    people = parser.parse_args().pages
    print("what | reach | measured")
    asyncio.run(run(people, told))


if __name__ == "__main__":
    main()
