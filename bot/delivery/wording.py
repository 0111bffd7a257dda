"""What an announcement says: the same Message for everybody who reads the same language."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from bot import present
from bot.chat import Limits, Message, Pictures, no_picture
from bot.waiting import loop_seconds
from storage import Storage
from storage.model import Announcement, Attachment, Release

# How long it counts as known: a release may be withdrawn or corrected meanwhile.
FRESH_SECONDS = 0.5
KEPT = 32  # messages


@dataclass(slots=True)
class _Words:
    """One message, of which release it was made, and until when that counts (the loop's time)."""

    message: Message | None = None
    made_of: Release | None = None
    until: float = 0.0
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Wording:
    """The messages of one platform. `pictures` gives what is at the address of a lead picture."""

    def __init__(self, storage: Storage, limits: Limits, pictures: Pictures = no_picture) -> None:
        self._storage = storage
        self._limits = limits
        self._pictures = pictures
        self._words: OrderedDict[tuple[int, str], _Words] = OrderedDict()

    async def message(self, announcement: Announcement, language: str) -> Message | None:
        """What is to be said; None if it was withdrawn meanwhile. Raises DatabaseError."""
        words = self._words.setdefault((announcement.id, language), _Words())
        if loop_seconds() < words.until:
            return words.message
        async with words.asking:
            if loop_seconds() >= words.until:
                await self._look(words, announcement, language)
                words.until = loop_seconds() + FRESH_SECONDS
        self._words.move_to_end((announcement.id, language))
        while len(self._words) > KEPT:
            self._words.popitem(last=False)
        return words.message

    async def _look(self, words: _Words, announcement: Announcement, language: str) -> None:
        if announcement.release is None:
            if words.message is None:
                words.message = await self._statement(announcement, language)
            return
        release = await self._storage.releases.get(announcement.release)
        if release is None or release.withdrawn:
            words.message = words.made_of = None
        elif release != words.made_of or _pictureless(words.message, release):
            words.message, words.made_of = await self._release(release, language), release

    async def _statement(self, announcement: Announcement, language: str) -> Message | None:
        statement = await self._storage.statements.of(announcement.id)
        return None if statement is None else present.statement(statement, language)

    async def _release(self, release: Release, language: str) -> Message:
        picture = await self._picture(release, language)
        if picture is None:
            return present.announcement(release, language)
        message = present.announcement(release, language, self._limits.caption)
        return replace(message, picture=picture)

    async def _picture(self, release: Release, language: str) -> Attachment | None:
        """Its lead picture, where the platform shows one and the whole title fits under it."""
        head = present.headline(release, language).text
        if not release.picture or self._limits.length(head) > self._limits.caption:
            return None
        return await self._pictures(release.picture)


def _pictureless(message: Message | None, release: Release) -> bool:
    """Whether its picture could not be had when this was made."""
    return bool(release.picture) and (message is None or message.picture is None)
