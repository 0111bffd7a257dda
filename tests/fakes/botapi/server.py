"""The Bot API over HTTP on loopback: reads requests, keeps the truth, answers, misbehaves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from aiohttp import web

from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.control import add_control
from tests.fakes.botapi.distance import Distance
from tests.fakes.botapi.faults import Fault, Faults
from tests.fakes.botapi.groups import Groups
from tests.fakes.botapi.inlining import InlineUsers
from tests.fakes.botapi.lean import Lean
from tests.fakes.botapi.methods import METHODS, Method
from tests.fakes.botapi.pace import Pace
from tests.fakes.botapi.people import People
from tests.fakes.botapi.query import Query, as_arguments, read_query
from tests.fakes.botapi.refusals import RefusedError
from tests.fakes.botapi.replies import facts, opened, refusal, refused_facts, success
from tests.fakes.botapi.truth import Entry, Truth
from tests.fakes.botapi.updates import Updates
from tests.fakes.botapi.wild import Wild

TOKEN = "123456789:AAFakeTokenThatOpensNothingAtAll0000"
LARGEST_BODY = 60 * 2**20  # bytes, above the 50 MB of Bot API, "Sending files"
Found = TypeVar("Found")


class FakeBotAPI(People, Groups, InlineUsers, Wild):
    """A Bot API server for one bot, and the people around it: `async with FakeBotAPI() as api`.

    `clock` gives Unix seconds. `repeat_wait` and `conflict_wait` are the 3 s of Client.cpp with
    which the same offset asked again, and a second conflict, are slowed; 0 switches them off.
    `privacy`, `inline_mode` and `inline_feedback` are the bot's settings at BotFather.

    `webhook_pace` multiplies every pause between posts to a webhook (0.001: a thousand times
    faster). `loopback_webhooks` is this fake's own allowance: it takes http, and any port, for an
    address on loopback, which the real server refuses; to any other address it never posts.

    `lean` is for benchmarks of throughput: it checks and keeps next to nothing, see Lean.
    """

    def __init__(
        self,
        token: str = TOKEN,
        *,
        port: int = 0,
        username: str = "herald_test_bot",
        clock: Callable[[], float] = time.time,
        truth_file: Path | None = None,
        repeat_wait: float = 3.0,
        conflict_wait: float = 3.0,
        first_update: int = 100_000_001,
        privacy: bool = True,
        inline_mode: bool = False,
        inline_feedback: bool = True,
        webhook_pace: float = 1.0,
        loopback_webhooks: bool = False,
        lean: bool = False,
    ) -> None:
        self.token = token
        self.revoked = False
        self.log = Truth(truth_file)
        updates = Updates(clock, self.log.ring, repeat_wait, conflict_wait, first_update)
        super().__init__(Bot(token, username, clock, updates, self.log))
        self.bot.privacy = privacy
        self.bot.inline.on, self.bot.inline.feedback = inline_mode, inline_feedback
        self.bot.loopback_webhooks = loopback_webhooks
        self.bot.deliveries.pace = webhook_pace
        self.bot.deliveries.perform = self._perform_reply
        self.faults = Faults()
        self.pace: Pace | None = None
        self.distance = Distance()
        self.bot.chats.anybody = lean
        self.lean = Lean(self.bot) if lean else None
        self._port = port
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address, as https://api.telegram.org is one; a bot's base_url adds "/bot"."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot wants as base_url."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot wants as base_file_url."""
        return f"{self.url}/file/bot"

    @property
    def truth(self) -> list[Entry]:
        """Every call and what came of it, oldest first."""
        return self.log.entries

    async def wait_for(self, predicate: Callable[[], Found], timeout: float = 5.0) -> Found:
        """Wait until `predicate` gives something true, looked at after every change."""
        return await self.log.wait_for(predicate, timeout)

    def limit(self, **figures: float) -> None:
        """Switch on the rate limits, with Pace's fields where they should differ."""
        clock = asyncio.get_running_loop().time
        self.pace = Pace(clock, **figures)  # type: ignore[arg-type]

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.+}", self._fetch)
        add_control(app, self)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """End every poll and every hanging request, and stop listening."""
        self._closing.set()
        await self.bot.deliveries.end()
        self.bot.updates.end_poll("")
        if self._runner:
            await self._runner.cleanup()
        self.log.close()

    async def __aenter__(self) -> FakeBotAPI:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if self.revoked or request.match_info["token"] != self.token:
            return refusal(RefusedError(401, "Unauthorized"))
        method = METHODS.get(request.match_info["method"].lower())
        if method is None:
            return refusal(RefusedError(404, "Not Found"))
        try:
            query = await read_query(request)
        except RefusedError as error:
            return refusal(error)
        query.came = asyncio.get_running_loop().time()
        there, query.back = self.distance.journey(query.method)
        await self._travel(there)
        fault = self.faults.take(query)
        if fault and not fault.after:
            struck = await self._strike(fault, request, query, None)
            if struck:
                return struck
        entry, answer = await self._perform(method, query)
        if fault and fault.after:
            return await self._strike(fault, request, query, entry) or answer
        self.log.add(entry)
        await self._travel(query.back)
        return answer

    async def _perform(self, method: Method, query: Query) -> tuple[Entry, web.Response]:
        """Let a method do its work, and say in one entry what came of it."""
        lean = self.lean is not None and self.lean.takes(query)
        entry = opened(query, self.bot.clock(), lean=lean)
        try:
            if self.pace and (held := await self.pace.admit(query)):
                entry |= {"at": self.bot.clock(), "held": held}
            if self.lean and lean:
                number, answer = self.lean.send(query)
                return entry | {"message_id": number}, answer
            result = await method(self.bot, query)
            entry["at"] = self.bot.clock()  # a long poll has waited
        except RefusedError as error:
            return entry | refused_facts(error), refusal(error)
        return entry | facts(query, result), success(query, result)

    async def _perform_reply(self, body: dict[str, Any]) -> None:
        """A method that came as the answer to a webhook's post; nobody sees its result."""
        query = Query(str(body["method"]).lower(), as_arguments(body))
        if query.method in METHODS:
            entry, _ = await self._perform(METHODS[query.method], query)
            self.log.add(entry | {"webhook": True})

    async def _fetch(self, request: web.Request) -> web.Response:
        """Bot API, getFile: the bytes at a path that getFile gave."""
        if self.revoked or request.match_info["token"] != self.token:
            return refusal(RefusedError(401, "Unauthorized"))
        file = self.bot.files.at(request.match_info["path"])
        if file is None:
            return refusal(RefusedError(404, "Not Found"))
        return web.Response(body=file.data, content_type="application/octet-stream")

    async def _strike(
        self, fault: Fault, request: web.Request, query: Query, entry: Entry | None
    ) -> web.StreamResponse | None:
        """Do what the fault says; None when the true answer is to follow."""
        late = entry is not None or fault.reset or fault.hang or fault.status
        if late:
            lost: Entry = {"at": self.bot.clock(), "method": query.method, "effect": "refused"}
            lost |= {"chat": query.text("chat_id"), "text": query.text("text")}
            self.log.add((entry or lost) | {"fault": fault.name()})
        if fault.delay or fault.hang:
            await self._pause(None if fault.hang else fault.delay)
        if fault.reset or fault.hang:
            if request.transport:
                request.transport.abort()
            return web.Response()
        if not fault.status:
            return None
        if fault.body:
            return web.Response(status=fault.status, text=fault.body, content_type="text/html")
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else None
        return web.json_response(fault.answer(), status=fault.status, headers=headers)

    async def _travel(self, seconds: float) -> None:
        if seconds:
            await self._pause(seconds)

    async def _pause(self, seconds: float | None) -> None:
        """Wait so long, or for ever, but no longer than the server lives."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return
