"""The platform as a whole takes nothing, and does not say for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from bot.chat import Later, SendError
from storage.model import Outbox
from tests.delivery.stage import courier, published, subscribed
from tests.delivery.weather import Send, Weather, heartbeat, housed, waited
from tests.virtual import clock, virtual

TOGETHER = 0.1  # sends closer to each other left in the same moment


class Trouble:
    """Nothing is taken while it `lasts`."""

    def __init__(self) -> None:
        self.lasts = True

    def __call__(self, _: str) -> SendError | None:
        return Later("trouble", scope="platform") if self.lasts else None


def pauses(sends: Sequence[Send]) -> list[float]:
    """The seconds between sends, but for those of the same moment."""
    gaps = [after.at - before.at for before, after in pairwise(sends)]
    return [gap for gap in gaps if gap > TOGETHER]


@virtual
async def test_each_pause_is_twice_as_long_and_an_arrival_begins_anew(tmp_path: Path) -> None:
    """From half a second up to four; those who fail in the same moment are one failure."""
    trouble = Trouble()
    platform = Weather(trouble, admins=())
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(40)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            await asyncio.sleep(20)
            first = pauses(platform.sends)
            trouble.lasts = False
            while len(platform.arrived) < 10:
                await asyncio.sleep(0.01)
            before, trouble.lasts = len(platform.sends), True
            await asyncio.sleep(20)
            again = pauses(platform.sends[before:])
            together = len(platform.sends) - before - len(again) - 1
            trouble.lasts = False
            await waited(storage, 0, 60)
            totals = await storage.outbox.totals()

    assert together > 0
    assert pytest.approx([0.5, 1, 2, 4, 4], abs=TOGETHER) == first[:5]
    assert pytest.approx([0.5, 1, 2, 4, 4], abs=TOGETHER) == again[:5]
    assert Outbox(sent=40) == totals
