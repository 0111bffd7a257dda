"""The chats that the settings name: subscribed as soon as they can be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.waiting import rung
from storage import DatabaseError
from storage.model import Address
from storage.subscribers import Subscribers

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 30.0, 1800.0


class MissingError(Exception):
    """What keeps a chat from getting releases, in words of ours."""


class NamedChats:
    """Sees to it that these chats are subscribed. `again` asks to look at once.

    `what` they are called in the log, "A room" say. `find` looks one up by its name in the
    settings; it raises MissingError.
    """

    def __init__(
        self, what: str, names: Sequence[str], find: Callable[[str], Awaitable[Address]],
        subscribers: Subscribers, language: str,
    ) -> None:  # fmt: skip
        self.again = asyncio.Event()
        self._what = what
        self._find = find
        self._subscribers = subscribers
        self._language = language
        self._left = dict(enumerate(names, start=1))
        self._said: dict[int, str] = {}

    async def run(self) -> None:
        """Until all of them are. What is missing is said once in the log, by place in the list."""
        pause = FIRST_PAUSE
        while self._left:
            self.again.clear()
            for place, name in list(self._left.items()):
                missing = await self._missing(name)
                if not missing:
                    del self._left[place]
                elif missing != self._said.get(place):
                    self._said[place] = missing
                    log.warning(
                        f"{self._what} of the settings cannot get releases yet; I will try again.",
                        place=place, missing=missing,
                    )  # fmt: skip
            if self._left:
                await rung(self.again, pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _missing(self, name: str) -> str:
        """Subscribe it; what keeps it from that, "" for nothing."""
        try:
            where = await self._find(name)
            if await self._subscribers.find(where) is None:
                await self._subscribers.choose(where, language=self._language)
            await self._subscribers.subscribe(where)
        except (MissingError, DatabaseError) as error:
            return str(error)
        return ""
