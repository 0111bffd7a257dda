"""What admins are told of one platform's deliveries: each trouble once, and its end."""

from __future__ import annotations

import structlog

from bot import present
from bot.delivery.admins import Admins, Lasts
from bot.delivery.breaker import Tripped
from bot.delivery.newest import Newest
from storage import Storage
from storage.model import Announcement

log = structlog.get_logger()


async def title_of(storage: Storage, announcement: Announcement) -> str:
    """A release's title, or the first line of a statement; "" for what has none."""
    release = announcement.release
    found = await storage.releases.get(release) if release is not None else None
    if found is not None:
        return found.title
    statement = await storage.statements.of(announcement.id)
    return statement.text.text.strip().partition("\n")[0] if statement is not None else ""


class Telling:
    """Returns at once: admins are told beside the work. `platform` is its name."""

    def __init__(self, admins: Admins, platform: str) -> None:
        self._admins = admins
        self._platform = platform
        self._doubtful: Newest[int] = Newest()

    def paused(self, announcement: int, title: str, tripped: Tripped, lasts: Lasts) -> None:
        """Too many are refused while this goes out: an admin may be one of them, so it is told
        again while it `lasts`.
        """
        self._admins.tell(
            lambda language: present.paused(
                self._platform, tripped.refused, tripped.of, announcement, title, language
            ),
            lasts,
        )

    def goes_on(self) -> None:
        """That is over."""
        self._admins.tell(lambda language: present.resumed(self._platform, language))

    def in_doubt(self, announcement: int) -> None:
        """A copy of this is given up without knowing whether it arrived."""
        if announcement in self._doubtful:
            return
        self._doubtful.add(announcement)
        log.error("Answers are lost again and again: copies are given up in doubt.")
        self._admins.tell(lambda language: present.doubtful(self._platform, language))

    def refused(self, title: str, reason: str, only: str) -> None:
        """Its content is not taken; with `only` what is written in that language is not."""
        self._admins.tell(
            lambda language: present.refused(title, self._platform, reason, language, only)
        )
