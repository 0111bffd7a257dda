"""The homeserver's limit for coming into rooms: who waits is let go in order, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from math import inf

from bot.platforms.matrix.errors import asks_for_a_pause
from bot.platforms.matrix.wire import Json, WireError
from bot.waiting import loop_seconds

AFTER_OTHERS = 3600.0  # seconds for which who is asked for again lets all go first that come
REFUSALS = 300  # for a limit: then a room is given up
LONGEST_WAIT = 30.0  # of all, for one refusal: it may be another server's, which says what it likes
DOUBTS = 2  # refusals after which another was let in at once: that is no limit of our server's

Ask = Callable[[], Awaitable[Json]]


class Place(Enum):
    """In the line: `AHEAD` waits for no other room, `AGAIN` was asked for before."""

    AHEAD = "ahead"
    FIRST = "first"
    AGAIN = "again"


# Rooms that are asked for at once, as long as no limit stands against it.
_AT_ONCE = {Place.AHEAD: inf, Place.FIRST: 10, Place.AGAIN: 4}


@dataclass(eq=False, slots=True)
class _Turn:
    """One that waits or is asked for. In line are those first whose `due` is the earliest; where
    one was refused, `tells` is another that is asked for at once, to see whom the limit is for.
    """

    place: Place
    due: float
    refusals: int = 0
    doubts: int = 0
    tells: _Turn | None = None
    go: asyncio.Event = field(default_factory=asyncio.Event)


class Door:
    """Where all wait for whom the same limit of the homeserver counts.

    Who was refused keeps its place in the line. What a server of another's says in the name of a
    limit holds up nobody for long: after a refusal one other is asked for, and whoever was let by
    like this too often goes behind.
    """

    def __init__(self) -> None:
        self._lines: dict[Place, list[_Turn]] = {place: [] for place in Place}
        self._under_way = dict.fromkeys(Place, 0)
        self._opens = 0.0  # the loop's seconds
        self._apart = 0.0  # seconds between two, as the last refusal has it
        self._last: _Turn | None = None  # who was asked for last
        self._refused: _Turn | None = None  # for whom another one is to be asked for
        self._timer: asyncio.TimerHandle | None = None

    async def asked(self, ask: Ask, place: Place) -> Json:
        """What is answered, where it is let through. Raises WireErrors; a refusal for a limit only
        where there is no end to them.
        """
        turn = _Turn(place, _due(place))
        while True:
            await self._come(turn)
            try:
                found = await ask()
            except WireError as error:
                wait = asks_for_a_pause(error)
                if wait is None:
                    self._let_in(turn)
                    raise
                self._refuse(turn, wait)
                if turn.refusals == REFUSALS:
                    raise
            else:
                self._let_in(turn)
                return found
            finally:
                self._under_way[place] -= 1
                self._next()

    async def _come(self, turn: _Turn) -> None:
        turn.go.clear()
        line = self._lines[turn.place]
        line.append(turn)
        self._next()
        try:
            await turn.go.wait()
        except asyncio.CancelledError:
            if turn in line:
                line.remove(turn)
            else:
                self._under_way[turn.place] -= 1
                self._next()
            raise

    def _next(self) -> None:
        """Let go whose turn it is."""
        while free := self._free():
            now = loop_seconds()
            if free == [[self._refused]]:
                self._refused = None  # nobody is there to compare it with
                self._opens = now + self._apart
            if self._opens > now:
                self._wake(self._opens - now)
                return
            turn = self._chosen(free)
            turn.tells, self._refused = self._refused, None
            self._opens = now + self._apart
            self._last = turn
            self._lines[turn.place].remove(turn)
            self._under_way[turn.place] += 1
            turn.go.set()

    def _free(self) -> list[list[_Turn]]:
        """The lines in which somebody waits, and may be let go."""
        lines = self._lines.items()
        return [line for at, line in lines if line and self._under_way[at] < _AT_ONCE[at]]

    def _chosen(self, free: list[list[_Turn]]) -> _Turn:
        turns = chain.from_iterable(free)
        if self._refused is None:
            return min(turns, key=lambda turn: turn.due)
        others = (turn for turn in turns if turn is not self._refused)
        return min(others, key=lambda turn: (turn.refusals, turn.due))

    def _wake(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._next)

    def _refuse(self, turn: _Turn, wait: float) -> None:
        turn.refusals += 1
        self._apart = min(wait, LONGEST_WAIT)
        if turn is self._last and turn.tells is None:
            self._refused, self._opens = turn, loop_seconds()
        else:
            self._opens = max(self._opens, loop_seconds() + self._apart)
        turn.tells = None

    def _let_in(self, turn: _Turn) -> None:
        self._apart = self._apart / 2
        if turn.tells is None:
            return
        turn.tells.doubts += 1
        if turn.tells.doubts >= DOUBTS:
            turn.tells.due = max(turn.tells.due, loop_seconds() + AFTER_OTHERS)
        turn.tells = None


def _due(place: Place) -> float:
    return -inf if place is Place.AHEAD else loop_seconds() + AFTER_OTHERS * (place is Place.AGAIN)
