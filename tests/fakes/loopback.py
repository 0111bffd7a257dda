"""The least a fake web site needs: a port on loopback, and a place where every request goes."""

from __future__ import annotations

from aiohttp import web

HOST = "127.0.0.1"


class Loopback:
    """A server on `port` (0: any free one) between `start` and `stop`; `url` has no last slash."""

    def __init__(self, port: int = 0) -> None:
        self.url = ""
        self._port = port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begin to listen; raises OSError if the port is taken."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.respond)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Hang up on everybody."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        raise NotImplementedError
