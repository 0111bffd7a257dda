"""Too many refusals at once open the breaker, and a try that arrives closes it."""

from __future__ import annotations

from bot.delivery.breaker import Breaker, Tripped


def test_a_few_refusals_mean_nothing() -> None:
    """Nine people who are gone, in a small push, are nine people who are gone."""
    breaker = Breaker()

    assert [None] * 9 == [breaker.refused(0) for _ in range(9)]
    assert not breaker.open


def test_the_tenth_of_few_opens_it() -> None:
    """Ten of ten cannot be true; it says how many of how many."""
    breaker = Breaker()
    for _ in range(9):
        breaker.refused(0)

    assert Tripped(10, 10) == breaker.refused(0)
    assert breaker.open


def test_one_in_twenty_is_life() -> None:
    """Ten of the last two hundred are not more than five in a hundred; eleven are."""
    breaker = Breaker()
    for n in range(200):
        if n % 20 == 19:
            assert breaker.refused(0) is None
        else:
            breaker.arrived()

    assert Tripped(11, 200) == breaker.refused(0)


def test_old_refusals_are_forgotten() -> None:
    """Only the last two hundred count."""
    breaker = Breaker()
    for _ in range(9):
        breaker.refused(0)
    for _ in range(200):
        breaker.arrived()

    assert breaker.refused(0) is None


def test_a_try_every_half_minute_decides() -> None:
    """While it is open the next try is due after thirty seconds; one that arrives closes it."""
    breaker = Breaker()
    for _ in range(10):
        breaker.refused(100)

    assert [30, 10, 0] == [breaker.until_try(now) for now in (100, 120, 131)]
    breaker.tried(131)
    assert (30, None, True) == (breaker.until_try(131), breaker.refused(132), breaker.open)
    assert breaker.arrived()
    assert not breaker.open
    assert not breaker.arrived()
