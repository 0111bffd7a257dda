"""The web port's connections: how many may be open, who has to go, and that none waits for ever.

Each is an open file of the system, of which a program has so many (RLIMIT_NOFILE): where they
were all taken, neither the database nor the log nor a platform could have one.
"""

from __future__ import annotations

import asyncio
import math
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import StreamReader, web

log = structlog.get_logger()

RESERVED = 128  # open files for all else: the database, the log, what is asked of others
FIRST_SECONDS = 20.0  # for the whole head of the first request
NEXT_SECONDS = 150.0  # and of the next one; proxies keep a connection for up to two minutes
BACKLOG = 1024  # all pages that are open come back at once after a restart
AT_ONCE = 16  # taken in before we look again; asyncio takes all that its backlog allows
SAID_SECONDS = 60.0  # so often at most it is said that there are too many

# On all answers: they are true for a moment, and do not tell what we are made of.
PLAIN = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": "Herald"}

# What asyncio says, once for each connection that waits (selector_events.py, _accept_connection).
_NO_FILES = "socket.accept() out of system resource"


def most() -> int:
    """How many may be open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return 1_000_000
    return max(files // 2, files - max(RESERVED, files // 8))


class Connections:
    """Those that are open. Where one comes too many, the one goes that asks nothing the longest;
    that is the new one itself where all others are being answered.
    """

    def __init__(self) -> None:
        self._open: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}  # for a request; the longest first
        self._said = -math.inf

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def came(self, connection: Connection) -> None:
        self._open.add(connection)
        self._waiting[connection] = None
        if len(self._open) > most():
            self._say("Too many connections to the web port: those that ask nothing are closed.")
            next(iter(self._waiting)).hang_up()

    def asks(self, connection: Connection) -> None:
        """It is being answered: from now on it stays."""
        self._waiting.pop(connection, None)

    def waits(self, connection: Connection) -> None:
        """It has its answer, or is reading it."""
        if connection in self._open:
            self._waiting[connection] = None

    def went(self, connection: Connection) -> None:
        self._open.discard(connection)
        self._waiting.pop(connection, None)

    @contextmanager
    def heard(self, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        """While the block lasts, what asyncio cannot take in is a line in the log, and no flood."""
        before = loop.get_exception_handler()

        def hear(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            if context.get("message") == _NO_FILES:
                self._say("The web port takes in nobody: all open files are taken.")
            elif before is not None:
                before(loop, context)
            else:
                loop.default_exception_handler(context)

        loop.set_exception_handler(hear)
        try:
            yield
        finally:
            loop.set_exception_handler(before)

    def _say(self, what: str) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._said >= SAID_SECONDS:
            self._said = now
            log.warning(what, most=most())


class Connection(web.RequestHandler):
    """One of them: it has to say what it wants in time, and is told nothing of what it said."""

    __slots__ = ("_all", "_first")

    def __init__(self, among: Connections, server: web.Server, **options: Any) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, keepalive_timeout=NEXT_SECONDS, **options)
        self._all = among
        self._first: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._first = asyncio.get_running_loop().call_later(FIRST_SECONDS, self.hang_up)
        self._all.came(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._heard()
        self._all.went(self)
        super().connection_lost(exc)

    @contextmanager
    def answered(self, body: StreamReader) -> Iterator[None]:
        """While the block lasts somebody is thinking about what it asked.

        It stays once the whole body is there. Until then it waits like the others, or those who
        begin something and leave it at that would take all places.
        """
        self._heard()
        thinking = True

        def whole() -> None:
            if thinking:  # and not after the answer, which may come first
                self._all.asks(self)

        body.on_eof(whole)
        try:
            yield
        finally:
            thinking = False
            self._all.waits(self)

    def hang_up(self) -> None:
        """Close it at once, whatever is on its way."""
        self._heard()
        self._all.went(self)
        transport = self.transport
        self.force_close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()  # closing would wait for somebody who does not read

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What cannot be read or went wrong. The library's own words repeat the request's."""
        super().handle_error(request, status, exc, message)  # for the log; it may raise
        said = f"{status} {HTTPStatus(status).phrase}\n"
        answer = web.Response(status=status, text=said, headers=PLAIN)
        answer.force_close()
        return answer

    def _heard(self) -> None:
        if self._first is not None:
            self._first.cancel()
            self._first = None


Make = Callable[[], Connection]


async def listen(make: Make, host: str, port: int) -> asyncio.Server:
    """Take in connections at this port. Raises OSError, or UnicodeError for what is no host."""
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(make, host, port, backlog=AT_ONCE)
    for each in listening.sockets:
        with each.dup() as same:
            same.listen(BACKLOG)  # the system's queue is long, what we take from it at once is not
    return listening
