"""The lead pictures of releases, through Herald: a reader's browser asks no other host."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.chat import Pictures
from bot.platforms.web.archive.place import digest, unchanged
from storage.model import Release

SECONDS = 86_400  # how long a browser may keep one
AT_ONCE, LATE_SECONDS = 4, 10.0
AGAIN_SECONDS = 10


class LeadPictures:
    """Few are fetched side by side: a crowd of readers shall not weigh on the campaign's site."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._fetching = asyncio.Semaphore(AT_ONCE)

    async def answer(self, request: web.Request, release: Release | None) -> web.Response:
        """The picture of this release; 404 where there is none."""
        if release is None or release.withdrawn or not release.picture:
            return web.Response(status=404)
        try:
            async with asyncio.timeout(LATE_SECONDS), self._fetching:
                found = await self._pictures(release.picture)
        except TimeoutError:
            return web.Response(status=503, headers={"Retry-After": str(AGAIN_SECONDS)})
        if found is None:
            return web.Response(status=404)
        tag = digest(found.data)
        headers = {"Cache-Control": f"public, max-age={SECONDS}", "ETag": f'"{tag}"'}
        if unchanged(request, tag):
            return web.Response(status=304, headers=headers)
        return web.Response(body=found.data, content_type=found.media_type, headers=headers)
