"""The page of the chat: the same for everybody who reads the same language, and no cookie."""

from __future__ import annotations

from aiohttp import web
from jinja2 import Environment

from bot.chat import Host
from bot.i18n import LANGUAGES, code, texts
from bot.platforms.web.archive.asked import language as language_of
from bot.platforms.web.files import File, made, sent
from bot.platforms.web.visitors import Visitors
from config.settings import WebSettings
from storage import DatabaseError

OWN = "private, no-cache"  # it is in the language that its reader chose
# The button of a site brings the window to the front that it opened before, and a window is found
# only while nothing cuts its tie to the site (HTML, 7.1.3). The site can close it, or lead it
# elsewhere; what is in it, it cannot see.
TIED = "unsafe-none"


class Front:
    """Draws the page, once for each language."""

    def __init__(
        self, host: Host, options: WebSettings, visitors: Visitors, templates: Environment,
        version: str,
    ) -> None:  # fmt: skip
        self._host = host
        self._options = options
        self._visitors = visitors
        self._templates = templates
        self._version = version
        self._pages: dict[tuple[str, str], File] = {}

    async def answer(self, request: web.Request) -> web.Response:
        """The page, in the language that its reader chose, named in the address, or prefers."""
        language = await self._language(request)
        way = self._way(request)
        answer = sent(request, self._page(language, way), OWN)
        answer.headers.add("Vary", "Accept-Language, Cookie")
        if way == "window":
            answer.headers["Cross-Origin-Opener-Policy"] = TIED
        return answer

    def _way(self, request: web.Request) -> str:
        """How a site shows the chat: in a `frame`, in its button's `window`; "" where none does."""
        if self._visitors.framed(request):
            return "frame"
        return "window" if request.query.get("window") == "1" else ""

    async def _language(self, request: web.Request) -> str:
        address = self._visitors.arrival(request).address
        if address is not None:
            try:
                known = await self._host.storage.subscribers.find(address)
            except DatabaseError:
                known = None  # the page can be read without; what is asked there will say it
            if known is not None and known.language:
                return code(known.language)
        named = request.query.get("lang", "").lower().partition("-")[0]  # a page says "ru-RU"
        if named in LANGUAGES:
            return named
        accepted = request.headers.get("Accept-Language", "")
        return language_of("", accepted, self._host.campaign.language)

    def _page(self, language: str, way: str) -> File:
        page = self._pages.get((language, way))
        if page is None:
            body = self._drawn(language, way)
            page = self._pages[language, way] = made("text/html; charset=utf-8", body)
        return page

    def _drawn(self, language: str, way: str) -> bytes:
        campaign = self._host.campaign
        html = self._templates.get_template("chat.html").render(
            t=texts(language),
            language=language,
            languages=LANGUAGES,
            campaign=campaign,
            website=campaign.contact.get("website", ""),
            public_url=self._options.public_url,
            menu=self._host.menu(language, False),
            version=self._version,
            way=way,
        )
        return html.encode("utf-8", "replace")
