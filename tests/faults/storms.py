"""A server that is overloaded, slow, broken or away for a while."""

from __future__ import annotations

import math
import random

from tests.fakes.botapi.faults import Fault
from tests.fakes.botapi.query import Query
from tests.faults.home import now
from tests.faults.outcome import Outcome, Stage
from tests.faults.script import Rule, Script, inside, slow_down
from tests.faults.world import FIRST, World, world

SEED = 7
GROUP = -1_000_000_000_001
BACK_SECONDS = 5.0
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


async def at_random(stage: Stage) -> Outcome:
    """A fifth of all sends is refused with 429."""
    chance = random.Random(SEED)

    def rule(_: Query) -> Fault | None:
        return slow_down(1) if chance.random() < 0.2 else None

    async with world(stage.folder, 200 if stage.long else 50) as scene:
        script = await _pushed(scene, rule)
        return await _told(scene, script, crossed=inside(scene.api.truth, script.freezes))


async def frozen(stage: Stage) -> Outcome:
    """Everything is refused for half a minute, as while a global flood wait lasts."""
    seconds = 30
    left = 30  # so many sends pass before
    until = math.inf

    def rule(_: Query) -> Fault | None:
        nonlocal left, until
        left -= 1
        if left == 0:
            until = now() + seconds
        return slow_down(max(1, math.ceil(until - now()))) if left <= 0 and now() < until else None

    async with world(stage.folder, 100) as scene:
        script = await _pushed(scene, rule)
        crossed = inside(scene.api.truth, script.freezes[:1])
        late = min(push.at for push in await scene.arrived() if push.at > until - 1) - until
        wrong = [f"{late:.1f} s until it went on"] * (not 0 <= late <= BACK_SECONDS)
        return await _told(scene, script, wrong, f"went on after {late:.2f} s", crossed=crossed)


async def hot_group(stage: Stage) -> Outcome:
    """One group has to wait for 15 s: nobody else does."""
    return await _hot(stage, [FIRST, FIRST + 1, GROUP, *range(FIRST + 2, FIRST + 80)])


async def hot_group_first(stage: Stage) -> Outcome:
    """The very first copy goes to that group: nobody else waits for it."""
    return await _hot(stage, [GROUP, *range(FIRST, FIRST + 80)])


async def _hot(stage: Stage, people: list[int]) -> Outcome:
    async with world(stage.folder, people) as scene:
        group, done = str(GROUP), False

        def rule(query: Query) -> Fault | None:
            nonlocal done
            if done or query.text("chat_id") != group:
                return None
            done = True
            return slow_down(15)

        script = await _pushed(scene, rule)
        until = script.freezes[0].at + script.freezes[0].seconds
        waited = [push for push in await scene.arrived() if push.at > until and push.chat != group]
        crossed = inside(scene.api.truth, script.freezes, group)
        wrong = [f"{len(waited)} others were told after the group's wait only"] * bool(waited)
        return await _told(scene, script, wrong, f"{len(waited)} others waited", crossed=crossed)


async def hidden(stage: Stage) -> Outcome:
    """Up to 8 s pass before, or after, a send is accepted: flood waits that are not told."""
    chance = random.Random(SEED)

    def rule(_: Query) -> Fault | None:
        if chance.random() > 0.1:
            return None
        return Fault(delay=chance.uniform(0.5, 8), after=chance.random() < 0.3)

    async with world(stage.folder, 400 if stage.long else 150) as scene:
        return await _told(scene, await _pushed(scene, rule))


async def broken(stage: Stage) -> Outcome:
    """500, 502 as a page, cut connections, half an answer, before and after; two hang."""
    chance = random.Random(SEED)
    faults = [
        Fault(status=500, description="Internal Server Error: restart"),
        Fault(status=502, body=HTML), Fault(status=502, body=HTML, after=True),
        Fault(reset=True), Fault(reset=True, after=True),
        Fault(status=200, body='{"ok":true,"resu', after=True),
    ]  # fmt: skip
    hanging = [Fault(hang=True, after=True), Fault(hang=True)]

    def rule(_: Query) -> Fault | None:
        if chance.random() > 0.15:
            return None
        if hanging and chance.random() < 0.3:
            return hanging.pop()
        return chance.choice(faults)

    async with world(stage.folder, 400 if stage.long else 120) as scene:
        script = await _pushed(scene, rule)
        return await _told(scene, script, twice=script.doubtful)


async def away(stage: Stage) -> Outcome:
    """Every connection is cut for ten seconds; then it goes on at once."""
    seconds, left, until = 10, 30, math.inf

    def rule(_: Query) -> Fault | None:
        nonlocal left, until
        left -= 1
        if left == 0:
            until = now() + seconds
        return Fault(reset=True) if left <= 0 and now() < until else None

    async with world(stage.folder, 150) as scene:
        script = await _pushed(scene, rule)
        after = sorted(push.at - until for push in await scene.arrived() if push.at > until)
        back, done = after[0], after[-1]
        wrong = [f"{back:.1f} s until it went on"] * (back > BACK_SECONDS)
        more = f"went on after {back:.2f} s, the last {len(after)} within {done:.1f} s"
        return await _told(scene, script, wrong, more)


async def _pushed(scene: World, rule: Rule) -> Script:
    """Push one release through this to its end."""
    scene.api.faults = script = Script(rule)
    await scene.announce()
    async with scene.life() as life:
        await scene.settled()
        await life.stop()
    return script


async def _told(
    scene: World, script: Script, wrong: list[str] | None = None, more: str = "", *,
    crossed: int = 0, twice: int = 0,
) -> Outcome:  # fmt: skip
    audit = await scene.audit()
    wrong = [*(wrong or []), *audit.faults(twice=twice)]
    wrong += [f"{crossed} sends came inside a freeze"] * bool(crossed)
    struck = ", ".join(f"{n} {name}" for name, n in sorted(script.struck.items()))
    figures = f"{audit.told} told, lost {len(audit.lost)}, twice {audit.repeats} ({struck})"
    if script.freezes:
        figures += f", {crossed} inside"
    return Outcome(f"{figures}, {more}" if more else figures, tuple(wrong))
