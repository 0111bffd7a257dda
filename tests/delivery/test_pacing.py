"""Pacing, under a clock of the test's own."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pacing import Pace


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(
    rate=st.floats(0.1, 1000),
    waits=st.lists(st.floats(0, 20), max_size=60),
)
def test_any_second_holds_no_more_than_the_rate(rate: float, waits: list[float]) -> None:
    """However irregularly it is asked, sends lie at least 1/rate apart."""
    clock = Clock()
    pace = Pace(rate, clock)
    sent = []
    for wait in waits:
        clock.now += wait
        sent.append(clock.now + pace.take())

    gaps = [b - a for a, b in pairwise(sent)]
    assert all(gap >= 1 / rate - 1e-6 for gap in gaps)


def test_a_rest_earns_no_burst() -> None:
    """After a pause the first goes at once, the second a gap later."""
    clock = Clock()
    pace = Pace(10, clock)
    clock.now += 60

    assert (pace.take(), round(pace.take(), 6)) == (0, 0.1)


def test_nothing_is_handed_out_inside_a_freeze() -> None:
    """A freeze moves every later send behind its end, and ends by itself."""
    clock = Clock()
    pace = Pace(10, clock)
    pace.freeze(5)

    assert pace.frozen
    assert pace.take() >= 5
    clock.now += 5
    assert not pace.frozen
