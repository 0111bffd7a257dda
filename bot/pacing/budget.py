"""The turns of one bot: evenly, answers first, nothing inside a freeze, no chat too often.

Turns are spaced by the "generic cell rate algorithm" without burst credit. Seconds are the running
loop's, which never jump.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.pacing.chats import ChatPace, Windows, no_windows
from bot.pacing.line import Line, Waiting
from bot.pacing.rate import Rate
from bot.waiting import loop_seconds
from storage.model import Address, Lane

# Up to here Telegram counts so many messages in any second (Bots FAQ), beyond it lets us pay.
FREE = 30
# How far turns that came late, because the loop was busy, may be made up for. The first is less
# than a turn takes, so that never two go out at once; the second all that 31 in a row may make up
# for: of the 13.5 ms by which they take longer than a second at 29.6/s the rest is left for what
# is uneven on the way to Telegram.
LATE_SECONDS, LATE_SECONDS_WINDOW = 0.025, 0.002
LATE_SECONDS_PAID = 0.05
LEAST_IN_FLIGHT, MOST_IN_FLIGHT, MOST_IN_FLIGHT_PAID = 2, 64, 256
OFTEN_SECONDS = 1.1  # who got two messages so fast was refused for himself
MANY, MANY_SECONDS = 3, 2.0  # so many chats refused within so long: it is the bot that is meant
# A pause lasts from the platform's answer on, which we have later: it is over before we think so.
LONGER = 1.01

Observe = Callable[[Lane, float, float, BaseException | None], None]


class Budget:
    """One for all that a bot sends. `exclusive`: no answer while a delivery's end is unknown.

    `observe` hears of every turn: how many seconds it was waited for and took, and how it ended.
    """

    def __init__(
        self, rate: Rate, windows: Windows = no_windows, *, exclusive: bool = False
    ) -> None:
        self.rate = rate
        self.in_flight = 0
        self.observe: Observe = _unobserved
        self._exclusive = exclusive
        self._chats = ChatPace(windows)
        self._line = Line(self._pause)
        self._called: Waiting | None = None
        self._next = -math.inf
        self._frozen_until = -math.inf
        self._latest: deque[float] = deque(maxlen=FREE)
        self._timer: asyncio.TimerHandle | None = None
        self._turns: dict[str, int] = {}  # the number of the turn under way in each chat
        self._refused: deque[tuple[str, float]] = deque(maxlen=MANY)

    @asynccontextmanager
    async def turn(self, lane: Lane, address: Address) -> AsyncIterator[None]:
        """Wait until a message may go to this address; the block is the sending of it."""
        asked = loop_seconds()
        number = await self._granted(lane, address)
        began = loop_seconds()
        answer = self._exclusive and lane is Lane.ANSWER
        if answer:
            self._chats.answering(address, began)
        self._turns[address.chat] = number
        self.in_flight += 1
        end: BaseException | None = None
        try:
            yield
        except BaseException as error:
            end = error
            raise
        finally:
            self.in_flight -= 1
            if self._turns.get(address.chat) == number:
                del self._turns[address.chat]
            if answer:
                self._chats.answered(address, loop_seconds(), lost=end is not None)
            self.observe(lane, began - asked, loop_seconds() - began, end)

    def rest(self, lane: Lane, address: Address) -> float:
        """Seconds that this chat has to be left alone."""
        return self._chats.pause(address, lane, loop_seconds())

    def ahead(self) -> float:
        """Seconds until the next turn, or until the freeze ends; below 0 where one is free."""
        return self._free_at() - loop_seconds()

    @property
    def frozen(self) -> bool:
        return loop_seconds() < self._frozen_until

    @property
    def most_in_flight(self) -> int:
        """How many sends may be under way: more would not be faster, only more in doubt."""
        most = MOST_IN_FLIGHT if self.rate.now <= FREE else MOST_IN_FLIGHT_PAID
        wanted = math.ceil(1.5 * self.rate.now * self.rate.latency)
        return max(LEAST_IN_FLIGHT, min(most, wanted))

    def refused(self, address: Address, seconds: float, *, own: bool) -> bool:
        """The platform asks for a pause of so long; true if everybody has to pause.

        `own`: chats like this one have a limit of their own, and it may be that one.
        """
        now = loop_seconds()
        until = now + LONGER * seconds
        if (own or self._chats.often(address, OFTEN_SECONDS)) and not self._many(address, now):
            self._chats.freeze(address, until, now)
            return False
        number = self._turns.get(address.chat)
        if number is not None:
            self.rate.refused(now, number)
        self._frozen_until = max(self._frozen_until, until)
        return True

    def freeze(self, seconds: float) -> None:
        """Nothing may go out for so long: the platform is not there."""
        self._frozen_until = max(self._frozen_until, loop_seconds() + seconds)

    def hold(self, address: Address) -> bool:
        """From here until `let_go` no answer goes there; False if one may be on its way."""
        return self._chats.hold(address, loop_seconds())

    def let_go(self, address: Address) -> None:
        """What the delivery came to is kept."""
        self._chats.let_go(address, loop_seconds())
        self._serve()

    def _many(self, address: Address, now: float) -> bool:
        """Whether several chats were refused in the same moment: that is no chat's own limit."""
        self._refused.append((address.chat, now))
        recent = {chat for chat, at in self._refused if now - at < MANY_SECONDS}
        return len(recent) >= MANY

    async def _granted(self, lane: Lane, address: Address) -> int:
        """Wait for a turn; returns its number."""
        loop = asyncio.get_running_loop()
        waiting = Waiting(lane, address, loop.time(), loop.create_future())
        self._line.join(waiting)
        number = None
        try:
            while number is None:
                self._serve()
                await waiting.called
                number = self._take(waiting, loop.time())
                waiting.called, self._called = loop.create_future(), None
        finally:
            if self._called is waiting:
                self._called = None
            self._line.leave(waiting, served=number is not None)
            self._serve()
        return number

    def _take(self, waiting: Waiting, now: float) -> int | None:
        """The number of the turn; None where a pause was asked for since it was called."""
        if self._free_at() > now or self._pause(waiting, now) > 0:
            return None
        late = LATE_SECONDS if self.rate.now <= FREE else LATE_SECONDS_PAID
        # Only what somebody could have had came late: neither rest nor a freeze earns anything.
        began = max(self._next, self._frozen_until, waiting.since, now - late)
        self._next = began + 1 / self.rate.now
        self._latest.append(now)
        self._chats.sent(waiting.address, now)
        return self.rate.granted(now)

    def _serve(self) -> None:
        """Call whose turn it is, or come back when it is somebody's: one at a time, for what goes
        out is counted when it goes.
        """
        if self._called is not None or not len(self._line):
            return
        now, at = loop_seconds(), self._free_at()
        if at <= now:
            first = self._line.first(now)
            if isinstance(first, Waiting):
                self._called = first
                first.called.set_result(None)
                return
            at = first
        self._come_back(at)

    def _come_back(self, at: float) -> None:
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(at, self._due) if at < math.inf else None

    def _due(self) -> None:
        self._timer = None
        self._serve()

    def _free_at(self) -> float:
        """When the next turn is free."""
        return max(self._next, self._window(), self._frozen_until)

    def _window(self) -> float:
        """When a platform that counts in windows of a second allows the next one.

        There the time that one turn came late cannot be made up for by the others.
        """
        if len(self._latest) < FREE or self.rate.now > FREE:
            return -math.inf
        return self._latest[0] + FREE / self.rate.now - LATE_SECONDS_WINDOW

    def _pause(self, waiting: Waiting, now: float) -> float:
        return self._chats.pause(waiting.address, waiting.lane, now)


def _unobserved(_: Lane, __: float, ___: float, ____: BaseException | None) -> None:
    """Nobody looks."""
