"""The rooms that the settings name: joined, and subscribed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from bot.platforms.matrix.errors import NAME
from bot.platforms.matrix.events import MESSAGE
from bot.platforms.matrix.moves import Moves
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.wire import WireError
from bot.waiting import rung
from storage import DatabaseError
from storage.model import Address
from storage.subscribers import Subscribers

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 30.0, 1800.0
LOOK_SECONDS = 120.0


class Standing:
    """Sees to it that these rooms are subscribed. `again` asks to look at once."""

    def __init__(
        self, moves: Moves, rooms: Rooms, subscribers: Subscribers, names: Sequence[str],
        us: str, language: str,
    ) -> None:  # fmt: skip
        self.again = asyncio.Event()
        self._moves = moves
        self._rooms = rooms
        self._subscribers = subscribers
        self._us = us
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
                        "A room of the settings cannot get releases yet; I will try again.",
                        place=place, missing=missing,
                    )  # fmt: skip
            if self._left:
                await rung(self.again, pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _missing(self, name: str) -> str:
        """Join and subscribe it; what keeps us from that, "" for nothing."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                room = await self._moves.join(name, name.partition(":")[2])
                if room is None:
                    return "Herald has to be invited to it, or there is no such room"
                room = await self._moves.follow(room) or room
                power = await self._rooms.power(room)
        except (WireError, TimeoutError):
            return "the homeserver does not answer"
        if not power.talks(self._us, MESSAGE):
            return "Herald needs a power level that may write there"
        try:
            await self._subscribe(Address(NAME, room))
        except DatabaseError as error:
            return str(error)
        return ""

    async def _subscribe(self, where: Address) -> None:
        if await self._subscribers.find(where) is None:
            await self._subscribers.choose(where, language=self._language)
        await self._subscribers.subscribe(where)
