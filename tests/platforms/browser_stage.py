"""The web chat as visitors see it: Herald at work in this process, and pages that note all harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request, expect

from bot.app import App, Wishes
from bot.chat import Platform
from bot.platforms.web import Options, connect
from bot.server import open_server
from storage import Storage, open_storage
from storage.model import Address, Archive, Fate
from storage.seal import Seal
from tests.commands.house import CAMPAIGN, built, draft
from tests.conftest import SECRET

expect.set_options(timeout=20_000)  # milliseconds; a busy machine is slow

ARCHIVE = Archive("lind", "https://lind.example/")

# What chromium says itself of an answer that is an error, or of none at all.
NOT_LOADED = "Failed to load resource"


@dataclass
class Herald:
    """Herald over one database and at one port, as often as it is started."""

    folder: Path
    port: int = 0
    options: Options = field(default_factory=Options)
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)
    web: Platform | None = None
    _app: App | None = None
    _work: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def storage(self) -> AsyncIterator[Storage]:
        """The database: the running Herald's own, or opened for the block."""
        if self._app is not None:
            yield self._app.storage
            return
        async with open_storage(self.folder / "herald.db", Seal(SECRET)) as opened:
            yield opened

    async def start(self) -> None:
        """With the releases of the house, where there are none yet; returns when it is open."""
        storage = await self._running.enter_async_context(
            open_storage(self.folder / "herald.db", Seal(SECRET))
        )
        if not await storage.releases.count():
            await built(storage, datetime.now(UTC))
        server = await self._running.enter_async_context(open_server("127.0.0.1", self.port))
        self._app = App(storage, Wishes((), CAMPAIGN))
        self.web = await connect(self.options, self._app.host(server))
        self._work = asyncio.create_task(self._app.run([self.web]))
        opening = asyncio.create_task(server.open.wait())
        await asyncio.wait((self._work, opening), return_when=asyncio.FIRST_COMPLETED, timeout=20)
        assert opening.done(), "Herald did not start"
        self.port = server.port

    async def stop(self) -> None:
        """In order, as on SIGTERM."""
        if self._app is not None and self._work is not None:
            self._app.stopping.set()
            async with asyncio.timeout(20):
                await self._work
        await self._running.aclose()
        self._app = self._work = None

    async def publish(self, number: int, title: str, body: str = "It is out.") -> None:
        """A new release: kept, and owed to whoever is subscribed."""
        today = datetime.now(UTC)
        kept = draft(number, today.date().isoformat(), title, body)
        async with self.storage() as storage:
            await storage.keep(ARCHIVE, [(kept, Fate.ANNOUNCE)], today)
        if self._app is not None:
            self._app.news.set()


@asynccontextmanager
async def herald_in(folder: Path, **options: Any) -> AsyncIterator[Herald]:
    """Herald at work while the block lasts; it may be stopped and started in there."""
    herald = Herald(folder, options=Options.model_validate(options))
    try:
        await herald.start()
        yield herald
    finally:
        await herald.stop()


@dataclass
class Visitor:
    """Somebody at a page of the chat. `harm` is what no page of ours may bring about."""

    page: Page
    harm: list[str] = field(default_factory=list)

    @property
    def box(self) -> Locator:
        return self.page.locator("#box")

    @property
    def messages(self) -> Locator:
        """All that is said, in order."""
        return self.page.locator("#log article")

    @property
    def last(self) -> Locator:
        return self.messages.last

    async def say(self, words: str) -> None:
        """Type and send; returns when it is answered."""
        count = await self.messages.count()
        await self.box.fill(words)
        await self.box.press("Enter")
        await expect(self.messages).to_have_count(count + 2)

    async def press(self, name: str, within: Locator | None = None) -> None:
        """A choice of the last message, or of another."""
        message = self.last if within is None else within
        await message.get_by_role("button", name=name, exact=True).click()

    async def subscribe(self) -> None:
        """With the welcome's button; returns when the page listens for what comes."""
        # Not the one that told a page without a cookie, a moment ago, that nothing waits for it.
        async with self.page.expect_response(
            lambda told: "/chat/events" in told.url and told.status == 200
        ):
            await self.press("🔔 Subscribe", self.messages.first)
            await expect(self.last).to_contain_text("You are subscribed.")

    async def cookies(self) -> list[str]:
        return [cookie["name"] for cookie in await self.page.context.cookies()]

    async def address(self, storage: Storage) -> Address:
        """Who this browser is to Herald."""
        [cookie] = await self.page.context.cookies()
        found = storage.mailboxes.opened(cookie["value"].partition(".")[0], "web")
        assert found is not None
        return found

    async def sideways(self) -> int:
        """By how many pixels the page or the conversation is wider than its window."""
        return int(await self.page.evaluate(
            "() => Math.max(...[document.documentElement, document.getElementById('view')]"
            ".map(e => e.scrollWidth - e.clientWidth))"
        ))  # fmt: skip

    async def violations(self) -> list[str]:
        """What axe finds wrong, and where."""
        found = (await Axe().run(self.page)).response["violations"]
        return [f"{v['id']}: {node['html']}" for v in found for node in v["nodes"]]


@asynccontextmanager
async def visiting(
    browser: Browser,
    herald: Herald,
    path: str = "/",
    *,
    width: int = 1280,
    height: int = 800,
    scheme: Literal["light", "dark"] = "light",
    away: bool = False,
    **more: Any,
) -> AsyncIterator[Visitor]:
    """Somebody new, greeted already. At the end nothing may have gone wrong in the page: no error,
    no breach of its policy, nothing asked of another host. `away`: Herald may be, meanwhile.
    """
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, **more
    )
    visitor = await visit(await context.new_page(), herald, path, away=away)
    try:
        yield visitor
    finally:
        await context.close()
    assert [] == visitor.harm


async def visit(page: Page, herald: Herald, path: str = "/", *, away: bool = False) -> Visitor:
    """The chat in this tab."""
    visitor = Visitor(page)
    ignored = (NOT_LOADED,) if away else ()

    def heard(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not said.text.startswith(ignored):
            visitor.harm.append(said.text)

    def asked(request: Request) -> None:
        if not request.url.startswith((herald.url, "data:")):
            visitor.harm.append(f"asked {request.url}")

    page.on("console", heard)
    page.on("pageerror", lambda error: visitor.harm.append(str(error)))
    page.on("request", asked)
    await page.goto(herald.url + path)
    await expect(visitor.messages.first.get_by_role("button").first).to_be_visible()
    return visitor
