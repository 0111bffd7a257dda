"""The web port: one small HTTP server, shared by all who listen on it."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.connections import PLAIN, Connection, Connections, listen
from bot.inside import inside

log = structlog.get_logger()

LARGEST_BODY = 1_000_000
READ_SECONDS = 30.0  # for a body to arrive
GOODBYE_SECONDS = 2.0
RETRY_SECONDS, LONGEST_RETRY = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered to who looks: the status, what the body is, and the body."""

    status: int
    content_type: str
    body: bytes


Handler = Callable[[Mapping[str, str], bytes], Awaitable[int]]
May = Callable[[Mapping[str, str]], bool]
Look = Callable[[Mapping[str, str]], Awaitable[Page]]
Site = Callable[[web.Request], Awaitable[web.StreamResponse]]
Heard = Callable[[bool, str], None]


def anybody(_headers: Mapping[str, str]) -> bool:
    """Where it is open to all."""
    return True


def unheard(_open: bool, _why: str) -> None:
    """Where nobody asks whether the port is open."""


class Server:
    """Paths and their handlers. Made by `open_server`; what is not asked for here is a 404.

    `host` and `port` are what is listened on, the port once it is open.
    """

    def __init__(self, host: str = "") -> None:
        self.host = host
        self._handlers: dict[str, tuple[Handler, May]] = {}
        self._pages: dict[str, Look] = {}
        self._site: Site | None = None
        self._heard: Heard = unheard
        self._why = ""
        self._tried = asyncio.Event()
        self.wanted = asyncio.Event()
        self.open = asyncio.Event()
        self.listening: asyncio.Server | None = None
        self.port = 0

    def post(self, path: str, handler: Handler, may: May = anybody) -> None:
        """From now on `handler` gets the headers, their names in lower case, and the body of each
        POST to `path`, and gives the status to answer with.

        `may` judges the headers first: of whoever may not, no body is taken in.
        """
        self._handlers[path] = handler, may
        self.wanted.set()

    def get(self, path: str, page: Look) -> None:
        """From now on `page` gets the headers of each GET of `path`, and gives what to answer.

        Only where it is asked for by an address of the network or a name that no stranger can
        have: else a page in a browser on our side could read it under a name of its own that
        leads here (“DNS rebinding”).
        """
        self._pages[path] = page
        self.wanted.set()

    def site(self, site: Site, heard: Heard = unheard) -> None:
        """From now on `site` answers every path that nobody else has, whatever the method.

        `heard` is told when the port cannot be opened, with a few words why, and when it is open.
        """
        self._site, self._heard = site, heard
        self.wanted.set()
        if self.open.is_set() or self._why:
            heard(self.open.is_set(), self._why)

    def told(self, why: str) -> None:
        """The port cannot be opened for now, for this reason; or it is open."""
        self._why = why
        self._tried.set()
        if not why:
            self.open.set()
        self._heard(not why, why)

    async def opened(self) -> None:
        """Returns once the port is open, where something is brought here by a POST.

        For a site it is enough that it was tried: if the port is taken, the others go on. And
        nobody waits for pages: without them Herald does all that it is there for.
        """
        if self._site is not None:
            await self._tried.wait()
        if self._handlers:
            await self.open.wait()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        brought, page = self._handlers.get(request.path), self._pages.get(request.path)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if page is not None and request.method in ("GET", "HEAD"):  # aiohttp cuts a HEAD's body
            if not inside(headers.get("host", ""), self.host):
                return web.Response(status=403, text="Ask for this by an IP address.\n")
            shown = await page(headers)
            return web.Response(
                status=shown.status, body=shown.body, headers={"Content-Type": shown.content_type}
            )
        if brought is not None and request.method == "POST":
            return web.Response(status=await _taken(request, headers, *brought))
        allowed = ["GET", "HEAD"] * (page is not None) + ["POST"] * (brought is not None)
        if not allowed:
            return await self._site(request) if self._site else web.Response(status=404)
        return web.Response(status=405, headers={"Allow": ", ".join(allowed)})


async def _taken(
    request: web.Request, headers: Mapping[str, str], handler: Handler, may: May
) -> int:
    """The status for something that is brought."""
    if not may(headers):
        return 401
    try:
        async with asyncio.timeout(READ_SECONDS):
            body = await request.read()
    except TimeoutError:
        return 408
    return await handler(headers, body)


@asynccontextmanager
async def open_server(host: str, port: int) -> AsyncIterator[Server]:
    """A server while the block lasts; the port is opened when somebody first listens.

    A port that is taken is said in the log and tried again, for the other parts go on.
    """
    server, connections = Server(host), Connections()
    application = web.Application(client_max_size=LARGEST_BODY)
    application.router.add_route("*", "/{path:.*}", partial(_answered, server))
    application.on_response_prepare.append(_always)
    runner = web.AppRunner(application, shutdown_timeout=GOODBYE_SECONDS)
    await runner.setup()
    with connections.heard(asyncio.get_running_loop()):
        opening = asyncio.create_task(_open(server, _maker(runner, connections), host, port))
        try:
            yield server
        finally:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            if server.listening is not None:
                server.listening.close()
            await runner.cleanup()


def _maker(runner: web.AppRunner, connections: Connections) -> Callable[[], Connection]:
    """What makes a connection of each who comes."""
    answering = runner.server
    assert answering is not None  # it was set up
    return partial(
        Connection, connections, answering,
        access_log=None,
        logger=_nameless(),
        auto_decompress=False,  # nobody packs what they bring us, but for mischief
    )  # fmt: skip


async def _answered(server: Server, request: web.Request) -> web.StreamResponse:
    connection = request.protocol
    assert isinstance(connection, Connection)  # we make no others
    with connection.answered(request.content):
        return await server.answer(request)


async def _always(_request: web.Request, response: web.StreamResponse) -> None:
    """On our own answers, and on those that aiohttp gives for us; a site may say otherwise."""
    for name, value in PLAIN.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = PLAIN["Server"]  # the library has named itself and its version


def _nameless() -> logging.Logger:
    """A log for the library, which would name whoever sent what it cannot read."""
    logger = logging.getLogger("aiohttp.server.herald")
    logger.filters = [_without_names]
    return logger


def _without_names(record: logging.LogRecord) -> bool:
    """Only what is our own fault is worth a line; what is no HTTP comes from scanners, all day."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError | ConnectionError):
        return False
    record.msg, record.args = "A request failed.", ()
    return True


async def _open(server: Server, make: Callable[[], Connection], host: str, port: int) -> None:
    await server.wanted.wait()
    pause = RETRY_SECONDS
    said = False
    while isinstance(found := await _tried(make, host, port), str):
        if not said:
            log.warning("The web port cannot be opened; trying again.", port=port, reason=found)
            said = True
            server.told("its port cannot be opened; another program may have it")
        await asyncio.sleep(pause)
        pause = min(LONGEST_RETRY, pause * 2)
    server.listening = found
    server.port = found.sockets[0].getsockname()[1]
    log.info("The web port is open.", port=server.port)
    server.told("")


async def _tried(make: Callable[[], Connection], host: str, port: int) -> asyncio.Server | str:
    """The port, open; or why it cannot be opened."""
    try:
        return await listen(make, host, port)
    except OSError as error:
        # asyncio's own words for it name the address; gaierror's numbers are negative.
        number = error.errno or 0
        return (os.strerror(number) if number > 0 else error.strerror) or "it cannot be opened"
    except UnicodeError:  # a host that no name can be
        return "it cannot be opened"
