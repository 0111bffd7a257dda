"""A platform in virtual time, with bad weather, and a log of all that reached it: the truth."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.chat import Answer, Gone, Later, Limits, Message, Probe, SendError, Sent, Unknown
from bot.pacing import Budget, Rate
from storage.model import Address
from tests.pacing.stage import windows

NUMBER = re.compile(r"number (\d+)")
ANSWER = 0  # the number of what is no announcement


@dataclass
class Attempt:
    """One send. `arrived` is when it did, `told` when its sender heard how it ended."""

    life: int
    chat: str
    number: int
    key: str
    began: float
    arrived: float | None = None
    told: float | None = None
    end: str = ""


@dataclass(frozen=True)
class Pause:
    """What a sender was asked for; `chat` is "" where it is for all."""

    life: int
    chat: str
    told: float
    until: float


@dataclass(frozen=True)
class Weather:
    """How likely each kind of trouble is for a message."""

    slow: float = 0.0  # it takes seconds
    lost: float = 0.0  # no answer comes, and it did not arrive
    unheard: float = 0.0  # no answer comes, though it arrived, at once or later
    pause_all: float = 0.0
    pause_chat: float = 0.0
    broken: float = 0.0  # the platform takes nothing
    odd: float = 0.0  # a refusal that nobody understands


CALM = Weather()
WEATHERS = [
    CALM,
    Weather(slow=0.3),
    Weather(lost=0.15, unheard=0.15),
    Weather(pause_all=0.1, pause_chat=0.1),
    Weather(broken=0.9),
    Weather(unheard=1.0),
    Weather(lost=1.0),
    Weather(0.1, 0.05, 0.05, 0.03, 0.05, 0.05, 0.02),
]


@dataclass
class World:
    """What outlives a process: the platform's side, and the log. Seconds are the loop's."""

    drawn: random.Random
    weather: Weather = CALM
    blocked: set[str] = field(default_factory=set)
    attempts: list[Attempt] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    crashes: list[float] = field(default_factory=list)
    life: int = 0

    def arrivals(self) -> list[Attempt]:
        """What arrived of what was announced, in that order."""
        came = [a for a in self.attempts if a.arrived is not None and a.number != ANSWER]
        return sorted(came, key=lambda a: a.arrived or 0.0)


class ModelPlatform:
    """The platform as one process sees it: its budget ends with the process."""

    name = "fake"
    limits = Limits(4096)
    probe: Probe | None = None
    kept: Sequence[str] = ()
    once = False
    admins: Sequence[Address] = ()

    def __init__(self, world: World) -> None:
        self.budget = Budget(Rate(29.0, 29.6), windows)
        self._world = world
        world.life += 1
        self._life = world.life

    async def run(self, answer: Answer, ready: Callable[[], None]) -> None:
        ready()
        await asyncio.Event().wait()

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        found = NUMBER.search(message.text.text)
        number = int(found[1]) if found else ANSWER
        attempt = Attempt(self._life, address.chat, number, key, _now())
        self._world.attempts.append(attempt)
        try:
            await self._sent(address, attempt)
        except SendError as error:
            attempt.told, attempt.end = _now(), type(error).__name__
            raise
        attempt.told, attempt.end = _now(), "ok"
        return Sent(str(len(self._world.attempts)))

    async def edit(self, address: Address, sent: Sent, message: Message) -> None: ...

    async def delete(self, address: Address, sent: Sent) -> None: ...

    async def _sent(self, address: Address, attempt: Attempt) -> None:
        drawn, weather = self._world.drawn, self._world.weather
        there = drawn.uniform(0.02, 0.08)
        if drawn.random() < weather.slow:
            there += drawn.choice([1.0, 3.0, 8.0])
        trouble = self._trouble(address, weather)
        if trouble in ("", "unheard"):
            late = drawn.choice([0.0, 0.0, 3.0]) if trouble else 0.0
            # What is on its way arrives, whatever becomes of its sender.
            asyncio.get_running_loop().call_later(there + late, _arrive, attempt)
        await asyncio.sleep(2 * there)
        if trouble in ("unheard", "lost"):
            await asyncio.sleep(drawn.choice([0.1, 4.0, 30.0]))
            raise Unknown("no answer")
        self._raise(trouble, address)
        began = attempt.began
        self.budget.rate.landed(_now() - began)

    def _trouble(self, address: Address, weather: Weather) -> str:
        if address.chat in self._world.blocked:
            return "gone"
        kinds = ("lost", "unheard", "pause_all", "pause_chat", "broken", "odd")
        left = self._world.drawn.random()
        for kind in kinds:
            left -= getattr(weather, kind)
            if left < 0:
                return kind
        return ""

    def _raise(self, trouble: str, address: Address) -> None:
        if trouble == "gone":
            raise Gone("blocked")
        if trouble == "broken":
            raise Later("server error", None, "platform")
        if trouble == "odd":
            raise Later("odd")
        if trouble.startswith("pause"):
            seconds = float(self._world.drawn.choice([1, 2, 5]))
            everybody = self.budget.refused(address, seconds, own=trouble == "pause_chat")
            self._world.pauses.append(
                Pause(self._life, "" if everybody else address.chat, _now(), _now() + seconds)
            )
            raise Later("slower", seconds, "platform" if everybody else "chat")


def _arrive(attempt: Attempt) -> None:
    attempt.arrived = _now()


def _now() -> float:
    return asyncio.get_running_loop().time()
