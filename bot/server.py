"""The web port: one small HTTP server, shared by all who listen on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

log = structlog.get_logger()

LARGEST_BODY = 1_000_000
GOODBYE_SECONDS = 2.0
RETRY_SECONDS = 1.0

Handler = Callable[[Mapping[str, str], bytes], Awaitable[int]]


class Server:
    """Paths and their handlers. Made by `open_server`; what is not asked for here is a 404."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self.wanted = asyncio.Event()
        self.open = asyncio.Event()

    def post(self, path: str, handler: Handler) -> None:
        """From now on `handler` gets the headers, their names in lower case, and the body of each
        POST to `path`, and gives the status to answer with.
        """
        self._handlers[path] = handler
        self.wanted.set()

    async def opened(self) -> None:
        """Returns once the port is open; at once where nobody listens."""
        if self.wanted.is_set():
            await self.open.wait()

    async def answer(self, request: web.Request) -> web.Response:
        handler = self._handlers.get(request.path)
        if handler is None:
            return web.Response(status=404)
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        headers = {name.lower(): value for name, value in request.headers.items()}
        return web.Response(status=await handler(headers, await request.read()))


@asynccontextmanager
async def open_server(host: str, port: int) -> AsyncIterator[Server]:
    """A server while the block lasts; the port is opened when somebody first listens.

    A port that is taken is said in the log and tried again, for the other parts go on.
    """
    server = Server()
    application = web.Application(client_max_size=LARGEST_BODY)
    application.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=GOODBYE_SECONDS)
    await runner.setup()
    opening = asyncio.create_task(_open(server, runner, host, port))
    try:
        yield server
    finally:
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await runner.cleanup()


async def _open(server: Server, runner: web.AppRunner, host: str, port: int) -> None:
    await server.wanted.wait()
    pause = RETRY_SECONDS
    while True:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            reason = error.strerror or "it cannot be opened"
            log.error("The web port cannot be opened; trying again.", port=port, reason=reason)
            await asyncio.sleep(pause)
            pause = min(60.0, pause * 2)
        else:
            log.info("The web port is open.", port=runner.addresses[0][1])
            server.open.set()
            return
