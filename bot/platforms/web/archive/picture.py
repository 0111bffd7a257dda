"""The lead pictures of releases, through Herald: a reader's browser asks no other host."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from weakref import WeakValueDictionary

from aiohttp import web

from bot.chat import Pictures
from bot.i18n import Texts
from bot.platforms.web.archive.place import digest, unchanged
from bot.platforms.web.archive.shelf import Shelf
from bot.platforms.web.guards import Guards
from storage.model import Attachment, Release

SECONDS = 86_400  # how long a browser may keep one
AT_ONCE, LATE_SECONDS = 4, 10.0
AGAIN_SECONDS = 10

# What we keep of them ourselves: so many bytes, so long, and that there is none for less long.
ROOM = 16_000_000
FRESH_SECONDS, NONE_SECONDS = 3600.0, 60.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What there was at an address, and until when that counts (the loop's clock)."""

    picture: Attachment | None
    until: float


class LeadPictures:
    """A crowd of readers shall not weigh on the campaign's site: each picture is fetched once, few
    side by side, and not too many for one network.
    """

    def __init__(self, pictures: Pictures, guards: Guards) -> None:
        self._pictures = pictures
        self._guards = guards
        self._shelf: Shelf[Fetched] = Shelf(ROOM)
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._fetching = asyncio.Semaphore(AT_ONCE)

    async def answer(self, request: web.Request, release: Release | None, t: Texts) -> web.Response:
        """The picture of this release; 404 where there is none. Raises Refusal."""
        if release is None or release.withdrawn or not release.picture:
            return web.Response(status=404)
        try:
            found = await self._found(release.picture, request, t)
        except TimeoutError:
            return web.Response(status=503, headers={"Retry-After": str(AGAIN_SECONDS)})
        if found is None:
            return web.Response(status=404)
        tag = digest(found.data)
        headers = {"Cache-Control": f"public, max-age={SECONDS}", "ETag": f'"{tag}"'}
        if unchanged(request, tag):
            return web.Response(status=304, headers=headers)
        return web.Response(body=found.data, content_type=found.media_type, headers=headers)

    async def _found(self, url: str, request: web.Request, t: Texts) -> Attachment | None:
        if (known := self._known(url)) is not None:
            return known.picture
        asking = self._asking.get(url)
        if asking is None:  # what others wait for already costs nothing more
            self._guards.picture(request, t)
            asking = self._asking[url] = asyncio.Lock()
        async with asyncio.timeout(LATE_SECONDS), asking:
            fetched = self._known(url) or await self._fetched(url)
            return fetched.picture

    async def _fetched(self, url: str) -> Fetched:
        async with self._fetching:
            found = await self._pictures(url)
        seconds = NONE_SECONDS if found is None else FRESH_SECONDS
        fetched = Fetched(found, asyncio.get_running_loop().time() + seconds)
        self._shelf.put(url, fetched, len(found.data) if found else 0)
        return fetched

    def _known(self, url: str) -> Fetched | None:
        known = self._shelf.get(url)
        return known if known and asyncio.get_running_loop().time() < known.until else None
