"""A Bot API that posts to a real port of Herald's, and what may stand between the two."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from bot.chat import Message, Request
from bot.platforms.telegram.platform import Telegram
from bot.server import Server, open_server
from storage import Storage
from tests.fakes.botapi import FakeBotAPI
from tests.fakes.loopback import Loopback
from tests.platforms.echo import said
from tests.platforms.telegram_stage import ANN, BEN, connected

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class Stage:
    """A Bot API that may post to this machine, Herald's port, and where that is."""

    api: FakeBotAPI
    server: Server
    url: str

    def telegram(self, storage: Storage, url: str = "") -> Telegram:
        return connected(self.api, storage, server=self.server, webhook_url=url or self.url)

    def calls(self, method: str) -> int:
        return sum(entry["method"] == method for entry in self.api.truth)

    async def post(self, body: bytes, shown: str) -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body, headers={HEADER: shown}) as answer,
        ):
            return answer.status


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    async with (
        FakeBotAPI(
            repeat_wait=0, conflict_wait=0, webhook_pace=0.001, loopback_webhooks=True
        ) as api,
        open_server("127.0.0.1", port) as server,
    ):
        for number in (ANN, BEN):
            api.add_user(number, started=True)
        yield Stage(api, server, f"http://127.0.0.1:{port}/telegram")


class Gate:
    """A router that begins to answer, and ends when it is told to."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.open = asyncio.Event()
        self.asked = asyncio.Event()

    async def __call__(self, request: Request) -> Message:
        self.began.append(request.words)
        self.asked.set()
        await self.open.wait()
        return said("Done.")


class Lossy(Loopback):
    """A proxy before the port that loses the answer to every first try of an update."""

    def __init__(self, to: str) -> None:
        super().__init__()
        self.to = to
        self.passed: list[tuple[bytes, int]] = []

    async def respond(self, request: web.Request) -> web.StreamResponse:
        body, headers = await request.read(), {HEADER: request.headers[HEADER]}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.to, data=body, headers=headers) as answer,
        ):
            again = any(body == earlier for earlier, _ in self.passed)
            self.passed.append((body, answer.status))
            return web.Response(status=answer.status if again else 502)
