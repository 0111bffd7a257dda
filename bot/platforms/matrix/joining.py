"""The way into rooms. A homeserver lets in few at a time; rooms of servers that are gone answer
late, or never, and hold up nobody for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from bot.platforms.matrix.door import Door, Place
from bot.platforms.matrix.errors import asks_for_a_pause, stopped
from bot.platforms.matrix.wire import Json, NotSent, Refusal, Wire, WireError, at
from bot.platforms.trying import pause_after

log = structlog.get_logger(__name__)

# Seconds for each try. A homeserver that is hung up on goes on by itself: the sync says so when we
# are in, and the next try waits for the first. A room of another server's may be large.
PATIENCE = (15.0, 60.0, 120.0)


class UnansweredError(Exception):
    """The homeserver is there, and what lies behind it does not answer."""


class Joining:
    """Enters rooms. `home` is our own server's name."""

    def __init__(self, wire: Wire, home: str) -> None:
        self._wire = wire
        self._home = home
        # Synapse has a limit for rooms that it is in, and a lower one for all others.
        self._near, self._far = Door(), Door()

    async def enter(
        self, room: str, via: str, patience: Sequence[float] = PATIENCE, *, ahead: bool = False
    ) -> str | None:
        """The id of the room, where we are now; None where we may not be.

        `ahead`: it waits for no other room. Raises UnansweredError, and WireErrors where our
        homeserver is away or will not have us.
        """
        near = self._home in (via, room.partition(":")[2])
        door = self._near if near else self._far
        query = {"via": via, "server_name": via} if via else {}
        for attempt, seconds in enumerate(patience):
            if attempt:
                await asyncio.sleep(pause_after(attempt))

            async def ask(seconds: float = seconds) -> Json:
                return await self._wire.ask("POST", at("join", room), query=query, seconds=seconds)

            place = Place.AHEAD if ahead else Place.AGAIN if attempt else Place.FIRST
            try:
                found = await door.asked(ask, place)
            except WireError as error:
                if isinstance(error, NotSent) or stopped(error) is not None:
                    raise
                if isinstance(error, Refusal) or asks_for_a_pause(error) is not None:
                    log.info("A room cannot be joined.", reason=str(error))
                    return None
            else:
                return str(found.get("room_id", room))
        raise UnansweredError
