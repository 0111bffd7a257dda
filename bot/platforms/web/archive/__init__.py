"""The archive, readable without JavaScript: lists, releases, their pictures, and a feed of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from jinja2 import Environment

from bot import chat
from bot.i18n import Texts, texts
from bot.platforms.web.archive import feed, queries
from bot.platforms.web.archive.asked import Asked, Unclear, asked, language, number_of, tongue
from bot.platforms.web.archive.lists import list_page
from bot.platforms.web.archive.pages import Way, notice, release_page
from bot.platforms.web.archive.picture import LeadPictures
from bot.platforms.web.archive.place import SECONDS, address, html_answer, kept, moved, path
from bot.platforms.web.archive.shelf import Drawn
from bot.platforms.web.archive.wording import Frame, frame_of
from bot.platforms.web.files import sent
from bot.platforms.web.guards import Guards, Refusal
from config.settings import WebSettings
from storage import DatabaseError

log = structlog.get_logger()

HTML = "text/html; charset=utf-8"

__all__ = ["ArchivePages"]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request, what it asks, and the frame of the page that will answer it."""

    request: web.Request
    ask: Asked
    frame: Frame
    t: Texts


Make = Callable[[Visit], Awaitable[web.Response]]


class ArchivePages:
    """The pages, each with its address; `now` is asked for the time (UTC).

    They answer GET and HEAD, and look at no cookie: whoever asks gets the same. They are drawn in
    threads, for the longest texts take longer than anybody else should wait.
    """

    def __init__(
        self,
        host: chat.Host,
        options: WebSettings,
        templates: Environment,
        guards: Guards,
        now: Callable[[], datetime],
    ) -> None:
        self._storage = host.storage
        self._campaign = host.campaign
        self._options = options
        self._templates = templates
        self._guards = guards
        # One at a time, so that never all who read the database are taken by searches of pages.
        self._searching = asyncio.Semaphore(1)
        self._pictures = LeadPictures(host.pictures, guards)
        self._drawn = Drawn()
        self._feed = feed.FeedPage(host.storage, self._drawn, now)

    async def releases(self, request: web.Request) -> web.Response:
        """`/releases`: a page of the list."""
        return await self._answer(request, self._list)

    async def release(self, request: web.Request, number: str) -> web.Response:
        """`/releases/12`: one release, whole; `r12` leads there."""
        if (bare := number_of(number[1:])) and number[0] in "rR":
            return moved(Asked(lang=tongue(request.query)).link(f"/releases/{bare}"))
        return await self._answer(request, partial(self._release, number_of(number)))

    async def picture(self, request: web.Request, number: str) -> web.Response:
        """`/releases/12/picture`: its lead picture."""
        return await self._answer(request, partial(self._picture, number_of(number)))

    async def feed(self, request: web.Request) -> web.Response:
        """`/feed.xml`: the newest releases for news readers."""
        return await self._answer(request, self._news)

    def nothing_here(self, request: web.Request) -> web.Response:
        """A page for an address at which there is nothing."""
        visit = self._visit(request)
        t = visit.t
        return self._notice(visit, 404, t("Not found"), t("There is nothing at this address."))

    async def _answer(self, request: web.Request, make: Make) -> web.Response:
        """What was asked for; where it cannot be had, a page that says why."""
        visit = self._visit(request)
        t = visit.t
        try:
            ask = asked(request.query)
            return await make(replace(visit, ask=ask, frame=self._frame(request, ask)))
        except Unclear:
            said = t("This address asks for something that cannot be understood.")
            return self._notice(visit, 400, t("Not understood"), said)
        except Refusal as refusal:
            return self._refused(visit, refusal)
        except DatabaseError as error:
            log.warning("A page of the archive cannot be shown.", reason=str(error))
            said = t("The archive cannot be read just now. Please try again in a minute.")
            return self._notice(visit, 503, t("One moment, please"), said)

    async def _list(self, visit: Visit) -> web.Response:
        ask, t = visit.ask, visit.t
        got = await self._listed(visit)
        if ask.page > got.pages:
            said = t.plural("The list has {n} page.", "The list has {n} pages.", got.pages)
            first = Way(t("The first page"), ask.link(page=1))
            return self._notice(visit, 404, t("There is no such page"), said, first)
        html = await asyncio.to_thread(list_page, self._templates, visit.frame, ask, got)
        if ask.words:  # what somebody looked for lies in no cache
            return html_answer(html, 200)
        if ask.year and not ask.of and not got.total:  # no such year at all
            return html_answer(html, 404)
        return kept(visit.request, html)

    async def _listed(self, visit: Visit) -> queries.Listed:
        if not visit.ask.words:
            return await queries.listed(self._storage, visit.ask)
        self._guards.search(visit.request, visit.t)
        async with self._searching:
            return await queries.listed(self._storage, visit.ask)

    async def _release(self, number: int | None, visit: Visit) -> web.Response:
        t, zone = visit.t, ZoneInfo(self._campaign.timezone)
        got = await queries.shown(self._storage, number, zone) if number else None
        if got is None:
            said = t("There is no release with this number.")
            return self._notice(visit, 404, t("Not found"), said)
        if got.release.withdrawn:
            said = t("The campaign has withdrawn this release.")
            return self._notice(visit, 410, t("Withdrawn"), said)
        return await self._page(visit, got)

    async def _page(self, visit: Visit, got: queries.Shown) -> web.Response:
        """The page of a release. What else the address asks is nothing to it: the page is drawn
        once for each language.
        """
        ask = Asked(lang=visit.ask.lang)
        frame = self._frame(visit.request, ask)
        # Words also change without a new revision, where a better source of them is found.
        key = (got.release.id, hash(got), frame.lang, ask.lang)
        draw = partial(release_page, self._templates, frame, ask, got)
        file = await self._drawn.file(key, HTML, lambda: draw().encode("utf-8", "replace"))
        answer = sent(visit.request, file, f"public, max-age={SECONDS}")
        answer.headers["Vary"] = "Accept-Language, Accept-Encoding"
        return answer

    async def _picture(self, number: int | None, visit: Visit) -> web.Response:
        release = await self._storage.releases.get(number) if number else None
        return await self._pictures.answer(visit.request, release, visit.t)

    async def _news(self, visit: Visit) -> web.Response:
        if not self._options.public_url:  # a feed has to say where it is
            self._guards.came_home(visit.request, visit.t)
        home = address(visit.request, self._options)
        head = feed.Head(visit.frame.site, home, visit.ask.of)
        return await self._feed.answer(visit.request, head)

    def _visit(self, request: web.Request) -> Visit:
        """A visit that asks for nothing but a language."""
        ask = Asked(lang=tongue(request.query))
        frame = self._frame(request, ask)
        return Visit(request, ask, frame, texts(frame.lang))

    def _frame(self, request: web.Request, ask: Asked) -> Frame:
        accepted = request.headers.get("Accept-Language", "")
        lang = language(ask.lang, accepted, self._campaign.language)
        return frame_of(self._campaign, self._options.public_url, lang, path(request), ask)

    def _refused(self, visit: Visit, refusal: Refusal) -> web.Response:
        t = visit.t
        if refusal.status != 429:
            return self._notice(visit, refusal.status, t("Not found"), refusal.said)
        answer = self._notice(visit, 429, t("One moment, please"), refusal.said)
        answer.headers["Retry-After"] = "60"  # seconds, as it says
        return answer

    def _notice(self, visit: Visit, status: int, title: str, said: str, *ways: Way) -> web.Response:
        return html_answer(notice(self._templates, visit.frame, title, said, ways), status)
