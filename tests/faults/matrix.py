"""Matrix: Herald is killed in the middle of a push, or the server is; each room hears once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

from tests.fakes.synapse import MissingError
from tests.faults.lives import Life
from tests.faults.matrix_world import MatrixWorld, matrix_world
from tests.faults.outcome import Outcome, Stage

SEED = 20261125
STUCK_SECONDS = 20.0
AWAY_SECONDS = 3.0


async def killed(stage: Stage) -> Outcome:
    """Herald, at random moments, over and over."""
    kills, rooms = (50, 60) if stage.long else (6, 24)
    return await _tried(stage, kills, rooms)


async def killed_at_100(stage: Stage) -> Outcome:
    """The same, with more on its way at any moment."""
    return await _tried(stage, 50, 120, MATRIX__RATE="100")


async def _tried(stage: Stage, kills: int, rooms: int, **settings: object) -> Outcome:
    try:
        async with matrix_world(stage.folder, rooms, **settings) as scene:
            return await _killed(scene, kills)
    except MissingError as error:
        return Outcome(skipped=str(error))


async def _killed(scene: MatrixWorld, kills: int) -> Outcome:
    chance = random.Random(SEED)
    phases: Counter[str] = Counter()
    for _ in range(kills):
        if scene.owed() < len(scene.rooms) // 2:
            await scene.announce()
        async with scene.life() as life:
            before = len(scene.heard())
            await _moment(scene, chance)
            await scene.kill(life)
            phases[_phase(life, len(scene.heard()) - before)] += 1
    return await _ended(scene, ", ".join(f"{n} {name}" for name, n in sorted(phases.items())))


async def _moment(scene: MatrixWorld, chance: random.Random) -> None:
    """Let a random while pass: from the first instruction, or after something was heard."""
    if chance.random() < 0.4:
        await asyncio.sleep(chance.uniform(0, 3))
        return
    try:
        await scene.sends(chance.randint(1, 6), STUCK_SECONDS)
    except TimeoutError:
        return  # nobody is sent what is owed: the audit will say who
    await asyncio.sleep(chance.choice((0.0, chance.uniform(0, 0.1))))


def _phase(life: Life, heard: int) -> str:
    """How far a life had come."""
    return "sending" if heard else "ready" if life.said("ready") else "starting"


async def server_away(stage: Stage) -> Outcome:
    """The server stops, or is killed, in the middle of a push, and comes back."""
    rooms, times = (60, 6) if stage.long else (24, 2)
    try:
        async with matrix_world(stage.folder, rooms) as scene:
            for number in range(times):
                await scene.announce()
                async with scene.life(ready=True):
                    await scene.sends(rooms // 4)
                    async with scene.server.away(abruptly=number % 2 == 0):
                        await asyncio.sleep(AWAY_SECONDS)
                    await scene.settled()
            return await _ended(scene, f"{times} times away")
    except MissingError as error:
        return Outcome(skipped=str(error))


async def _ended(scene: MatrixWorld, what: str) -> Outcome:
    """Let it end in peace, and compare."""
    async with scene.life(ready=True) as life:
        await scene.settled()
        code = await life.stop()
    audit = await scene.audit()
    wrong = audit.faults()
    wrong += [f"{scene.unread()} messages could not be decrypted"] * bool(scene.unread())
    wrong += [f"the last stop ended with {code}"] * (code != 0)
    figures = (
        f"{len(scene.kills)} kills ({what}), {audit.told} told, lost {len(audit.lost)}, twice"
        f" {audit.repeats}"
    )
    return Outcome(figures, tuple(wrong))
