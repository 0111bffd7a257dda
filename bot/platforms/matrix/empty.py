"""Rooms where everybody else is gone: they are left, and nothing of them is kept.

They count for a homeserver, and nobody can ever come back into most of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

import structlog

from bot.platforms.matrix.kept import Kept
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.wire import Refusal, Wire, WireError, at

log = structlog.get_logger(__name__)

FIRST_SECONDS = 600.0  # after the start there is other work
EVERY_SECONDS = 86_400.0
APART_SECONDS = 2.0  # between two rooms: nobody waits for this
LONG = timedelta(days=3)  # who has left a public room may come back

Spared = Callable[[], Collection[str] | None]


class Empty:
    """Looks through all rooms once a day.

    `spared` are the rooms that are never left, None where they are not known yet; `left` is told
    which room we are out of.
    """

    def __init__(
        self, wire: Wire, rooms: Rooms, kept: Kept, spared: Spared,
        left: Callable[[str], Awaitable[None]], now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._wire = wire
        self._rooms = rooms
        self._kept = kept
        self._spared = spared
        self._left = left
        self._now = now

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            try:
                await self.look()
            except WireError as error:
                log.debug("Empty rooms could not be looked for.", end=type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Note which rooms are empty, and leave those that have long been. Raises WireErrors."""
        found = await self._wire.ask("GET", at("joined_rooms"))
        joined = found.get("joined_rooms")
        rooms = [r for r in joined if isinstance(r, str)] if isinstance(joined, list) else []
        known = self._kept.empty
        for room in known.keys() - set(rooms):
            self._kept.keep_empty(room, None)
        for room in rooms:
            try:
                await self._look_at(room, known.get(room))
            except Refusal as error:  # we are out of it by now
                log.debug("A room says no.", code=error.code)
            await asyncio.sleep(APART_SECONDS)

    async def _look_at(self, room: str, since: datetime | None) -> None:
        if not await self._rooms.is_empty(room):
            if since is not None:
                self._kept.keep_empty(room, None)
        elif since is None:
            self._kept.keep_empty(room, self._now())
        elif self._now() - since >= LONG:
            await self._leave(room)

    async def _leave(self, room: str) -> None:
        spared = self._spared()
        if spared is None or room in spared or room in self._kept.moves:
            return
        await self._wire.ask("POST", at("rooms", room, "leave"))
        # A room that is forgotten at once is in no sync any more.
        await self._left(room)
        self._kept.keep_empty(room, None)
        await self._wire.ask("POST", at("rooms", room, "forget"))
        log.info("A room where nobody else was left has been left.")
