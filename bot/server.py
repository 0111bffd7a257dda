"""The web port: one small HTTP server, shared by all who listen on it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

log = structlog.get_logger()

LARGEST_BODY = 1_000_000
GOODBYE_SECONDS = 2.0
BACKLOG = 1024  # all pages that are open come back at once after a restart
RETRY_SECONDS, LONGEST_RETRY = 1.0, 60.0

# What is told here is true for a moment, and is no page of a site.
ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered to who looks: the status, what the body is, and the body."""

    status: int
    content_type: str
    body: bytes


Handler = Callable[[Mapping[str, str], bytes], Awaitable[int]]
Look = Callable[[Mapping[str, str]], Awaitable[Page]]
Site = Callable[[web.Request], Awaitable[web.StreamResponse]]
Heard = Callable[[bool, str], None]


def unheard(_open: bool, _why: str) -> None:
    """Where nobody asks whether the port is open."""


class Server:
    """Paths and their handlers. Made by `open_server`; what is not asked for here is a 404.

    `port` is the one that is listened on, once it is open.
    """

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._pages: dict[str, Look] = {}
        self._site: Site | None = None
        self._heard: Heard = unheard
        self._why = ""
        self._tried = asyncio.Event()
        self.wanted = asyncio.Event()
        self.open = asyncio.Event()
        self.port = 0

    def post(self, path: str, handler: Handler) -> None:
        """From now on `handler` gets the headers, their names in lower case, and the body of each
        POST to `path`, and gives the status to answer with.
        """
        self._handlers[path] = handler
        self.wanted.set()

    def get(self, path: str, page: Look) -> None:
        """From now on `page` gets the headers of each GET of `path`, and gives what to answer."""
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
        handler, page = self._handlers.get(request.path), self._pages.get(request.path)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if page is not None and request.method in ("GET", "HEAD"):  # aiohttp cuts a HEAD's body
            shown = await page(headers)
            return web.Response(
                status=shown.status, body=shown.body, headers={"Content-Type": shown.content_type}
            )
        if handler is not None and request.method == "POST":
            return web.Response(status=await handler(headers, await request.read()))
        allowed = ["GET", "HEAD"] * (page is not None) + ["POST"] * (handler is not None)
        if not allowed:
            return await self._site(request) if self._site else web.Response(status=404)
        return web.Response(status=405, headers={"Allow": ", ".join(allowed)})


@asynccontextmanager
async def open_server(host: str, port: int) -> AsyncIterator[Server]:
    """A server while the block lasts; the port is opened when somebody first listens.

    A port that is taken is said in the log and tried again, for the other parts go on.
    """
    server = Server()
    application = web.Application(client_max_size=LARGEST_BODY)
    application.router.add_route("*", "/{path:.*}", server.answer)
    application.on_response_prepare.append(_always)
    runner = web.AppRunner(
        application,
        access_log=None,
        logger=_nameless(),
        shutdown_timeout=GOODBYE_SECONDS,
        auto_decompress=False,  # nobody packs what they bring us, but for mischief
    )
    await runner.setup()
    opening = asyncio.create_task(_open(server, runner, host, port))
    try:
        yield server
    finally:
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await runner.cleanup()


async def _always(_request: web.Request, response: web.StreamResponse) -> None:
    """On our own answers, and on those that aiohttp gives for us; a site may say otherwise."""
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)


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


async def _open(server: Server, runner: web.AppRunner, host: str, port: int) -> None:
    await server.wanted.wait()
    pause = RETRY_SECONDS
    said = False
    while (reason := await _refusal(runner, host, port)) is not None:
        if not said:
            log.warning("The web port cannot be opened; trying again.", port=port, reason=reason)
            said = True
            server.told("its port cannot be opened; another program may have it")
        await asyncio.sleep(pause)
        pause = min(LONGEST_RETRY, pause * 2)
    server.port = runner.addresses[0][1]
    log.info("The web port is open.", port=server.port)
    server.told("")


async def _refusal(runner: web.AppRunner, host: str, port: int) -> str | None:
    """Why the port cannot be opened; None where it is open now."""
    site = web.TCPSite(runner, host, port, backlog=BACKLOG)
    try:
        await site.start()
    except (OSError, UnicodeError) as error:  # UnicodeError: a host that no name can be
        await site.stop()  # else the runner would keep it
        return (isinstance(error, OSError) and error.strerror) or "it cannot be opened"
    return None
