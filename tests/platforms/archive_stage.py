"""The archive's pages on a port of their own, asked as a browser or a news reader asks them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import jinja2
from aiohttp import web
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.chat import Campaign, Host, Pictures, Server, no_picture
from bot.platforms.web.archive import ArchivePages
from bot.platforms.web.embed import embed
from bot.platforms.web.guards import Guards
from config.settings import WebSettings
from storage import Storage
from storage.model import Draft, Fate, RichText
from tests.fakes.releases import ARCHIVE, draft

HOSTILE = "<script>alert(1)</script> & \"quoted\" 'words'"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CAMPAIGN = Campaign("The Lantern Campaign", {"website": "http://lanterns.test/"})
# Where the chat would be.
CHAT = "<!doctype html><html lang=en><title>The chat</title><main><h1>The chat</h1></main></html>"
STATIC = Path(__file__).parents[2] / "bot" / "platforms" / "web" / "static"
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'"

TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("bot.platforms.web"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Stage:
    """The pages, while they are up. `now` is the time they are told."""

    url: str = ""
    now: datetime = NOW

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> Answered:
        """Ask for a path as it stands there; the names of headers are written with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, self.url + path, headers=named, allow_redirects=False
            ) as answer,
        ):
            return Answered(answer.status, answer.headers, await answer.read())


@asynccontextmanager
async def archive(
    storage: Storage,
    *,
    options: WebSettings | None = None,
    campaign: Campaign = CAMPAIGN,
    pictures: Pictures = no_picture,
) -> AsyncIterator[Stage]:
    """The pages of this storage, behind the strictest policy that they can do with."""
    stage = Stage()
    options = options or WebSettings()
    host = Host(storage, campaign, _no_menu, _no_suggestions, _Unused(), pictures=pictures)
    pages = ArchivePages(host, options, TEMPLATES, Guards(options), lambda: stage.now)

    async def site(request: web.Request) -> web.StreamResponse:
        match request.path.split("/")[1:]:
            case [""]:
                return web.Response(text=CHAT, content_type="text/html")
            case ["releases"]:
                return await pages.releases(request)
            case ["releases", number]:
                return await pages.release(request, number)
            case ["releases", number, "picture"]:
                return await pages.picture(request, number)
            case ["feed.xml"]:
                return await pages.feed(request)
            case ["embed.js"]:
                return await embed(request, options.frames)
        return pages.nothing_here(request)

    app = web.Application()
    app.router.add_static("/static", STATIC)
    app.router.add_route("*", "/{path:.*}", site)
    app.on_response_prepare.append(_strict)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        stage.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield stage
    finally:
        await runner.cleanup()


async def keep(storage: Storage, *drafts: Draft) -> None:
    """Bring these in quietly, the first with the smallest number."""
    await storage.keep(ARCHIVE, [(one, Fate.QUIET) for one in drafts], NOW)


async def withdraw(storage: Storage, number: int) -> None:
    """Have the campaign take this release back."""
    async with storage.database.write() as tx:
        await tx.run("UPDATE releases SET withdrawn = 1 WHERE id = ?", (number,))


def rich(number: int, title: str, body: RichText, **other: object) -> Draft:
    """A draft whose text is formatted; `other` are fields of Draft."""
    return replace(draft(number, title, body.text), body=body, **other)  # type: ignore[arg-type]


def nodes(html: str, selector: str) -> list[LexborNode]:
    """The elements of a page that a selector finds."""
    return LexborHTMLParser(html).css(selector)


def words(html: str, selector: str) -> list[str]:
    """What stands in each of them, on one line."""
    return [" ".join(node.text().split()) for node in nodes(html, selector)]


def values(html: str, selector: str, name: str) -> list[str | None]:
    """An attribute of each of them; None where it has none."""
    return [node.attributes.get(name) for node in nodes(html, selector)]


class _Unused(Server):
    """The web port of a host that nobody connects to."""


def _no_menu(_language: str, _admin: bool) -> tuple[()]:
    return ()


async def _no_suggestions(_request: object, _skip: int) -> tuple[()]:
    return ()


async def _strict(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Content-Security-Policy"] = POLICY
