"""A site that replays captured answers of a real WordPress, each to the request it was made by."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from aiohttp import web
from multidict import CIMultiDict

from tests.fakes.asked import Asked, Log
from tests.fakes.loopback import Loopback

FEED = "/category/press-releases/feed/"
ARCHIVE = "/category/press-releases/"
POSTS = "/wp-json/wp/v2/posts"
HOP_BY_HOP = ("Transfer-Encoding", "Connection", "Date", "Content-Length", "Content-Encoding")
# Of what the captures say of themselves only the identifiers keep the host they were made on:
# "another Host: links take the new host, guid stays the old one" (WordPress with a fixed guid).
CAPTURED = re.compile(r'(<guid[^>]*>|<id>|"guid":\{"rendered":")?http:(\\?/\\?/)127\.0\.0\.1:841\d')
State = Literal["usual", "excerpts", "maintenance"]


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer as it was: status, headers in their order, and the body uncompressed."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def read_capture(folder: Path, name: str) -> Capture:
    """Read NAME.headers and NAME.body; a capture without a body is a 304."""
    status, *lines = (folder / f"{name}.headers").read_text("utf-8").splitlines()
    pairs = [line.partition(": ") for line in lines if line]
    body = folder / f"{name}.body"
    return Capture(
        status=int(status.split()[1]),
        headers=tuple((key, value) for key, _, value in pairs),
        body=body.read_bytes() if body.is_file() else b"",
    )


class Replay(Loopback):
    """The captures of `folder` as a site; what was not captured is a 404 that says so.

    `state` is "usual", "excerpts" (the feed after that setting was switched on) or "maintenance".
    """

    def __init__(self, folder: Path, *, port: int = 0, state: State = "usual") -> None:
        super().__init__(port)
        self.folder = folder
        self.state: State = state
        self.log = Log()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def requests(self) -> list[Asked]:
        """All requests so far."""
        return self.log.requests

    async def wait_for_request(
        self, wanted: int | Callable[[Asked], bool], timeout: float = 5, since: int = 0
    ) -> Asked:
        """As `LivingWordPress.wait_for_request`."""
        return await self.log.wait_for(wanted, timeout, since)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer with the capture that was made by such a request."""
        asked = self.log.arrived(request)
        name = self._name(request)
        response = self._drawn(request, name) if name else _not_captured(request)
        self.log.answered(asked, response.status)
        return response

    def _name(self, request: web.Request) -> str:
        if self.state == "maintenance":
            return "maintenance-503"
        path, query = request.path, request.query
        if path == FEED:
            return self._feed_name(request)
        if path == POSTS:
            return _posts_name(dict(query))
        if re.fullmatch(rf"{ARCHIVE}(page/\d+/)?", path):
            page = int(path.rstrip("/").rpartition("/")[2]) if "/page/" in path else 1
            return f"archive-page{page}" if page <= 3 else "archive-page-past-the-end"
        if path.endswith("/feed/") and "withoutcomments" in query:
            return "feed-one-post"
        fixed = {
            f"{FEED}atom/": "feed-atom-page1",
            "/page/2/feed/": "feed-comments-on-trap",
            "/wp-json/wp/v2/categories": "rest-categories",
        }
        unknown = "feed-unknown-category" if re.fullmatch("/category/[^/]+/feed/", path) else ""
        return fixed.get(path, unknown)

    def _feed_name(self, request: web.Request) -> str:
        page = int(request.query.get("paged", "1"))
        if page > 1:
            return f"feed-rss-page{page}" if page <= 4 else "feed-past-the-end"
        if self.state == "excerpts":
            return "feed-rss-excerpts"
        known = read_capture(self.folder, "conditional-ims-only")
        since, tag = (
            request.headers.get(f"If-{name}") for name in ("Modified-Since", "None-Match")
        )
        if since is None or since != dict(known.headers)["Last-Modified"]:
            return "feed-rss-page1"
        return "conditional-ims-only" if tag is None else "conditional-both-validators"

    def _drawn(self, request: web.Request, name: str) -> web.Response:
        capture = read_capture(self.folder, name)
        headers = CIMultiDict(
            (key, self._here(value)) for key, value in capture.headers if key not in HOP_BY_HOP
        )
        body = self._here(capture.body.decode("utf-8", "surrogateescape")).encode(
            "utf-8", "surrogateescape"
        )
        was_packed = dict(capture.headers).get("Content-Encoding") == "gzip"
        if was_packed and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, 5, mtime=0)
        elif "ETag" in headers:
            headers["ETag"] = headers["ETag"].removeprefix("W/").replace('-gzip"', '"')
        return web.Response(status=capture.status, headers=headers, body=body)

    def _here(self, text: str) -> str:
        """Text whose links lead to this site instead of the one that was captured."""
        host = self.url.removeprefix("http://")

        def moved(found: re.Match[str]) -> str:
            return found[0] if found[1] else f"http:{found[2]}{host}"

        return CAPTURED.sub(moved, text)


def _posts_name(query: dict[str, str]) -> str:
    page = int(query.get("page", "1"))
    if "title" not in query.get("_fields", "title"):  # the texts were not asked for
        return "rest-posts-index" if page == 1 else "rest-posts-past-the-end"
    return f"rest-posts-page{page}" if page <= 2 else "rest-posts-past-the-end"


def _not_captured(request: web.Request) -> web.Response:
    return web.Response(status=404, text=f"Nothing was captured for {request.path}\n")
