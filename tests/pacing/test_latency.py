"""What slow answers do to the rate, and how it comes back."""

from __future__ import annotations

import pytest

from bot.pacing import Budget, Rate
from tests.pacing.stage import Server, now, push
from tests.virtual import virtual


def landed(rate: Rate, seconds: float, times: int) -> None:
    for _ in range(times):
        rate.landed(seconds)


def test_slow_answers_ease_the_rate() -> None:
    """Where most of twenty sends take more than a second, five per cent are taken off."""
    rate = Rate(29.0)
    landed(rate, 0.07, 100)
    landed(rate, 1.5, 30)
    assert 29.0 * 0.95**2 < rate.now < 29.0


def test_a_few_slow_answers_do_not() -> None:
    """Some are always slow; the median does not mind."""
    rate = Rate(29.0)
    for _ in range(200):
        landed(rate, 0.07, 2)
        landed(rate, 4.0, 1)
    assert 29.0 == rate.now


def test_a_little_slower_is_no_sign() -> None:
    """Three times a fast answer is a fast answer still."""
    rate = Rate(29.0)
    landed(rate, 0.02, 100)
    landed(rate, 0.2, 200)
    assert 29.0 == rate.now


def test_one_gets_used_to_a_longer_way() -> None:
    """A proxy far away is no reason to be slow for ever."""
    rate = Rate(29.0)
    landed(rate, 0.07, 100)
    landed(rate, 0.9, 2000)
    assert 29.0 == rate.now


def test_it_is_never_slower_than_the_floor() -> None:
    """However slow the answers are, some messages go out."""
    rate = Rate(29.0)
    landed(rate, 0.07, 100)
    landed(rate, 8.0, 800)
    assert 5.0 == rate.now


def test_an_eased_rate_does_not_grow() -> None:
    """What is taken while we are slow says nothing of the full rate."""
    rate = Rate(29.0, 29.6)
    landed(rate, 0.07, 100)
    at = 0.0
    for _ in range(3000):
        landed(rate, 2.0, 1)
        rate.granted(at)
        at += 1 / rate.now
        if rate.now < 20:
            break
    for _ in range(2000):  # slow enough to be eased no further, and no quicker
        rate.granted(at)
        at += 1 / rate.now
    landed(rate, 0.07, 200)
    assert 29.0 == rate.now


def test_the_latency_is_that_of_nearly_all() -> None:
    """What nineteen of twenty sends take; a guess before the first twenty."""
    rate = Rate(29.0)
    assert 0.3 == rate.latency
    for n in range(200):
        rate.landed(2.0 if n % 50 == 0 else 0.1)
    assert 0.1 == pytest.approx(rate.latency)


@pytest.mark.parametrize("slow", [1.2, 3.0, 8.0])
def test_hidden_waits_ease_and_it_comes_back(slow: float) -> None:
    """Telegram hides waits of up to 8 s as latency: slower meanwhile, full rate 10 s after."""

    @virtual
    async def run() -> None:
        budget, server = Budget(Rate(29.0, 29.6)), Server()
        await push(budget, server, 60, senders=64)
        server.slow = slow
        await push(budget, server, 60, senders=64)
        assert budget.rate.now < 15
        server.slow = 0
        began = now()
        while budget.rate.now < 28.8:
            await push(budget, server, 1, senders=8)
        assert now() - began < 10

    run()
