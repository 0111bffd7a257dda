"""A gate before a server: it lets requests through, until one is to be held, lost or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from yarl import URL

from tests.fakes.loopback import Loopback

SECONDS = 60.0
_PASSED_ON = ("Authorization", "Content-Type")
Wanted = Callable[[str, str], bool]  # of the method and the path, which is quoted


@dataclass(slots=True)
class Catch:
    """A request that is to be caught, and then another, until `times` are. `held` is set by each.

    Those with a `status` are refused with `content` and not let through, those that are to `drop`
    get their connection closed; of the others the server learns, and nobody its answer.
    """

    wanted: Wanted
    times: int = 1
    status: int = 0
    content: dict[str, object] = field(default_factory=dict)
    drop: bool = False
    held: asyncio.Event = field(default_factory=asyncio.Event)

    async def caught(self, seconds: float = SECONDS) -> None:
        """Until one is. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            await self.held.wait()


class Gate(Loopback):
    """Stands at `url` for the server at `to`; `asked` is what came by, as method and path."""

    def __init__(self, to: str) -> None:
        super().__init__()
        self.asked: list[tuple[str, str]] = []
        self._to = to
        self._catches: list[Catch] = []
        self._session: aiohttp.ClientSession | None = None
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Gate:
        self._session = aiohttp.ClientSession(auto_decompress=False)
        await self.start()
        return self

    async def __aexit__(self, *problem: object) -> None:
        self._closing.set()
        await self.stop()
        assert self._session
        await self._session.close()

    def catch(self, wanted: Wanted, **how: object) -> Catch:
        """Catch the next request that is so."""
        self._catches.append(Catch(wanted, **how))  # type: ignore[arg-type]
        return self._catches[-1]

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Pass a request on, and its answer back."""
        path = request.raw_path.partition("?")[0]
        self.asked.append((request.method, path))
        catch = next((c for c in self._catches if c.times and c.wanted(request.method, path)), None)
        if catch:
            catch.times -= 1
        if catch and catch.status:
            catch.held.set()
            return web.json_response(catch.content, status=catch.status)
        if catch and catch.drop:
            catch.held.set()
            assert request.transport
            request.transport.abort()
            return web.Response()
        response = await self._passed(request)
        if catch:
            catch.held.set()
            await self._closing.wait()
        return response

    async def _passed(self, request: web.Request) -> web.Response:
        assert self._session
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        body = await request.read()
        url = f"{self._to}{request.raw_path}"
        async with self._session.request(
            request.method, URL(url, encoded=True), data=body, headers=headers
        ) as answer:
            content = await answer.read()
            kept = {n: answer.headers[n] for n in ("Content-Type", "Retry-After")
                    if n in answer.headers}  # fmt: skip
            return web.Response(status=answer.status, body=content, headers=kept)
