"""A plain reader of web sites, which shows an answer as it came over the wire."""

import gzip
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import feedparser

from bot.demo.site import Site
from tests.fakes.captures import Replay

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
FEED = "/category/press-releases/feed/"
POSTS = "/wp-json/wp/v2/posts"


@dataclass(frozen=True)
class Got:
    """An answer as it came over the wire, its body not unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def plain(self) -> bytes:
        """The body, unpacked."""
        packed = self.headers.get("Content-Encoding") == "gzip"
        return gzip.decompress(self.body) if packed else self.body

    @property
    def feed(self) -> Any:
        """The body as feedparser reads it; it must be well-formed."""
        parsed = feedparser.parse(io.BytesIO(self.plain))
        assert parsed.bozo is False
        assert parsed.version in ("rss20", "atom10")
        return parsed

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.plain)


class Reader:
    """Asks one site, without following redirects, and accepts gzip unless told otherwise."""

    def __init__(self, site: Site | Replay, session: aiohttp.ClientSession) -> None:
        self.site = site
        self.session = session

    async def get(self, target: str, **headers: str) -> Got:
        """Ask for `target`; header names are given with underscores."""
        asked = {"Accept-Encoding": "gzip"}
        asked |= {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.site.url + target
        async with self.session.get(url, headers=asked, allow_redirects=False) as answer:
            return Got(answer.status, answer.headers.copy(), await answer.read())

    async def do(self, name: str, **what: Any) -> Any:
        """Use the remote control."""
        async with self.session.post(f"{self.site.url}/control/{name}", json=what) as answer:
            return await answer.json()
