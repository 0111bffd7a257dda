"""Other ends of a life: a polite stop in the middle, and kills while an audience is written."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from contextlib import closing

from tests.faults.books import unwritten
from tests.faults.crowd import crowd
from tests.faults.home import PATIENCE, now
from tests.faults.kills import SEED
from tests.faults.outcome import Outcome, Stage
from tests.faults.world import World, world

STOP_SECONDS = 10.0
HERE = 20  # of an audience; the others are of a platform that does not run
LOOK_SECONDS = 0.002


async def stopped(stage: Stage) -> Outcome:
    """SIGTERM while sends are under way: they are awaited, and nothing is sent again."""
    chance = random.Random(SEED)
    stops = 60 if stage.long else 12
    longest, codes = 0.0, set()
    async with world(stage.folder, 150) as scene:
        for _ in range(stops):
            if scene.owed() < len(scene.people) // 2:
                await scene.announce()
            async with scene.life() as life:
                await scene.sends(chance.randint(1, 10))
                began = now()
                codes.add(await life.stop())
                longest = max(longest, now() - began)
        async with scene.life() as life:
            await scene.settled()
            codes.add(await life.stop())
        audit = await scene.audit()
    wrong = audit.faults()
    wrong += [f"it ended with {sorted(codes)}"] * (codes != {0})
    wrong += [f"a stop took {longest:.1f} s"] * (longest > STOP_SECONDS)
    return Outcome(
        f"{stops} stops, {audit.told} told, lost {len(audit.lost)}, twice {audit.repeats},"
        f" the longest took {longest:.2f} s",
        tuple(wrong),
    )


async def killed_while_written(stage: Stage) -> Outcome:
    """It goes on where it stopped: nobody is left out of the audience, nobody is in it twice."""
    kills, others = (60, 200_000) if stage.long else (10, 30_000)
    chance, halves = random.Random(SEED), 0
    async with world(stage.folder, HERE) as scene:
        async with scene.storage() as storage:
            await crowd(storage, scene.seal, others)
        for _ in range(kills):
            await scene.announce()
            async with scene.life() as life:
                await _writing(scene, chance.uniform(0, 0.9) * (others + HERE))
                await life.kill()
            async with scene.storage() as storage:
                halves += await unwritten(storage)
        async with scene.life() as life:
            await scene.settled()
            code = await life.stop()
        audit, books = await scene.audit(), await scene.books()
    totals = {each.counted["total"] for each in books.announced}
    wrong = audit.faults(twice=audit.repeats) + [f"the stop ended with {code}"] * (code != 0)
    wrong += ["no kill fell into the writing"] * (not halves)
    wrong += [f"the audience was written as {sorted(totals)}"] * (totals != {others + HERE})
    return Outcome(
        f"{kills} kills, {halves} of them before an audience of {others + HERE:,} was written"
        f" whole; {len(books.announced)} audiences complete, lost {len(audit.lost)}",
        tuple(wrong),
    )


async def _writing(scene: World, rows: float) -> None:
    """Until more than so many rows of the newest audience are written, or all are."""
    look = f"{scene.database.as_uri()}?mode=ro"
    with closing(sqlite3.connect(look, uri=True, isolation_level=None)) as reader:
        async with asyncio.timeout(PATIENCE):
            while True:
                total, fanned = reader.execute(
                    "SELECT total, fanned FROM announcements ORDER BY id DESC LIMIT 1"
                ).fetchone()
                if total > rows or fanned:
                    return
                await asyncio.sleep(LOOK_SECONDS)
