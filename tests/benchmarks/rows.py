"""The rows of the courier's benchmark: each prepares its world, lets Herald work, says a figure."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import yardstick
from tests.benchmarks.asking import Askers, by_chance, evenly
from tests.benchmarks.pushing import SETTLED, between, kept, stretch, under_way
from tests.benchmarks.stage import HERALD, Json, World, fake, memory, world

Say = Callable[[str, str, str], None]

FAR = {"latency": 0.06, "jitter": 0.03, "arrives": 1}  # seconds; the worst case for evenness
LIMITS: dict[str, Json] = {
    "token bucket": {"model": "bucket", "per_second": 30, "burst": 30, "penalty": 5},
    "strict sliding window": {"model": "sliding", "per_second": 30, "penalty": 5},
}
MOST_A_SECOND = 30  # of a push at the usual settings
LATENCIES = (0.005, 0.05)  # seconds
PAID, BEYOND = 1000, 20_000  # messages a second: the most that may be set, and more than can be
ASKS = 10.0  # evenly, while an audience is written down
LANDED = 0.5  # seconds, after which nothing of a killed process is under way any more
LAST = 60.0  # seconds of a long run that are looked at once it has adapted


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large and long: `seconds` of each stretch, `adapting` before the last one (0: none).

    `people` are subscribers where the row does not set them by itself; `asks` a second.
    """

    folder: Path
    seconds: float
    people: int
    adapting: float
    asks: tuple[float, ...]


async def limits(sizes: Sizes, say: Say) -> None:
    """Default settings against a limit of 30/s, as token bucket and as strict sliding window."""
    for name, limit in LIMITS.items():
        people = int(MOST_A_SECOND * (SETTLED + 2 * sizes.seconds + sizes.adapting + 20))
        folder = sizes.folder / f"limits {name}"
        async with world(folder, people, limit, **FAR) as around:
            await around.announce(fan_out=True)
            async with around.herald():
                await under_way(around.fake, sizes.seconds)
                before = await around.fake.tally()
                found = await stretch(around.fake, sizes.seconds)
                say(f"default settings, {name} 30/s, 60–90 ms", "≥ 28.8/s, 0 × 429", str(found))
                if sizes.adapting:
                    await asyncio.sleep(sizes.adapting)
                    last = await stretch(around.fake, min(LAST, sizes.seconds))
                    whole = between(before, await around.fake.tally())
                    reach = "≥ 29.5/s" if name == "token bucket" else "–"
                    say(f"{name}, once adapted", reach, f"{last}; {whole} over all")


async def answering(sizes: Sizes, say: Say) -> None:
    """Answers while much is pushed, at the usual settings and the usual limit."""
    async with world(sizes.folder / "answers", sizes.people, LIMITS["token bucket"], **FAR) as w:
        await w.announce(fan_out=True)
        askers = Askers(w.fake)
        async with w.herald():
            await under_way(w.fake, sizes.seconds)
            for rate in sizes.asks:
                before = await w.fake.tally()
                numbers = await askers.ask(by_chance(rate, sizes.seconds, random.Random(1)))
                found = await askers.waits(numbers)
                pushed = between(before, await w.fake.tally())
                what = f"answers at {rate:g}/s while {sizes.people:,} are pushed"
                say(what, "queueing p99 ≤ 100 ms", f"{found}; in all {pushed}")


async def free(sizes: Sizes, say: Say) -> None:
    """No limit of the server's: the most that may be set, and the ceiling beyond."""
    unbound = ("tests.benchmarks.unbound", str(BEYOND))
    for latency in LATENCIES:
        for rate, module in ((PAID, HERALD), (BEYOND, unbound)):
            people = int(min(rate, 4 * PAID) * (sizes.seconds + SETTLED + 5))
            folder = sizes.folder / f"free {latency} {rate}"
            async with world(folder, people, latency=latency) as around:
                await around.announce(fan_out=True)
                async with around.herald(module, rate=PAID) as herald:
                    await under_way(around.fake, sizes.seconds)
                    found = await stretch(around.fake, sizes.seconds, herald.process.pid)
                    await herald.stop()
                measured = f"{found.rate:.0f}/s at {100 * found.cpu:.0f} % of a core"
                measured += f" in {found.seconds:.0f} s; {await kept(around)}"
                what = f"no limit, {1000 * latency:.0f} ms, "
                if rate == PAID:
                    say(f"{what}RATE={PAID}", "≥ 950/s at ≤ 60 % of a core", measured)
                else:
                    say(f"{what}the ceiling", "–", measured)


