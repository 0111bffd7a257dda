"""Rooms that are replaced by others ("Room upgrades"): we go there, however long that takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.platforms.matrix.errors import NAME
from bot.platforms.matrix.joining import PATIENCE, Joining, UnansweredError
from bot.platforms.matrix.kept import Kept
from bot.platforms.matrix.keys import Keys
from bot.platforms.matrix.rooms import ENCRYPTION, TOMBSTONE, Rooms
from bot.platforms.matrix.wire import Json, WireError
from storage import DatabaseError
from storage.model import Address
from storage.subscribers import Subscribers

log = structlog.get_logger(__name__)

# Seconds for a try where somebody waits: who sends to a room that was replaced, and the settings.
HASTE, NAMED = (15.0,), (100.0,)
ROUND = (15.0, 60.0)  # a round of tries to move, of which another follows after a pause
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 3600.0  # seconds between two rounds
GIVEN_UP = timedelta(days=30)


class Moves:
    """Joins rooms, and takes subscriptions along to the rooms that replace theirs."""

    def __init__(
        self, joining: Joining, keys: Keys, rooms: Rooms, subscribers: Subscribers, kept: Kept,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self.named: dict[str, set[str]] = {}  # the rooms that names in the settings have led to
        self._joining = joining
        self._keys = keys
        self._rooms = rooms
        self._subscribers = subscribers
        self._kept = kept
        self._now = now
        self._news = asyncio.Event()

    async def join(
        self, room: str, via: str = "", patience: Sequence[float] = PATIENCE
    ) -> str | None:
        """The id of the room, where we are now; None where we may not be, or nobody answers.

        `room` may be an alias, `via` is a server that knows it. Raises WireErrors where our own
        homeserver is away.
        """
        try:
            return await self._joined(room, via, patience)
        except UnansweredError:
            log.info("A room cannot be joined: its servers do not answer.")
            return None

    async def join_named(self, name: str) -> str | None:
        """The room of this alias or id in the settings, as `join` has it, or the one that replaced
        it: it waits for no other room.
        """
        try:
            room = await self._joined(name, name.partition(":")[2], NAMED, ahead=True)
        except UnansweredError:
            return None
        if room is not None:
            new = await self.follow(room)
            self.named[name] = {room, new or room}
            room = new or room
        return room

    async def _joined(
        self, room: str, via: str, patience: Sequence[float], *, ahead: bool = False
    ) -> str | None:
        found = await self._joining.enter(room, via, patience, ahead=ahead)
        return await self._seen(found) if found is not None else None

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
        try:
            return await self._successor(old, tombstone, _server(old), HASTE)
        except UnansweredError:
            return None

    async def replaced(self, old: str, event: Json) -> None:
        """An event in the room says so: we go there as soon as that can be. Raises DatabaseError.

        Where we are not let in yet, an invitation may come.
        """
        if replacement(event.get("content")) is not None:
            self._kept.keep_move(old, _server(str(event.get("sender"))), self._now())
            self._news.set()

    async def run(self) -> None:
        """See through what was begun, by earlier runs, too; until cancelled."""
        going: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                self._news.clear()
                going = {old: task for old, task in going.items() if not task.done()}
                for old, (via, since) in self._kept.moves.items():
                    if old not in going:
                        going[old] = group.create_task(self._see_through(old, via, since))
                await self._news.wait()

    async def _see_through(self, old: str, via: str, since: datetime) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                new = await self._successor(
                    old, await self._rooms.state(old, TOMBSTONE), via, ROUND
                )
                if new is not None:
                    await self._move(old, new)
                break
            except (WireError, UnansweredError, DatabaseError) as error:
                log.info("A room that moved cannot be followed yet.", end=type(error).__name__)
            if self._now() - since > GIVEN_UP:
                log.warning("A room that moved was not followed: its new place does not answer.")
                break
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        self._kept.end_move(old)

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

    async def _successor(
        self, old: str, tombstone: object, via: str, patience: Sequence[float]
    ) -> str | None:
        """The room that the old one names, where that says the same: else two could name each
        other, and nobody would ever arrive.
        """
        new = replacement(tombstone)
        joined = await self._joined(new, via, patience) if new is not None else None
        if joined is None or await self._rooms.predecessor(joined) != old:
            return None
        return joined

    async def _move(self, old: str, new: str) -> None:
        await self._subscribers.move(Address(NAME, old), Address(NAME, new))
        self._kept.move_admins(old, new)
        if new in self._kept.admins.values():
            await self._rooms.members(new)  # whether we are alone there


def replacement(tombstone: object) -> str | None:
    """The room that the content of a tombstone names."""
    new = tombstone.get("replacement_room") if isinstance(tombstone, dict) else None
    return new if isinstance(new, str) and new.startswith("!") else None


def _server(name: str) -> str:
    """The server in the id of a user or a room; rooms of version 12 and later name none."""
    return name.partition(":")[2]
