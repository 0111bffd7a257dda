"""Killed in the middle: at random instants, over and over, in every phase of a push."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from tests.faults.audit import Audit
from tests.faults.cuts import Cut, blamed
from tests.faults.outcome import Outcome, Stage
from tests.faults.world import ADMIN, World, world

STUCK_SECONDS = 20.0
MOST_IN_FLIGHT = 128  # 64 on their way, and as many answered that a busy machine has not kept yet
SEED = 20261125


async def at_29(stage: Stage) -> Outcome:
    """Default settings."""
    # Beside other scenarios on two cores a result is kept later, and more is in flight.
    kills, most = (600, 2) if stage.long else (50, 4)
    return await _killed(stage, kills, people=150, most_at_median=most)


async def at_300(stage: Stage) -> Outcome:
    """Ten times as fast: ten times as much is in flight."""
    kills = 200 if stage.long else 20
    return await _killed(stage, kills, people=600, most_at_median=23, TELEGRAM__RATE="300")


async def with_probe(stage: Stage) -> Outcome:
    """What is in doubt is looked for before it is sent again."""
    kills = 250 if stage.long else 25
    return await _killed(
        stage, kills, people=150, most_at_median=0, twice=0,
        TELEGRAM__PROBE_SECONDS="0.3", TELEGRAM__ADMINS=[ADMIN],
    )  # fmt: skip


async def with_probe_at_300(stage: Stage) -> Outcome:
    """The same, with much in doubt at a time."""
    return await _killed(
        stage, 20, people=600, most_at_median=0, twice=0, TELEGRAM__RATE="300",
        TELEGRAM__PROBE_SECONDS="0.3", TELEGRAM__ADMINS=[ADMIN],
    )  # fmt: skip


async def _killed(
    stage: Stage, kills: int, *, people: int, most_at_median: float, twice: int | None = None,
    **settings: object,
) -> Outcome:  # fmt: skip
    """Kill it so often, let it end in peace, and compare."""
    chance = random.Random(SEED)
    phases: Counter[str] = Counter()
    async with world(stage.folder, people, **settings) as scene:
        for _ in range(kills):
            if scene.owed() < people // 2:
                await scene.announce()
            async with scene.life() as life:
                before = len(scene.api.truth)
                await _moment(scene, chance)
                await scene.kill(life)
                phases[_phase(entry["method"] for entry in scene.api.truth[before:])] += 1
        async with scene.life() as life:
            await scene.settled()
            code = await life.stop()
        return _judged(await scene.audit(), scene.kills, phases, code, most_at_median, twice)


async def _moment(scene: World, chance: random.Random) -> None:
    """Let a random while pass: from the first instruction, or after a send was accepted."""
    if chance.random() < 0.5:
        await asyncio.sleep(chance.uniform(0, 1.5))
        return
    try:
        await scene.sends(chance.randint(1, 12), STUCK_SECONDS)
    except TimeoutError:
        return  # nobody is sent what is owed: the audit will say who
    await asyncio.sleep(chance.choice((0.0, chance.uniform(0, 0.1))))


def _phase(methods: Iterable[str]) -> str:
    """How far a life had come, by what it asked of the server."""
    asked = set(methods)
    return "sending" if asked & {"sendmessage"} else "starting" if asked else "loading"


def _judged(
    audit: Audit, kills: Sequence[Cut], phases: Counter[str], code: int, most: float,
    twice: int | None,
) -> Outcome:  # fmt: skip
    repeats, unexplained = blamed(audit.twice, kills)
    each = [repeats[kill.at] for kill in kills]
    sending = max(1, phases["sending"])
    wrong = audit.faults(twice=audit.repeats if twice is None else twice)
    wrong += [f"{len(unexplained)} arrived twice and were under way at no kill"] * bool(unexplained)
    wrong += [f"the median of a kill is {median(each)} twice"] * (median(each) > most)
    wrong += [f"one kill repeated {max(each)}"] * (max(each) > MOST_IN_FLIGHT)
    wrong += [f"the last stop ended with {code}"] * (code != 0)
    spread = ", ".join(f"{count} {name}" for name, count in sorted(phases.items()))
    figures = (
        f"{len(kills)} kills ({spread}), {audit.told} told, lost {len(audit.lost)}, twice"
        f" {audit.repeats}: median {median(each):g}, max {max(each)},"
        f" {audit.repeats / sending:.2f} a kill while sending"
    )
    return Outcome(figures, tuple(wrong))
