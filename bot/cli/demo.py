"""herald demo: everything with nothing configured: a sample archive, and a chat with it in the
terminal and in a browser.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from http import HTTPStatus
from importlib import resources
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from bot import logs
from bot.chat import Campaign, Message, Request
from bot.cli.opened import campaign_of, chosen, naming_of
from bot.platforms import web
from config import load_campaign
from storage import Storage, open_storage
from storage.model import Archive, Draft, Fate, RichText
from storage.seal import Seal

if TYPE_CHECKING:
    from bot.app import App
    from bot.demo.posts import Post
    from bot.demo.site import Site
    from bot.platforms.terminal import Terminal
    from bot.server import Server

FIRST_NEWS_SECONDS = 8.0
LAST_NEWS_SECONDS = 4.0
POLL_SECONDS = 1.0


def main() -> None:
    """Try it at once: nothing to set up, nothing left behind."""
    chosen()
    with tempfile.TemporaryDirectory(prefix="herald-demo-") as folder:
        asyncio.run(_demo(Path(folder)))


async def _demo(folder: Path) -> None:
    from bot.app import App, Wishes, clock
    from bot.demo.posts import sample, upcoming
    from bot.demo.site import Site
    from bot.platforms.terminal import Terminal
    from bot.server import open_server

    logs.configure("CRITICAL", "text", [])
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(Site(sample(clock())))
        file = load_campaign(_campaign_file())
        campaign = campaign_of(file)
        archive = Archive("demo", site.url, poll_seconds=POLL_SECONDS)
        storage = await stack.enter_async_context(
            open_storage(folder / "demo.db", Seal(secrets.token_bytes(32)), naming=naming_of(file))
        )
        await _bring_in(storage, archive)
        wishes = Wishes([archive], campaign, allow_private=True, unlimited=["terminal"])
        app = App(storage, wishes)
        app.stop_on_signals()
        port = await asyncio.to_thread(_free)
        server = await stack.enter_async_context(open_server(port.host, port.port))
        chat = f"http://{port.host}:{port.port}"
        terminal = Terminal(greeting=_greeting(campaign, site.url, chat))
        stage = Stage(app, terminal, site, upcoming(clock))
        app.answer = stage.answer
        terminal.ended = stage.close
        if terminal.interactive:
            await storage.subscribers.subscribe(terminal.address)
            news = asyncio.create_task(stage.publish_soon())
            stack.callback(news.cancel)
        else:
            telling = asyncio.create_task(_told(server, chat))
            stack.callback(telling.cancel)
        await app.run([terminal, await web.connect(port, app.host(server))])


async def _told(server: Server, chat: str) -> None:
    """Say where the chat is, once it is there."""
    await server.open.wait()
    print(f"The chat is open in a browser, too: {chat}\n", flush=True)


def _free() -> web.Options:
    """Where the chat is opened: at the usual port, or at another one if that is taken."""
    usual = web.Options()
    for port in (usual.port, 0):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                tried.bind((usual.host, port))
                return usual.model_copy(update={"port": tried.getsockname()[1]})
    return usual  # then it is said there that it cannot be opened


def _campaign_file() -> Path:
    return Path(str(resources.files("bot") / "demo" / "campaign.toml"))


async def _bring_in(storage: Storage, archive: Archive) -> None:
    """Read the whole sample archive, page by page, as if it had been known for long."""
    from bot.app import clock
    from bot.archive.fetch import open_fetcher
    from bot.archive.parse_process import read_apart

    drafts: list[Draft] = []
    async with open_fetcher("Herald/demo", allow_private=True) as fetcher:
        for page in count(1):
            answer = await fetcher.get(f"{archive.url}/feed/?paged={page}")
            if answer.status != HTTPStatus.OK:
                break
            drafts += (await read_apart(answer.body, archive, clock(), answer.url)).drafts
    drafts.sort(key=lambda draft: (draft.published, draft.published_at or clock()))
    await storage.keep(archive, [(draft, Fate.QUIET) for draft in drafts], clock())


def _greeting(campaign: Campaign, url: str, chat: str) -> str:
    return (
        f"This is Herald, with the sample archive of the {campaign.name}, served at {url}.\n\n"
        f"Open the chat in a browser: {chat} (all releases: {chat}/releases)\n\n"
        "Or stay here, where you are subscribed already: type /latest, any words to search for,"
        " /anniversary or /help, and choose a button by its number. In a few seconds a release is"
        " published; /publish publishes another one, and /admin lets you try being an admin."
        " Ctrl-D ends it, and nothing is left behind."
    )


class Stage:
    """What only the demo has: releases that are published while one looks, and a change of role."""

    def __init__(self, app: App, terminal: Terminal, site: Site, posts: Iterator[Post]) -> None:
        self._app = app
        self._answer = app.answer
        self._terminal = terminal
        self._site = site
        self._posts = posts
        self._published = 0

    async def answer(self, request: Request) -> Message | None:
        """Answer the demo's own commands here, and leave the others to the router."""
        match request.words.casefold():
            case "/publish":
                self.publish()
                return Message(RichText("Published. Subscribers get it within two seconds."))
            case "/admin" if request.address == self._terminal.address:
                self._terminal.admin = not self._terminal.admin
                return Message(RichText(_ROLE[self._terminal.admin]))
        return await self._answer(request)

    async def publish_soon(self) -> None:
        """Publish one release after a few seconds, as an archive does: unasked."""
        await asyncio.sleep(FIRST_NEWS_SECONDS)
        self.publish()

    def publish(self) -> None:
        self._site.publish(next(self._posts))
        self._published += 1

    async def close(self) -> None:
        """The input has ended, and so will the demo, once what was published has arrived."""
        if self._published and not self._terminal.interactive:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_NEWS_SECONDS):
                    while not await self._arrived():  # noqa: ASYNC110 - two other parts work at it
                        await asyncio.sleep(0.05)
        self._app.stopping.set()

    async def _arrived(self) -> bool:
        storage = self._app.storage
        known = await storage.releases.count() >= len(self._site.posts)
        announced = (await storage.outbox.totals()).sent >= self._published
        subscribed = bool(await storage.subscribers.counts())
        return known and (announced or not subscribed)


_ROLE = {
    True: "You are an admin now: /help has your commands too. /admin again to be one no more.",
    False: "You are a supporter again.",
}
