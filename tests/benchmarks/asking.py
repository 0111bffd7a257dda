"""People who ask while much is being pushed, and how long they wait.

A wait begins when the fake hands out the update and ends when the answer comes in, before any
distance: what is left is Herald's own. Each question is another person's.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.stage import Fake, Json

FIRST_ASKER = 9_000_000_000
FIRST_UPDATE = 100_000_001  # the fake's; each question is one, and there are no others
PATIENCE = 60.0  # seconds after the last question


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds that answers took, shortest first; `unanswered` got none."""

    seconds: Sequence[float]
    unanswered: int = 0

    def share(self, part: float) -> float:
        """The wait that this part of all did not exceed; of none, infinity."""
        if not self.seconds:
            return float("inf")
        return self.seconds[min(len(self.seconds) - 1, int(part * len(self.seconds)))]

    def __str__(self) -> str:
        tenths = [f"{1000 * self.share(part):.0f}" for part in (0.5, 0.99, 1)]
        said = "p50 {} ms, p99 {} ms, longest {} ms".format(*tenths)
        silent = f", {self.unanswered} unanswered" if self.unanswered else ""
        return f"{said} of {len(self.seconds)}{silent}"


@dataclass(slots=True)
class Askers:
    """Everybody who asked this fake something, in order."""

    fake: Fake
    asked: list[float] = field(default_factory=list)

    async def ask(self, gaps: Iterable[float]) -> range:
        """Ask after each of these pauses (seconds); the numbers of the questions."""
        first = len(self.asked)
        due = asyncio.get_running_loop().time()
        for gap in gaps:
            due += gap
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            self.asked.append(time.time())
            who = FIRST_ASKER + len(self.asked) - 1
            await self.fake.act("user_sends", chat_id=who, text="/latest 3")
        return range(first, len(self.asked))

    async def waits(self, numbers: range) -> Waits:
        """How long the answers to these took; waits for the last ones."""
        until = asyncio.get_running_loop().time() + PATIENCE
        while True:
            truth = await self.fake.look("truth")
            came = answers(truth)
            missing = [n for n in numbers if FIRST_ASKER + n not in came]
            if not missing or asyncio.get_running_loop().time() > until:
                break
            await asyncio.sleep(0.2)
        handed = handed_out(truth)
        took = (
            came[FIRST_ASKER + n] - handed[FIRST_UPDATE + n] for n in numbers if n not in missing
        )
        return Waits(sorted(took), len(missing))


def evenly(rate: float, enough: asyncio.Event) -> Iterator[float]:
    """Pauses between so many questions a second, always the same, until it is enough."""
    while not enough.is_set():
        yield 1 / rate


def by_chance(rate: float, seconds: float, chance: random.Random) -> Iterator[float]:
    """Pauses of questions that know nothing of each other (Poisson), for so long."""
    passed = 0.0
    while (gap := chance.expovariate(rate)) + passed < seconds:
        passed += gap
        yield gap


def answers(truth: Iterable[Json]) -> dict[int, float]:
    """When the first message that arrived in each chat came in, Unix seconds."""
    found: dict[int, float] = {}
    for entry in truth:
        if entry["method"] == "sendmessage" and entry["effect"] == "accepted":
            found.setdefault(int(entry["chat"]), entry["came"])
    return found


def handed_out(truth: Iterable[Json]) -> dict[int, float]:
    """When each update was first handed out, Unix seconds."""
    found: dict[int, float] = {}
    for entry in truth:
        for update in entry.get("updates", ()):
            found.setdefault(update, entry["at"])
    return found
