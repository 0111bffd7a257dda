"""The way into rooms. A homeserver lets in few at a time; rooms of servers that are gone answer
late, or never, and hold up nobody for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count

import structlog

from bot.platforms.matrix.errors import asks_for_a_pause, stopped
from bot.platforms.matrix.wire import Json, NotSent, Refusal, Wire, WireError, at
from bot.platforms.trying import pause_after
from bot.waiting import loop_seconds, rung

log = structlog.get_logger(__name__)

# Seconds for each try. A homeserver that is hung up on goes on by itself: the sync says so when we
# are in, and the next try waits for the first. A room of another server's may be large.
PATIENCE = (15.0, 60.0, 120.0)
# Rooms that are asked for at once: for the first time, and again.
FIRST, AGAIN = 10, 4
AFTER_OTHERS = 600.0  # seconds that who is asked for again lets others go first
REFUSALS = 300  # for a limit: each time behind the others, and in the end given up
LONGEST_WAIT = 30.0  # of all, for one refusal: it may be another server's, which says what it likes

Ask = Callable[[], Awaitable[Json]]


class UnansweredError(Exception):
    """The homeserver is there, and what lies behind it does not answer."""


class Door:
    """Where all wait for whom the same limit of the homeserver counts."""

    def __init__(self) -> None:
        self._first = asyncio.Semaphore(FIRST)
        self._again = asyncio.Semaphore(AGAIN)
        self._new = 0  # who wait or are asked for, for the first time
        self._calm = asyncio.Event()
        self._calm.set()
        self._opens = 0.0  # the loop's seconds
        self._apart = 0.0  # seconds between two, as the last refusal has it

    @asynccontextmanager
    async def place(self, *, again: bool) -> AsyncIterator[None]:
        """A place among those that are asked for: in order, and who has been before after them."""
        if again:
            async with self._again:
                await rung(self._calm, AFTER_OTHERS)
                yield
            return
        self._new += 1
        self._calm.clear()
        try:
            async with self._first:
                yield
        finally:
            self._new -= 1
            if not self._new:
                self._calm.set()

    async def asked(self, ask: Ask) -> Json:
        """What is answered, where it is let through. Raises WireErrors, the refusals for a limit
        among them: then the others wait, too.
        """
        while (left := self._opens - loop_seconds()) > 0:  # noqa: ASYNC110 - it may be put off
            await asyncio.sleep(left)
        self._opens = loop_seconds() + self._apart
        try:
            found = await ask()
        except WireError as error:
            wait = asks_for_a_pause(error)
            self._apart = self._apart / 2 if wait is None else min(wait, LONGEST_WAIT)
            if wait is not None:
                self._opens = max(self._opens, loop_seconds() + self._apart)
            raise
        self._apart = self._apart / 2
        return found


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

            try:
                found = await _through(door, ask, again=attempt > 0, ahead=ahead)
            except WireError as error:
                if isinstance(error, NotSent) or stopped(error) is not None:
                    raise
                if isinstance(error, Refusal) or asks_for_a_pause(error) is not None:
                    log.info("A room cannot be joined.", reason=str(error))
                    return None
            else:
                return str(found.get("room_id", room))
        raise UnansweredError


async def _through(door: Door, ask: Ask, *, again: bool, ahead: bool) -> Json:
    """Asked until no limit stands against it. Raises WireErrors."""
    for refusals in count(1):
        async with _nowhere() if ahead else door.place(again=again or refusals > 1):
            try:
                return await door.asked(ask)
            except WireError as error:
                if asks_for_a_pause(error) is None or refusals == REFUSALS:
                    raise
    raise AssertionError


@asynccontextmanager
async def _nowhere() -> AsyncIterator[None]:
    yield
