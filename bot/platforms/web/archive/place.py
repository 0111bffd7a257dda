"""Where these pages are, as the world sees them, and the answers they are sent in."""

from __future__ import annotations

import hashlib
import re

from aiohttp import ETag, web

from config.settings import WebSettings

SECONDS = 60  # how long a page may be kept before it is asked for again

_HOST = re.compile(r"(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PATH = re.compile(r"(?:/[A-Za-z0-9_.-]+)+")


def address(request: web.Request, options: WebSettings) -> str:
    """The address of the site, without a slash behind it: the operator's word, else the reader's.

    Only for what cannot do without: a reader may say anything. A Host that no host can have is not
    repeated.
    """
    if options.public_url:
        return options.public_url
    host = request.host if _HOST.fullmatch(request.host) else f"{options.host}:{options.port}"
    return f"{request.scheme}://{host}"


def path(request: web.Request) -> str:
    """The page's own path, as a link may have it; the list's for one that is none of ours.

    A link to `//elsewhere.example` would lead there.
    """
    return request.path if _PATH.fullmatch(request.path) else "/releases"


def digest(*parts: str | bytes) -> str:
    """A short name of a content: another content has another."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()[:24]


def unchanged(request: web.Request, tag: str) -> bool:
    """Whether the reader says to have the content of this name already (RFC 9110, 13.1.2)."""
    return any(known.value in (tag, "*") for known in request.if_none_match or ())


def html_answer(html: str, status: int) -> web.Response:
    """A page that no cache keeps. Half characters, which no encoding can write, are replaced."""
    body = html.encode("utf-8", "replace")
    return web.Response(
        status=status,
        body=body,
        content_type="text/html",
        charset="utf-8",
        headers={"Cache-Control": "no-store"},
    )


def kept(request: web.Request, html: str) -> web.Response:
    """A page that may be kept for a moment. Its tag is weak: who carries it may pack it."""
    tag = digest(html)
    answer = web.Response(status=304) if unchanged(request, tag) else html_answer(html, 200)
    answer.etag = ETag(tag, is_weak=True)
    answer.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    answer.headers["Vary"] = "Accept-Language"
    return answer


def moved(to: str) -> web.Response:
    """The page is always at another address of ours."""
    return web.Response(status=301, headers={"Location": to})
