"""Whose devices are known: of those with whom we share an encrypted room, and of nobody else.

The homeserver says who shares no room with us any more ("left" in a sync's device_lists), but
counts rooms that are not encrypted, too.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.platforms.matrix.errors import FORBIDDEN, NOT_FOUND
from bot.platforms.matrix.keys import Keys
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.wire import Refusal, WireError

log = structlog.get_logger(__name__)

EVERY_SECONDS = 86_400.0
SOON_SECONDS = 600.0  # after we left a room; often we leave more than one


async def no_strangers(keys: Keys, rooms: Rooms) -> None:
    """Forget the devices of strangers once a day, and when we have left a room; until cancelled."""
    while True:
        try:
            async with asyncio.timeout(EVERY_SECONDS):
                await keys.parted.wait()
            await asyncio.sleep(SOON_SECONDS)
        except TimeoutError:
            log.debug("A day has passed since devices were last looked through.")
        keys.parted.clear()
        try:
            await forget_strangers(keys, rooms)
        except WireError as error:
            log.debug("Who is in rooms with us could not be seen.", end=type(error).__name__)
            keys.parted.set()


async def forget_strangers(keys: Keys, rooms: Rooms) -> None:
    """Keep no devices of those who are in no encrypted room with us. Raises WireErrors.

    Who comes in meanwhile is asked for anew when something is said there.
    """
    strangers = keys.devices.users
    for room in keys.rooms:
        if not strangers:
            return
        try:
            strangers.difference_update(await rooms.members(room))
        except Refusal as error:
            if error.code not in (FORBIDDEN, NOT_FOUND):  # else we are not in it any more
                raise
    await keys.devices.forget(strangers)