async def audience(sizes: Sizes, say: Say) -> None:
    """A large audience: answers while it is written down, memory, and a restart."""
    people = f"{sizes.people:,}"
    async with world(sizes.folder / "audience", sizes.people, LIMITS["token bucket"], **FAR) as w:
        askers = Askers(w.fake)
        async with w.herald() as herald:
            pid = herald.process.pid
            await asyncio.sleep(min(SETTLED, sizes.seconds))
            idle, _ = memory(pid)
            await _fan_out(w, askers, sizes, say)
            await asyncio.sleep(sizes.seconds)
            now, highest = memory(pid)
            measured = f"{now - idle:+.1f} MB, {highest - idle:+.1f} at the highest"
            what = f"memory with {people} pending and being pushed"
            say(what, "≤ 20 MB above idle", f"{measured}; idle {idle:.0f} MB")
            await herald.kill()
        await asyncio.sleep(LANDED)
        await w.fake.act("new_tally")
        began = time.time()
        async with w.herald():
            first = (await w.fake.sent(1))["first"]
            say(f"restart with {people} pending", "sending ≤ 2 s", f"{first - began:.2f} s")


async def _fan_out(around: World, askers: Askers, sizes: Sizes, say: Say) -> None:
    """Another process announces; people ask before, until all is written down, and a bit longer."""
    quiet, busy = asyncio.Event(), asyncio.Event()
    asking = asyncio.create_task(askers.ask(evenly(ASKS, quiet)))
    await asyncio.sleep(min(SETTLED, sizes.seconds))
    quiet.set()
    before = await askers.waits(await asking)
    asking = asyncio.create_task(askers.ask(evenly(ASKS, busy)))
    await around.announce(fan_out=False)
    took, since = await _written(around, sizes.people)
    await asyncio.sleep(1)
    busy.set()
    found = await askers.waits(await asking)
    say(
        f"fan-out of {sizes.people:,}",
        "≤ 3 s",
        f"{took:.2f} s; whole {since:.2f} s after it was announced",
    )
    measured = f"{found}; before it {before}"
    say("answers during the fan-out", "longest ≤ 50 ms", measured)


async def _written(around: World, people: int) -> tuple[float, float]:
    """Seconds from the first chunk of the only audience to the last, and from now to the last."""
    clock = asyncio.get_running_loop().time
    announced, began = clock(), 0.0
    async with around.storage() as storage:
        (progress,) = await storage.outbox.running()
        while progress.total < people:
            await asyncio.sleep(0.005)
            progress = await storage.outbox.progress(progress.announcement) or progress
            began = began or (clock() if progress.total else 0.0)
    return clock() - began, clock() - announced


async def compared(sizes: Sizes, say: Say) -> None:
    """Herald and python-telegram-bot's AIORateLimiter, each on a fake with the same limit."""
    asks = sizes.asks[-1]
    for name, limit in LIMITS.items():
        people = int(MOST_A_SECOND * (SETTLED + sizes.seconds + 10))
        async with world(sizes.folder / f"compared {name}", people, limit, **FAR) as around:
            await around.announce(fan_out=True)
            async with around.herald():
                await under_way(around.fake, sizes.seconds)
                askers = Askers(around.fake)
                gaps = by_chance(asks, sizes.seconds, random.Random(1))
                asking = asyncio.create_task(askers.ask(gaps))
                ours = await stretch(around.fake, sizes.seconds)
                waits = await askers.waits(await asking)
        async with fake(limit, **FAR) as made:
            theirs, waited = await yardstick.measured(made, sizes.seconds, asks)
        say(f"{name}, {asks:g} answers/s: Herald", "–", f"{ours}; answers {waits}")
        say(f"{name}, {asks:g} answers/s: AIORateLimiter", "–", f"{theirs}; answers {waited}")
        ratio = f"{ours.rate / theirs.rate:.1f} times as many" if theirs.rate else "all to nothing"
        measured = f"{ours.rate:.1f}/s to {theirs.rate:.1f}/s: {ratio}"
        say(f"{name}: Herald to AIORateLimiter", "–", measured)
