"""The years of an event: what marks one of them, and the nearest others that have something."""

from __future__ import annotations

import asyncio

from bot import anniversaries
from bot.anniversaries import Marking
from bot.chat import Context
from storage.model import Event

# The years before and after, where there are any.
Beside = tuple[int | None, int | None]


async def marked(context: Context, event: Event, year: int) -> list[Marking]:
    """The releases of the archive that mark the year's anniversary, in the order to show."""
    releases = await context.storage.releases.between(*anniversaries.window(event, year))
    # A year of a large archive is thousands of titles: others are answered meanwhile.
    return await asyncio.to_thread(
        anniversaries.marking, event, year, releases, context.campaign.events
    )


async def nearest(context: Context, event: Event, year: int, newest: int) -> Beside:
    """The nearest year before this one and the nearest after it that something marks."""
    first = event.date.year + 1
    before = await _first(context, event, range(min(year - 1, newest), first - 1, -1))
    after = await _first(context, event, range(max(year + 1, first), newest + 1))
    return before, after


async def _first(context: Context, event: Event, years: range) -> int | None:
    for year in years:
        if await marked(context, event, year):
            return year
        await asyncio.sleep(0)  # a gap of many years is no reason to keep others waiting
    return None
