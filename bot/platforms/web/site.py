"""What stands at which address, and what goes with every answer: headers that keep readers safe."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from aiohttp import web

from bot.i18n import Texts, texts
from bot.platforms.web.archive import ArchivePages
from bot.platforms.web.archive.asked import language as language_of
from bot.platforms.web.embed import embed
from bot.platforms.web.files import Files, pack
from bot.platforms.web.front import Front
from bot.platforms.web.guards import Refusal
from bot.platforms.web.talk import Talk
from bot.platforms.web.visitors import Visitors
from config.settings import WebSettings
from storage import DatabaseError

log = structlog.get_logger(__name__)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
SAFE = {
    "Server": "Herald",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]
GET, POST = ("GET", "HEAD"), ("POST",)

LARGE = 100_000  # bytes, which are packed in 10 ms


class Site:
    """All addresses of the web port that are not others'."""

    def __init__(
        self, options: WebSettings, language: str, files: Files, visitors: Visitors,
        front: Front, talk: Talk, archive: ArchivePages,
    ) -> None:  # fmt: skip
        self._options = options
        self._language = language
        self._files = files
        self._visitors = visitors
        self._talk = talk
        self._archive = archive
        self._places: dict[str, tuple[tuple[str, ...], Answers]] = {
            "/": (GET, front.answer),
            "/chat/welcome": (GET, talk.welcome),
            "/chat/say": (POST, talk.say),
            "/chat/leave": (POST, talk.leave),
            "/chat/events": (("GET",), self._events),
            "/embed.js": (GET, partial(embed, frames=_frames(options))),
            "/releases": (GET, archive.releases),
            "/releases/": (GET, archive.releases),
            "/feed.xml": (GET, archive.feed),
        }

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Whatever is asked: an answer, or one sentence that says why there is none."""
        try:
            response = await self._answered(request)
        except Refusal as refusal:
            response = _refused(refusal.status, refusal.said)
        except DatabaseError as error:
            log.warning("A page cannot be shown.", reason=str(error))
            t = self._texts(request)
            said = t("I cannot look into my archive just now. Please try again in a moment.")
            response = _refused(503, said)
        except web.HTTPException as error:
            response = web.Response(status=error.status)
        except Exception:  # the one apology; cancelling is no Exception
            log.error("A page failed.", exc_info=True)
            t = self._texts(request)
            said = t("I am sorry, that went wrong on my side. Please try again in a moment.")
            response = _refused(500, said)
        if not response.prepared:
            self._finish(request, response)
            if isinstance(response, web.Response):
                await _packed(request, response)
        return response

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        if "Host" not in request.headers:
            return web.Response(status=400)  # RFC 9112, 3.2; the library would look a name up
        methods, answers = self._place(request)
        if request.method not in methods:
            return web.Response(status=405, headers={"Allow": ", ".join(methods)})
        return await answers(request)

    def _place(self, request: web.Request) -> tuple[tuple[str, ...], Answers]:
        """What stands at this address, and what it may be asked."""
        if found := self._places.get(request.path):
            return found
        match request.path.split("/")[1:]:
            case ["static", name]:
                return GET, partial(self._file, name=name)
            case ["chat", "picture", number]:
                return GET, partial(self._talk.picture, number=number)
            case ["releases", number]:
                return GET, partial(self._archive.release, number=number)
            case ["releases", number, "picture"]:
                return GET, partial(self._archive.picture, number=number)
        return GET, self._nothing

    async def _file(self, request: web.Request, name: str) -> web.StreamResponse:
        return self._files.answer(request, name)

    async def _nothing(self, request: web.Request) -> web.StreamResponse:
        return self._archive.nothing_here(request)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",  # nginx would hold the events back
        })  # fmt: skip
        self._finish(request, response)
        return await self._talk.events(request, response, self._files.version)

    def _finish(self, request: web.Request, response: web.StreamResponse) -> None:
        for name, value in SAFE.items():
            response.headers.setdefault(name, value)
        ancestors = "'none'"
        if request.path == "/" and self._visitors.framed(request):
            ancestors = " ".join(self._options.frames)
        else:
            response.headers["X-Frame-Options"] = "DENY"  # for browsers that know no better
        response.headers["Content-Security-Policy"] = _POLICY + ancestors

    def _texts(self, request: web.Request) -> Texts:
        accepted = request.headers.get("Accept-Language", "")
        return texts(language_of("", accepted, self._language))


def _frames(options: WebSettings) -> tuple[str, ...]:
    """The sites that may show the chat in a frame: a cookie in a frame needs https."""
    return options.frames if options.public_url.startswith("https://") else ()


async def _packed(request: web.Request, response: web.Response) -> None:
    """Packing much takes longer than the loop may be held."""
    if isinstance(response.body, bytes) and len(response.body) > LARGE:
        await asyncio.to_thread(pack, request, response)
    else:
        pack(request, response)


def _refused(status: int, said: str) -> web.Response:
    body = json.dumps({"error": said}, ensure_ascii=False).encode()
    return web.Response(status=status, body=body, content_type="application/json", charset="utf-8")
