"""The web chat at work: a real database, a real port, the real router, and browsers that ask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot.chat import Answer, Button, Host, Message
from bot.platforms.web import Options
from bot.platforms.web.platform import Web
from bot.platforms.web.visitors import COOKIE
from bot.router import Router
from bot.server import Server, open_server
from bot.text.build import bold
from storage import Storage, open_storage
from storage.model import Address, Attachment, Lane
from storage.seal import Seal
from tests.commands.house import CAMPAIGN, built
from tests.conftest import SECRET

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HEADERS = {"X-Herald": "chat", "Sec-Fetch-Site": "same-origin"}
PIXEL = Attachment(b"\x89PNG\r\n\x1a\nnot more", "image/png", "a.png", "A town hall")
Json = dict[str, Any]


def news(text: str, picture: Attachment | None = None) -> Message:
    """Something that is pushed."""
    rows = ((Button("Settings", "settings"), Button("Share", share=1)),)
    return Message(bold(text), rows, picture=picture)


@dataclass(frozen=True, slots=True)
class Told:
    """What the server answered: its status, headers, and the body, as JSON where it is that."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: list[str]

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.body)
        return found

    @property
    def text(self) -> str:
        """The words of the message that was answered."""
        return str(self.json["message"]["text"])


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event."""

    kind: str
    id: str
    data: Json


class Page:
    """An open page: the events that came, in order."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.events: list[Event] = []
        self.retry = ""
        self.last = ""
        self.over = asyncio.Event()
        self._more = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Until this is so, as events come."""
        async with asyncio.timeout(seconds), self._more:
            await self._more.wait_for(condition)

    async def letters(self, count: int) -> list[Event]:
        """The letters, once there are so many."""
        await self.until(lambda: len(self.kind("letter")) >= count)
        return self.kind("letter")

    def kind(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    @property
    def texts(self) -> list[str]:
        return [event.data["text"] for event in self.kind("letter")]

    async def close(self) -> None:
        """The tab is closed."""
        self._reading.cancel()
        await asyncio.wait({self._reading})
        self.response.close()

    async def _read(self) -> None:
        fields: dict[str, str] = {}
        try:
            async for line in self.response.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if not name and not value:
                    await self._dispatch(fields)
                    fields = {}
                elif name == "retry":
                    self.retry = value
                else:
                    fields[name] = value
        except aiohttp.ClientError:
            pass
        finally:
            self.over.set()

    async def _dispatch(self, fields: dict[str, str]) -> None:
        self.last = fields.get("id", self.last)
        if "data" not in fields:
            return
        async with self._more:
            self.events.append(
                Event(fields.get("event", "message"), self.last, json.loads(fields["data"]))
            )
            self._more.notify_all()


@dataclass
class Browser:
    """Somebody's browser: keeps its cookie, and sends what the chat's own page sends."""

    url: str
    session: aiohttp.ClientSession
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    async def ask(self, method: str, path: str, **more: Any) -> Told:
        """One request, as it is given; the cookie goes along and is kept."""
        headers = self._headers() | more.pop("headers", {})
        async with self.session.request(
            method, self.url + path, headers=headers, allow_redirects=False, **more
        ) as got:
            self._keep(got)
            cookies = got.headers.getall("Set-Cookie", [])
            return Told(got.status, got.headers, await got.read(), cookies)

    async def get(self, path: str, **headers: str) -> Told:
        return await self.ask("GET", path, headers=headers)

    async def post(self, path: str, body: Any, **headers: str) -> Told:
        """What the page sends; None for a header leaves that out."""
        given = HEADERS | {"Origin": self.url} | headers
        return await self.ask("POST", path, json=body, headers=given)

    async def say(self, words: str, **more: Any) -> Told:
        return await self.post("/chat/say", {"words": words, "language": "en", **more})

    async def press(self, command: str, under: str = "", **more: Any) -> Told:
        return await self.post(
            "/chat/say", {"press": command, "under": under, "language": "en", **more}
        )

    async def leave(self) -> Told:
        return await self.post("/chat/leave", {"language": "en"})

    async def open(self, after: str = "", last: str = "") -> Page:
        """A page that listens, greeted already."""
        query = f"?after={after}" if after else ""
        headers = self._headers() | ({"Last-Event-ID": last} if last else {})
        response = await self.session.get(self.url + "/chat/events" + query, headers=headers)
        assert response.status == 200, response.status
        self._keep(response)
        page = Page(response)
        self.pages.append(page)
        await page.until(lambda: bool(page.kind("hello")))
        return page

    async def close(self) -> None:
        for page in self.pages:
            await page.close()

    def _headers(self) -> dict[str, str]:
        cookie = {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        return self.headers | cookie

    def _keep(self, got: aiohttp.ClientResponse) -> None:
        for line in got.headers.getall("Set-Cookie", []):
            self.cookie = line.partition(";")[0].partition("=")[2]


@dataclass
class Stage:
    """The chat, running; `reports` is what it said of itself."""

    storage: Storage
    server: Server
    web: Web
    url: str
    session: aiohttp.ClientSession
    reports: list[tuple[bool, str]]
    browsers: list[Browser] = field(default_factory=list)

    def browser(self, cookie: str = "", **headers: str) -> Browser:
        made = Browser(self.url, self.session, cookie, headers)
        self.browsers.append(made)
        return made

    async def visitor(self) -> Browser:
        """Somebody who has said something, and is known from then on."""
        browser = self.browser()
        await browser.say("/help")
        assert browser.cookie
        return browser

    def address(self, browser: Browser) -> Address:
        """Who this browser is to us."""
        token = browser.cookie.partition(".")[0]
        found = self.storage.mailboxes.opened(token, "web")
        assert found is not None
        return found

    async def push(self, browser: Browser, message: Message, key: str = "") -> str:
        """Send as the courier does; the message's id."""
        address = self.address(browser)
        async with self.web.budget.turn(Lane.RELEASE, address):
            return (await self.web.send(address, message, key=key)).id


@asynccontextmanager
async def at_work(
    storage: Storage,
    *,
    answer: Answer | None = None,
    port: int = 0,
    now: Callable[[], datetime] = lambda: NOON,
    **options: Any,
) -> AsyncIterator[Stage]:
    """The chat on a free port over this database, until the block ends."""
    given = Options.model_validate({"port": port, **options})
    reports: list[tuple[bool, str]] = []
    router = Router(storage, CAMPAIGN, now)
    async with open_server(given.host, given.port) as server, aiohttp.ClientSession() as session:
        host = Host(
            storage, CAMPAIGN, router.menu, router.suggest, server,
            report=lambda _, ok, why: reports.append((ok, why)),
        )  # fmt: skip
        web = Web(given, host, now)
        router.kept = {web.name: tuple(web.kept)}
        ready = asyncio.Event()
        running = asyncio.create_task(web.run(answer or router.answer, ready.set))
        await asyncio.wait_for(ready.wait(), 10)
        await asyncio.wait_for(server.open.wait(), 10)
        url = f"http://127.0.0.1:{server.port}"
        stage = Stage(storage, server, web, url, session, reports)
        try:
            yield stage
        finally:
            for browser in stage.browsers:
                await browser.close()
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


@asynccontextmanager
async def opened(folder: Path, **options: Any) -> AsyncIterator[Stage]:
    """The chat over the database of this folder; filled, where it is a new one."""
    async with open_storage(folder / "herald.db", Seal(SECRET)) as storage:
        if not await storage.releases.count():
            await built(storage, NOON)
        async with at_work(storage, **options) as stage:
            yield stage
