"""The rooms that the settings name, and what it takes to be in one and to write there."""

from __future__ import annotations

import asyncio

from bot.platforms.matrix.errors import NAME
from bot.platforms.matrix.events import MESSAGE
from bot.platforms.matrix.moves import Moves
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.wire import WireError
from bot.platforms.named import MissingError
from storage.model import Address

LOOK_SECONDS = 120.0


async def joined(moves: Moves, rooms: Rooms, us: str, name: str) -> Address:
    """Join the room of this alias or id, where we may write. Raises MissingError."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            room = await moves.join_named(name)
            if room is None:
                raise MissingError("Herald has to be invited to it, or there is no such room")
            power = await rooms.power(room)
    except (WireError, TimeoutError):
        raise MissingError("the homeserver does not answer") from None
    if not power.talks(us, MESSAGE):
        raise MissingError("Herald needs a power level that may write there")
    return Address(NAME, room)
