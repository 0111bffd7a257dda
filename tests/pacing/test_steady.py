"""The rate that is reached, against models of a limit, in hours of virtual time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from bot.pacing import Budget, Rate
from storage.model import Lane
from tests.fakes.botapi.limits import Bucket, Fixed, Limit, Sliding
from tests.pacing.stage import Server, a_second, chat, now, overflow, push, windows
from tests.virtual import run_virtually, this_loop, virtual

HOUR = 3600.0


def busy(seed: int) -> Callable[[], float]:
    """How late the timers of a loop with other work are: now and then much, mostly a little."""
    drawn = random.Random(seed)
    return lambda: (
        drawn.uniform(0.003, 0.02) if drawn.random() < 0.03 else drawn.uniform(0.0002, 0.0015)
    )


@virtual
async def test_an_hour_without_a_refusal() -> None:
    """30 a second as a bucket, a strict window and a fixed one: none is ever too full, even if
    messages are up to 10 ms uneven on their way; and hardly anything is left unused.
    """
    limits: list[Limit] = [Bucket(30, 30), Sliding(30), Fixed(30)]
    budget, server = Budget(Rate(29.0, 29.6), windows), Server(limits, uneven=0.01)

    times = await push(budget, server, HOUR)

    assert [] == server.asked
    assert a_second(times, HOUR) > 29.5
    last = [at for at in times if at >= times[-1] - 600]
    assert a_second(last, 600) > 29.55


def test_a_busy_loop_keeps_limit_and_rate() -> None:
    """Turns that come late are made up for, but never so that a strict window overflows."""

    async def run() -> list[float]:
        budget, server = Budget(Rate(29.0, 29.6), windows), Server()
        await push(budget, server, 300)
        return await push(budget, server, 900)

    times = run_virtually(run(), late=busy(3))

    assert a_second(times, 900) > 29.5
    assert 0 == overflow(times, 0.01, Sliding(30), Bucket(30, 30), Fixed(30))
    assert 0 < overflow(times, 0.03, Sliding(30))


@virtual
async def test_very_uneven_arrivals_are_not_refused_at_the_start() -> None:
    """The rate one begins with leaves a strict window 30 ms for what is uneven on the way."""
    budget, server = Budget(Rate(29.0)), Server([Sliding(30)], uneven=0.03)

    times = await push(budget, server, 1200)

    assert [] == server.asked
    assert a_second(times, 1200) > 28.8


@pytest.mark.parametrize(
    ("rate", "seconds", "senders"),
    [
        (0.1, 1000, 2),
        (1.0, 300, 2),
        (5.0, 300, 3),
        (29.0, 300, 5),
        (300.0, 60, 50),
        (1000.0, 60, 150),
    ],
)
def test_a_rate_gives_what_it_says(rate: float, seconds: float, senders: int) -> None:
    """From one message in ten seconds to a thousand a second, within two per cent."""

    @virtual
    async def run() -> None:
        times = await push(Budget(Rate(rate), windows), Server(), seconds, senders=senders)

        assert a_second(times, seconds) == pytest.approx(rate, rel=0.02)

    run()


@virtual
async def test_the_first_message_waits_for_nothing() -> None:
    """However slow the rate is, one that has rested goes at once."""
    budget, began = Budget(Rate(0.1)), now()
    async with budget.turn(Lane.ANSWER, chat("a")):
        assert began == now()
    async with budget.turn(Lane.ANSWER, chat("b")):
        assert began + 10 == pytest.approx(now())


@pytest.mark.parametrize(("rate", "at_once"), [(29.0, 1), (29.6, 1), (1000.0, 51)])
def test_a_stall_makes_no_burst(rate: float, at_once: int) -> None:
    """What a loop that stood still for a tenth of a second has missed is not made up for at once;
    at a thousand a second 50 ms are.
    """

    @virtual
    async def run() -> None:
        budget, server = Budget(Rate(rate), windows), Server()
        pushing = asyncio.create_task(push(budget, server, 5, senders=150))
        await asyncio.sleep(2)
        for _ in range(5):
            this_loop().stall(0.1)
            await asyncio.sleep(0.3)
        await pushing

        times = [at for at, _ in server.left]
        assert at_once >= max(times.count(at) for at in times)
        assert min(b - a for a, b in pairwise(times) if b > a) > 0.2 / rate

    run()


@virtual
async def test_an_idle_bot_earns_no_burst() -> None:
    """After an hour of rest the second message still waits its time."""
    budget, server = Budget(Rate(10.0)), Server()
    await push(budget, server, 2)
    await asyncio.sleep(HOUR)
    times = await push(budget, server, 2)

    assert 0.0999 < min(b - a for a, b in pairwise(times))
