"""The lead pictures of releases: fetched when a release is told, and kept for a moment."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

import structlog

from bot.archive.fetch import Fetcher, FetchError
from storage.model import Attachment

log = structlog.get_logger()

KEPT = 4  # pictures in memory, at most as large as the Fetcher takes in: ten megabytes each
# A release does not wait longer for its picture: people wait for the release.
SECONDS = 3.0
FRESH_SECONDS, AGAIN_SECONDS = 600.0, 60.0


@dataclass(slots=True)
class _Picture:
    """One address: what is there, until when that counts (the loop's clock), who asks now."""

    found: Attachment | None = None
    until: float = 0.0
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pictures:
    """Pictures by their address. A push asks for the same one many times: it is fetched once."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._pictures: OrderedDict[str, _Picture] = OrderedDict()

    async def load(self, url: str) -> Attachment | None:
        """The picture at this address; None for what is none, too large, too slow or not there."""
        picture = self._pictures.setdefault(url, _Picture())
        self._pictures.move_to_end(url)
        while len(self._pictures) > KEPT:
            self._pictures.popitem(last=False)
        clock = asyncio.get_running_loop().time
        async with picture.asking:
            if clock() >= picture.until:
                picture.found = await self._fetched(url)
                picture.until = clock() + (FRESH_SECONDS if picture.found else AGAIN_SECONDS)
            return picture.found

    async def _fetched(self, url: str) -> Attachment | None:
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self._fetcher.get(url)
        except TimeoutError:
            log.debug("A lead picture took too long.")
            return None
        except FetchError as error:
            log.debug("A lead picture could not be had.", reason=str(error))
            return None
        kind = kind_of(answer.body) if answer.status == 200 else None
        if kind is None:
            log.debug("There is no lead picture at its address.", status=answer.status)
            return None
        return Attachment(answer.body, f"image/{kind}", f"picture.{_ENDINGS.get(kind, kind)}")


_ENDINGS = {"jpeg": "jpg"}


def kind_of(data: bytes) -> str | None:
    """jpeg, png, gif or webp, by the first bytes (WHATWG, MIME Sniffing, 6.1); None for others."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data.startswith(b"RIFF") and data[8:14] == b"WEBPVP":
        return "webp"
    return None
