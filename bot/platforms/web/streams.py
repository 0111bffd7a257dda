"""The open pages, and what comes to them by itself.

A page that comes back names the last change that it has, and gets what came after it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable

from aiohttp import ClientConnectionError, web

from bot.platforms.web import events
from bot.waiting import rung
from storage.mailboxes import Mailboxes
from storage.model import Address, Letter

MOST, MOST_OF_A_NETWORK = 10_000, 1_000
# Browsers open six connections to one host (without HTTP/2), for all of a visitor's tabs together.
# Were all taken by pages that listen, no further one could be loaded.
MOST_EACH = 4
WAITING = 100  # events that one page may be behind; it comes back for what it missed
PING_SECONDS = 20.0
AGAIN_MS, MUCH_LATER_MS = 2_000, 600_000


class Full(Exception):
    """As many pages are open as we can serve."""


class Stream:
    """One open page: what is to be written to it, and the last change that it knows of.

    `network` stands for where it is, None where that is not known.
    """

    def __init__(self, address: Address, network: int | None = None) -> None:
        self.address = address
        self.network = network
        self.last = 0
        self.over = False
        self.bell = asyncio.Event()
        self._live = False
        self._early: list[Letter] = []
        self._waiting: deque[bytes] = deque()
        self.abort: Callable[[], None] = _nothing

    def offer(self, letter: Letter) -> None:
        """A letter that has just come, or changed."""
        if not self._live:
            self._early.append(letter)
        elif letter.change > self.last:
            self.last = letter.change
            self.put(events.one(letter, letter.change))

    def begin(self, letters: list[Letter], last: int) -> None:
        """What the mailbox held when it was read; from here on what comes goes out at once."""
        self.last = last
        self.put(b"".join(events.whole(letters)))
        self._live = True
        for letter in self._early:
            self.offer(letter)
        self._early = []

    def put(self, event: bytes) -> None:
        """Write this soon. A page that does not read is closed, and nobody waits for it."""
        if self.over:
            return
        if len(self._waiting) >= WAITING:
            self._waiting.clear()
            self.over = True
            self.abort()
        elif event:
            self._waiting.append(event)
        self.bell.set()

    def end(self, *last: bytes) -> None:
        """Write these, and nothing more."""
        if not self.over:
            self._waiting.extend(last)
            self.over = True
            self.bell.set()

    def taken(self) -> bytes:
        """All that waits."""
        self.bell.clear()
        found = b"".join(self._waiting)
        self._waiting.clear()
        return found


class Streams:
    """All open pages, by visitor."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes
        self._open: dict[str, list[Stream]] = {}
        self._networks: Counter[int | None] = Counter()
        self._count = 0
        self.most = MOST
        self.closed = False

    def __len__(self) -> int:
        """How many pages are open."""
        return self._count

    def deliver(self, address: Address, letter: Letter) -> None:
        """A letter for this visitor has come or changed: their open pages show it."""
        for stream in self._open.get(address.chat, ()):
            stream.offer(letter)

    def forgotten(self, address: Address) -> None:
        """The visitor has left: so do all their pages."""
        for stream in self._open.get(address.chat, ()):
            stream.end(events.told("forgotten", {}))

    def end(self) -> None:
        """Herald is going: no page is kept waiting, and none is opened any more."""
        self.closed = True
        for stream in [s for streams in self._open.values() for s in streams]:
            stream.end()

    async def serve(
        self, request: web.Request, response: web.StreamResponse, address: Address,
        where: str, hello: dict[str, str],
    ) -> web.StreamResponse:  # fmt: skip
        """Tell the page what there is and what comes, as long as it is open.

        `where` is the network it is in, "" where that is not known; `hello` is told first.

        Raises Full, or DatabaseError where the mailbox cannot be read, before anything is sent.
        """
        stream = self._opened(address, where)
        try:
            # From here on what comes is held for the page: nothing can fall in between.
            after = events.after(request)
            letters, last = await self._since(address, after)
            # With a mark from the first word on, so that we know a page that comes back.
            stream.put(events.again(AGAIN_MS) + events.told("hello", hello, after))
            stream.begin(letters, last)
            if request.transport is not None:
                stream.abort = request.transport.abort
            await response.prepare(request)
            await _write(response, stream)
        except (ConnectionError, ClientConnectionError):
            return response  # the page is closed; that is how they end
        finally:
            self._close(stream)
        return response

    async def _since(self, address: Address, after: int) -> tuple[list[Letter], int]:
        """What the page does not have, and the last change that it has then.

        All that there is, where its mark is from a time that a restored backup has undone.
        """
        letters = await self._mailboxes.since(address, after)
        if after and not letters:
            whole = await self._mailboxes.since(address)
            newest = max([letter.change for letter in whole], default=0)
            return ([], after) if newest >= after else (whole, newest)
        return letters, max([letter.change for letter in letters], default=0)

    def _opened(self, address: Address, where: str) -> Stream:
        stream = Stream(address, hash(where) if where else None)
        streams = self._open.get(address.chat, [])
        crowded = self._networks[stream.network] >= MOST_OF_A_NETWORK
        if self.closed or len(self) >= self.most or (where and crowded):
            raise Full
        for old in streams[: max(0, len(streams) - MOST_EACH + 1)]:
            # It comes back when it is looked at; not at once, or the next one would have to go.
            old.end(events.again(MUCH_LATER_MS) + events.told("room", {}))
            self._close(old)
        self._open.setdefault(address.chat, []).append(stream)
        self._count += 1
        self._networks[stream.network] += 1
        return stream

    def _close(self, stream: Stream) -> None:
        streams = self._open.get(stream.address.chat, [])
        if stream not in streams:
            return  # it was closed to make room
        streams.remove(stream)
        self._count -= 1
        self._networks[stream.network] -= 1
        if not self._networks[stream.network]:
            del self._networks[stream.network]
        if not streams:
            del self._open[stream.address.chat]


async def _write(response: web.StreamResponse, stream: Stream) -> None:
    while True:
        if not stream.bell.is_set():
            await rung(stream.bell, PING_SECONDS)
        over = stream.over
        await response.write(stream.taken() or (b"" if over else events.PING))
        if over:
            return


def _nothing() -> None:
    """Nothing is connected yet."""
