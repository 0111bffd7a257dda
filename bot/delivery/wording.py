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
        release = await self._shown(announcement.release)
        if release and (release != words.made_of or _pictureless(words.message, release)):
            picture = await self._picture(release, language)
            # As it reads by now: the picture may have taken long.
            release = await self._shown(announcement.release)
            if release is not None:
                most = self._most(announcement, release, language, picture)
                message = present.announcement(release, language, most)
                words.message, words.made_of = replace(message, picture=picture), release
        if release is None:
            words.message = words.made_of = None

    async def _shown(self, number: int) -> Release | None:
        release = await self._storage.releases.get(number)
        return release if release is not None and not release.withdrawn else None

    async def _statement(self, announcement: Announcement, language: str) -> Message | None:
        statement = await self._storage.statements.of(announcement.id)
        return None if statement is None else present.statement(statement, language)

    def _most(
        self, announcement: Announcement, release: Release, language: str,
        picture: Attachment | None,
    ) -> int:  # fmt: skip
        """How long it may be, in UTF-16 units. What corrects a copy has room under a picture: the
        copy may have one. Where the title alone is too long for that, such a copy stays as it is.
        """
        corrects = announcement.kind == "correction" and self._captioned(release, language)
        return self._limits.caption if picture is not None or corrects else present.MESSAGE

    async def _picture(self, release: Release, language: str) -> Attachment | None:
        """Its lead picture, where the platform shows one and the whole title fits under it."""
        if not release.picture or not self._captioned(release, language):
            return None
        return await self._pictures(release.picture)

    def _captioned(self, release: Release, language: str) -> bool:
        head = present.headline(release, language).text
        return self._limits.length(head) <= self._limits.caption


def _pictureless(message: Message | None, release: Release) -> bool:
    """Whether its picture could not be had when this was made."""
    return bool(release.picture) and (message is None or message.picture is None)
