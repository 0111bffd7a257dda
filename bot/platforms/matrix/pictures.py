"""Pictures on their way to Matrix: uploaded once, and once more encrypted where rooms are so."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict

import structlog
from nio.crypto import encrypt_attachment

from bot.platforms.matrix.errors import asks_for_a_pause, stopped
from bot.platforms.matrix.wire import Broken, Json, NoAnswer, Refusal, Wire, at
from storage.model import Attachment

log = structlog.get_logger(__name__)

REMEMBERED = 4  # pictures; a push has one
TRIES = 3  # of an upload that comes to no answer; what is to be read must not wait for more
ENCRYPTED_TYPE = "application/octet-stream"
MEDIA = "/_matrix/client/v1/media"

Known = tuple[bytes, bool]  # a picture, and whether it is the encrypted one


class Pictures:
    """Gives the content of the event that shows a picture."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        # Bytes know their hash once it was asked for: looking a picture up costs nothing.
        self._known: OrderedDict[Known, Json | None] = OrderedDict()
        self._failed: Counter[Known] = Counter()
        self._most: int | None = None
        self._uploading = asyncio.Lock()

    async def content(self, picture: Attachment, *, encrypted: bool) -> Json | None:
        """None where the homeserver does not take it. Raises WireErrors: then it may yet."""
        key = picture.data, encrypted
        async with self._uploading:  # whoever sends the same waits for the one upload
            if key not in self._known:
                self._known[key] = await self._tried(picture, key)
                self._failed.clear()
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return self._known.get(key)

    async def _tried(self, picture: Attachment, key: Known) -> Json | None:
        try:
            if len(picture.data) <= await self._largest():
                return await self._uploaded(picture, encrypted=key[1])
            log.info("A picture is too large for the homeserver; the text goes alone.")
        except Refusal as error:
            if asks_for_a_pause(error) is not None or stopped(error) is not None:
                raise
            log.info("The homeserver does not take a picture.", code=error.code)
        except (NoAnswer, Broken):
            self._failed[key] += 1
            if self._failed[key] < TRIES:
                raise
            log.info("A picture could not be uploaded; the text goes alone.")
        return None

    async def _uploaded(self, picture: Attachment, *, encrypted: bool) -> Json:
        info = {"mimetype": picture.media_type, "size": len(picture.data)}
        content: Json = {"msgtype": "m.image", "body": picture.name, "info": info}
        if not encrypted:
            return content | {"url": await self._wire.upload(picture.data, picture.media_type)}
        data, keys = await asyncio.to_thread(encrypt_attachment, picture.data)
        return content | {"file": {**keys, "url": await self._wire.upload(data, ENCRYPTED_TYPE)}}

    async def _largest(self) -> int:
        """Asked before: a homeserver may hang up on who sends more, without a word."""
        if self._most is None:
            try:
                said = await self._wire.ask("GET", at("config", api=MEDIA))
            except Refusal as error:  # before version 1.11 of the specification
                if stopped(error) is not None:
                    raise
                said = {}
            size = said.get("m.upload.size")
            self._most = size if isinstance(size, int) else 1 << 40
        return self._most
