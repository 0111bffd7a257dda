"""Rooms that are replaced by others ("Room upgrades"), and how we get into rooms at all."""

from __future__ import annotations

import asyncio

import structlog

from bot.platforms.matrix.errors import NAME, asks_for_a_pause, stopped
from bot.platforms.matrix.kept import Kept
from bot.platforms.matrix.keys import Keys
from bot.platforms.matrix.rooms import ENCRYPTION, TOMBSTONE, Rooms
from bot.platforms.matrix.wire import Json, NotSent, Refusal, Wire, WireError, at
from bot.platforms.trying import pause_after
from bot.waiting import loop_seconds
from storage.model import Address
from storage.subscribers import Subscribers

log = structlog.get_logger(__name__)

JOIN_SECONDS = 120.0  # a room of another server's may be large
TRIES = 5
# Homeservers let in few at a time: the others wait here, and not for the next refusal.
AT_ONCE = 3


class Moves:
    """Joins rooms, and takes subscriptions along to the rooms that replace theirs."""

    def __init__(
        self, wire: Wire, keys: Keys, rooms: Rooms, subscribers: Subscribers, kept: Kept
    ) -> None:
        self._wire = wire
        self._keys = keys
        self._rooms = rooms
        self._subscribers = subscribers
        self._kept = kept
        self._joining = asyncio.Semaphore(AT_ONCE)
        self._not_before = 0.0  # the loop's seconds, as the homeserver asked

    async def join(self, room: str, via: str = "") -> str | None:
        """The id of the room, where we are now; None where we may not be.

        `room` may be an alias, `via` is a server that knows it. Raises WireErrors.
        """
        query = {"via": via, "server_name": via} if via else {}
        path, attempt = at("join", room), 0
        while True:
            try:
                async with self._joining:
                    await asyncio.sleep(self._not_before - loop_seconds())
                    found = await self._wire.ask("POST", path, query=query, seconds=JOIN_SECONDS)
            except WireError as error:
                attempt += 1
                pause = _pause(error, attempt)
                if pause is None:
                    log.info("A room cannot be joined.", reason=str(error))
                    return None
                if asks_for_a_pause(error) is not None:
                    self._not_before = loop_seconds() + pause
                else:
                    await asyncio.sleep(pause)
            else:
                return await self._seen(str(found.get("room_id", room)))

    async def _seen(self, room: str) -> str:
        """The room, of which it is known by now whether it is encrypted: the news of it come later
        than what may be sent there.
        """
        if await self._rooms.state(room, ENCRYPTION) is not None:
            self._keys.encrypt(room)
        return room

    async def follow(self, old: str) -> str | None:
        """The room that replaces this one, joined; None for none. Raises WireErrors."""
        tombstone = await self._rooms.state(old, TOMBSTONE)
        return await self._successor(old, tombstone, _server(old))

    async def replaced(self, old: str, event: Json) -> None:
        """An event in the room says so. Raises WireErrors and DatabaseError.

        Where we are not let in yet, an invitation may come.
        """
        server = _server(str(event.get("sender")))
        new = await self._successor(old, event.get("content"), server)
        if new is not None:
            await self._move(old, new)

    async def entered(self, new: str) -> bool:
        """We are in this room now: whether it is one that replaces another.

        Anybody may say so of a new room: it counts where the old one says the same. Raises
        WireErrors and DatabaseError.
        """
        old = await self._rooms.predecessor(new)
        if old is None or replacement(await self._rooms.state(old, TOMBSTONE)) != new:
            return False
        await self._move(old, new)
        return True

    async def _successor(self, old: str, tombstone: object, via: str) -> str | None:
        """The room that the old one names, where that says the same: else two could name each
        other, and nobody would ever arrive.
        """
        new = replacement(tombstone)
        joined = await self.join(new, via) if new is not None else None
        if joined is None or await self._rooms.predecessor(joined) != old:
            return None
        return joined

    async def _move(self, old: str, new: str) -> None:
        await self._subscribers.move(Address(NAME, old), Address(NAME, new))
        self._kept.move_admins(old, new)
        if new in self._kept.admins.values():
            await self._rooms.members(new)  # whether we are alone there


def _pause(error: WireError, attempt: int) -> float | None:
    """Seconds until it may be tried again; None where there is no use. Raises what has to be
    waited out by others: our homeserver is away, or will not have us.
    """
    if isinstance(error, NotSent) or stopped(error) is not None:
        raise error
    wait = asks_for_a_pause(error)
    if wait is not None:
        return wait
    # What lies behind our homeserver may not answer: rooms of servers that are gone never do.
    return None if isinstance(error, Refusal) or attempt == TRIES else pause_after(attempt)


def replacement(tombstone: object) -> str | None:
    """The room that the content of a tombstone names."""
    new = tombstone.get("replacement_room") if isinstance(tombstone, dict) else None
    return new if isinstance(new, str) and new.startswith("!") else None


def _server(name: str) -> str:
    """The server in the id of a user or a room; rooms of version 12 and later name none."""
    return name.partition(":")[2]
