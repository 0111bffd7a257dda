"""How fast a push goes, over a stretch of time: by the fake's own count and clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from storage.model import Outbox
from tests.benchmarks.stage import Fake, Json, World, cpu_seconds

SETTLED = 2.0  # seconds, after which a push is at its speed


@dataclass(frozen=True, slots=True)
class Stretch:
    """Messages a second that arrived, and refusals for being too fast, within `seconds`.

    `inside` are sends within a wait that was asked for. `cpu` is the part of a core in use.
    """

    rate: float
    refused: int
    inside: int
    seconds: float
    cpu: float = 0

    def __str__(self) -> str:
        inside = f" ({self.inside} inside a freeze)" if self.inside else ""
        return f"{self.rate:.2f}/s, {self.refused} × 429{inside} in {self.seconds:.0f} s"


async def stretch(fake: Fake, seconds: float, pid: int = 0) -> Stretch:
    """Watch for so long; the processor time of this process too, if one is given."""
    before, used = await fake.tally(), cpu_seconds(pid) if pid else 0
    await asyncio.sleep(seconds)
    after, used = await fake.tally(), (cpu_seconds(pid) if pid else 0) - used
    return between(before, after, used)


def between(before: Json, after: Json, cpu: float = 0) -> Stretch:
    """What happened from one tally to another."""
    took = after["now"] - before["now"]
    rate = (after["accepted"] - before["accepted"]) / took
    refused, inside = (after[name] - before[name] for name in ("refused", "inside"))
    return Stretch(rate, refused, inside, took, cpu / took)


async def under_way(fake: Fake, seconds: float) -> None:
    """Until a push has begun, and is at its speed if it is to be watched for so many seconds."""
    await fake.sent(1)
    await asyncio.sleep(min(SETTLED, seconds))


async def kept(world: World) -> str:
    """Whether the database and the fake agree on what arrived, in words; Herald has stopped."""
    async with world.storage() as storage:
        outbox: Outbox = await storage.outbox.totals()
    tally = await world.fake.tally()
    twice = tally["accepted"] - tally["chats"]
    if (outbox.sent, twice) == (tally["chats"], 0):
        return f"all {outbox.sent} kept as sent"
    return f"{outbox.sent} kept as sent of {tally['chats']} that arrived, {twice} twice"
