"""A platform in virtual time: its limits, its refusals, and senders who keep to a budget."""

from __future__ import annotations

import asyncio
import itertools
import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.pacing import Budget, Window
from storage.model import Address, Lane
from tests.fakes.botapi.limits import Limit

TAKES_SECONDS = 0.07  # there and back

# As Telegram's budget has them: someone pushed to, someone answered, a group.
PUSHED: Sequence[Window] = ((1, 1.05),)
ANSWERED: Sequence[Window] = ((3, 3.15),)
TOGETHER: Sequence[Window] = ((1, 1.05), (19, 60.5))


def now() -> float:
    return asyncio.get_running_loop().time()


def chat(name: object) -> Address:
    return Address("fake", str(name))


def windows(address: Address, lane: Lane) -> Sequence[Window]:
    if address.chat.startswith("-"):
        return TOGETHER
    return ANSWERED if lane is Lane.ANSWER else PUSHED


@dataclass
class Server:
    """Judges each message when it comes in, `uneven` seconds later at most than usual.

    `limits` count all messages, `of_chat` makes those of a chat. Who is refused has to wait for
    `pause` seconds at least, and is refused until then: all, or this chat. `at_random` is the
    share of messages that is refused for nothing. `slow` holds each one up for so long.
    """

    limits: Sequence[Limit] = ()
    of_chat: Callable[[str], Iterable[Limit]] = lambda _: ()
    uneven: float = 0.0
    pause: float = 1.0
    at_random: float = 0.0
    slow: float = 0.0
    seed: int = 1
    left: list[tuple[float, str]] = field(default_factory=list)
    asked: list[tuple[float, float]] = field(default_factory=list)  # told when, for how long
    refused: list[str] = field(default_factory=list)
    _chats: dict[str, list[Limit]] = field(default_factory=dict)
    _closed: dict[str, float] = field(default_factory=dict)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def send(self, address: Address) -> float | None:
        """The seconds for which the sender has to pause; None where the message is taken."""
        self.left.append((now(), address.chat))
        await asyncio.sleep(TAKES_SECONDS / 2 + self._random.uniform(0, self.uneven) + self.slow)
        wait = self._judge(address.chat)
        await asyncio.sleep(TAKES_SECONDS / 2)
        if wait is not None:
            self.asked.append((now(), wait))
            self.refused.append(address.chat)
        return wait

    def _judge(self, name: str) -> float | None:
        at = now()
        if self._random.random() < self.at_random:
            return self.pause
        own = self._chats.setdefault(name, list(self.of_chat(name)))
        for scope, limits in (("", self.limits), (name, own)):
            closed = self._closed.get(scope, 0.0) - at
            wait = max([closed, *(limit.wait(at) for limit in limits)], default=0.0)
            if wait > 0:
                if closed <= 0:
                    self._closed[scope] = at + max(self.pause, math.ceil(wait))
                return math.ceil(self._closed[scope] - at)
        for limit in (*self.limits, *own):
            limit.take(at)
        return None

    def permitted(self, since: float, until: float) -> float:
        """Seconds between these two moments in which no pause lasted that was asked for."""
        left, covered = until - since, since
        for told, seconds in sorted(self.asked):
            begin, end = max(told, covered), min(told + seconds, until)
            if end > begin:
                left -= end - begin
                covered = end
        return left

    def pauses(self) -> int:
        """How often a pause was asked for; what several messages heard at once counts once."""
        told = [at for at, _ in self.asked]
        return sum(1 for n, at in enumerate(told) if n == 0 or at - told[n - 1] > 0.5)

    def inside_a_pause(self) -> list[float]:
        """When messages left though everybody had been told to wait."""
        return [
            at for at, _ in self.left if any(told < at < told + secs for told, secs in self.asked)
        ]


_numbers = itertools.count()


async def sent(
    budget: Budget, server: Server, lane: Lane, address: Address, *, own: bool = False
) -> float:
    """Send one message as a platform does; returns the seconds it waited for its turn."""
    asked = now()
    async with budget.turn(lane, address):
        began = now()
        wait = await server.send(address)
        if wait is None:
            budget.rate.landed(now() - began)
        else:
            budget.refused(address, wait, own=own)
    return began - asked


async def push(
    budget: Budget, server: Server, seconds: float, *, senders: int = 6, lane: Lane = Lane.RELEASE
) -> list[float]:
    """Send to one chat after the other for so long, as fast as may be; gives when they left."""
    until = now() + seconds
    first = len(server.left)

    async def one() -> None:
        while now() < until:
            await sent(budget, server, lane, chat(next(_numbers)))

    await asyncio.gather(*(one() for _ in range(senders)))
    return [at for at, _ in server.left[first:] if at < until]


def overflow(times: Iterable[float], uneven: float, *limits: Limit) -> int:
    """How many of these messages such limits refuse, if they come in unevenly: each up to so many
    seconds later than the fastest.
    """
    drawn = random.Random(1)
    refused = 0
    for at in sorted(at + drawn.uniform(0, uneven) for at in times):
        if max(limit.wait(at) for limit in limits) > 0:
            refused += 1
        for limit in limits:
            limit.take(at)
    return refused


def a_second(times: Sequence[float], seconds: float) -> float:
    """How many a second these were."""
    return len(times) / seconds
