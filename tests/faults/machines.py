"""Two at once, a machine that sleeps, a clock that jumps."""

from __future__ import annotations

import asyncio
import signal
from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta

from tests.fakes.botapi.faults import Fault
from tests.fakes.botapi.query import Query
from tests.faults.cuts import blamed
from tests.faults.home import now
from tests.faults.outcome import Outcome, Stage
from tests.faults.script import Script, slow_down
from tests.faults.world import FIRST, world
from tests.running import herald

SECOND_SECONDS = 3.0
RATE = 31  # messages in one second, at most, at 29 a second
GROUPS = [-1_000_000_000_000 - number for number in range(1, 4)]
JUMPS = {
    "+1 hour": timedelta(hours=1),
    "-1 hour": -timedelta(hours=1),
    "+1 year": timedelta(days=365),
    "-1 year": -timedelta(days=365),
}
DONE_SECONDS = 90.0
WAITED_SECONDS = 35.0  # after which Herald gives up an answer


async def two(stage: Stage) -> Outcome:
    """A second one on the same database, in the middle of a push: refused in one line."""
    async with world(stage.folder, 150) as scene:
        await scene.announce()
        async with scene.life() as life:
            await scene.sends(30)
            began = now()
            code, out, err = await herald(scene.env, "run")
            took = now() - began
            await scene.settled()
            await life.stop()
        audit = await scene.audit()
    wrong = audit.faults() + [f"it took {took:.1f} s"] * (took > SECOND_SECONDS)
    wrong += [f"it ended with {code} and said {out}{err}"] * ((code, err.count("\n")) != (1, 1))
    return Outcome(
        f"the second ended with {code} after {took:.2f} s; {audit.told} told,"
        f" lost {len(audit.lost)}, twice {audit.repeats}",
        tuple(wrong),
    )


async def asleep(stage: Stage) -> Outcome:
    """SIGSTOP in the middle of a push, and on: nothing is made up for, and nothing comes twice but
    what was under way when it slept for longer than it waits for an answer.
    """
    naps = (8.0, 60.0) if stage.long else (8.0,)
    async with world(stage.folder, 150 * len(naps) + 50) as scene:
        await scene.announce()
        long, woken = [], []
        async with scene.life() as life:
            for seconds in naps:
                await scene.sends(50)
                life.signal(signal.SIGSTOP)
                if seconds > WAITED_SECONDS:
                    long.append(await scene.cut(now()))
                await asyncio.sleep(seconds)
                woken.append(now())
                life.signal(signal.SIGCONT)
            await scene.settled()
            await life.stop()
        audit = await scene.audit()
        most = busiest([push.at for push in await scene.arrived()], woken)
    _, unexplained = blamed(audit.twice, long)
    wrong = audit.faults(twice=audit.repeats)
    wrong += [f"{len(unexplained)} arrived twice after a short sleep"] * bool(unexplained)
    wrong += [f"{most} in one second after it woke"] * (most > RATE)
    return Outcome(
        f"slept {' and '.join(f'{seconds:g}' for seconds in naps)} s; {audit.told} told, lost"
        f" {len(audit.lost)}, twice {audit.repeats}, at most {most} in a second afterwards",
        tuple(wrong),
    )


def busiest(times: Sequence[float], since: Sequence[float], seconds: float = 1.0) -> int:
    """The most that came within a second, in the ten seconds after each of these moments."""
    times = sorted(times)
    most = 0
    for moment in since:
        for number, at in enumerate(times):
            if moment < at < moment + 10:
                most = max(most, bisect_right(times, at + seconds) - number)
    return most


async def clock_jumps(stage: Stage) -> Outcome:
    """The wall clock is set by an hour and by a year, forth and back, in the middle of a push."""
    found = await asyncio.gather(
        *(_jump(Stage(stage.folder / str(number)), name, by)
          for number, (name, by) in enumerate(JUMPS.items()))
    )  # fmt: skip
    figures = "; ".join(each.figures for each in found)
    return Outcome(figures, tuple(words for each in found for words in each.wrong))


async def _jump(stage: Stage, name: str, by: timedelta) -> Outcome:
    """Three groups were told to wait when it jumps: that wait is by no clock on the wall."""
    stage.folder.mkdir(parents=True)
    shift = stage.folder / "shift"
    shift.write_text("0")
    waited = dict.fromkeys(map(str, GROUPS), 1)

    def rule(query: Query) -> Fault | None:
        chat = query.text("chat_id")
        if not waited.get(chat):
            return None
        waited[chat] -= 1
        return slow_down(5)

    async with world(stage.folder, [*range(FIRST, FIRST + 5), *GROUPS,
                                    *range(FIRST + 5, FIRST + 100)]) as scene:  # fmt: skip
        scene.api.faults = Script(rule)
        await scene.announce()
        program = ("-m", "tests.faults.clocked", str(shift))
        async with scene.life(program=program) as life:
            await scene.sends(40)
            shift.write_text(str(by.total_seconds()))
            try:
                await scene.settled(DONE_SECONDS)
            except TimeoutError:
                return Outcome(f"{name}: stuck", (f"{name}: {await scene.waits()} wait for ever",))
            await life.stop()
        audit = await scene.audit()
    wrong = [f"{name}: {words}" for words in audit.faults()]
    return Outcome(
        f"{name}: {audit.told} told, lost {len(audit.lost)}, twice {audit.repeats}", tuple(wrong)
    )
