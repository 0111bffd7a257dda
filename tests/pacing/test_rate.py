"""How the rate grows, and what refusals teach it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator

import pytest

from bot.pacing import Rate
from bot.pacing.refusals import Refusals, Run
from tests.fakes.botapi.limits import Bucket, Fixed, Limit, Sliding

HOUR = 3600.0


class Sending:
    """One sender at full rate, whose messages are judged at once; a refusal means a pause."""

    def __init__(self, rate: Rate, refuses: Callable[[float], bool], pause: float = 1.0) -> None:
        self.rate = rate
        self.refuses = refuses
        self.pause = pause
        self.now = 0.0
        self.refused: list[float] = []

    def go(self, seconds: float) -> int:
        """Send for so long; gives how many messages were taken."""
        taken, until = 0, self.now + seconds
        while self.now < until:
            number = self.rate.granted(self.now)
            if self.refuses(self.now):
                self.refused.append(self.now)
                self.rate.refused(self.now, number)
                self.now += self.pause
            else:
                taken += 1
                self.now += 1 / self.rate.now
        return taken


def nothing(_: float) -> bool:
    return False


def limited(limit: Limit) -> Callable[[float], bool]:
    """Refuses what is beyond this limit."""

    def refuses(now: float) -> bool:
        if limit.wait(now) > 0:
            return True
        limit.take(now)
        return False

    return refuses


def at_random(share: float, seed: int) -> Callable[[float], bool]:
    drawn = random.Random(seed)
    return lambda _: drawn.random() < share


def once(*times: float) -> Callable[[float], bool]:
    """Refuses the first message after each of these moments."""
    left: Iterator[float] = iter(times)
    following = [next(left, math.inf)]

    def refuses(now: float) -> bool:
        if now < following[0]:
            return False
        following[0] = next(left, math.inf)
        return True

    return refuses


def test_it_grows_while_nothing_is_refused() -> None:
    """A tenth more each half minute of sending, up to the ceiling and no further."""
    sending = Sending(Rate(29.0, 29.6), nothing)
    sending.go(31)
    assert 29.1 == pytest.approx(sending.rate.now)
    sending.go(600)
    assert 29.6 == sending.rate.now


def test_a_rate_without_a_ceiling_stays() -> None:
    """What an operator chose is not exceeded."""
    sending = Sending(Rate(20.0), nothing)
    sending.go(600)
    assert 20.0 == sending.rate.now


def test_rest_is_no_proof() -> None:
    """A message now and then shows nothing of what the full rate would come to."""
    rate = Rate(29.0, 29.6)
    for n in range(10_000):
        rate.granted(n * 10.0)
    assert 29.0 == rate.now


def test_after_a_refusal_it_stays_below_for_an_hour() -> None:
    """One per cent below the rate that was refused, with no saw; then it may grow again."""
    sending = Sending(Rate(29.0, 29.6), once(600))
    sending.go(600)
    assert 29.6 == sending.rate.now
    sending.go(HOUR)
    assert [600] == [round(at) for at in sending.refused]
    assert 29.6 * 0.99 == pytest.approx(sending.rate.now)
    sending.go(600)
    assert 29.6 == sending.rate.now


def test_a_refusal_soon_after_the_start_slows_at_once() -> None:
    """Where it came soon the rate gives way by a tenth, and is back soon."""
    sending = Sending(Rate(29.0), once(2))
    sending.go(3.1)
    assert 29.0 * 0.9 == pytest.approx(sending.rate.now)
    sending.go(8)
    assert 29.0 * 0.99 == pytest.approx(sending.rate.now)


@pytest.mark.parametrize(
    ("permitted", "made"),
    [
        *((rate, lambda rate: Bucket(rate, 30)) for rate in (7, 12, 20, 28)),
        (12, lambda rate: Bucket(rate, 1.5)),
        *((most, Sliding) for most in (8, 20)),
        (15, Fixed),
    ],
)
def test_a_limit_is_learned(permitted: int, made: Callable[[int], Limit]) -> None:
    """After some minutes nearly all that is permitted is used, and hardly anything refused."""
    limit = made(permitted)
    sending = Sending(Rate(29.0, 29.6), limited(limit))
    sending.go(600)
    learned = len(sending.refused)
    taken = sending.go(1200) / 1200
    assert taken > 0.95 * permitted
    assert learned <= 40
    assert len(sending.refused) - learned <= 5


def test_a_limit_that_is_lowered_is_learned_anew() -> None:
    """Hours of sending at one rate are no argument against a refusal today."""
    bucket = Bucket(30, 30)
    sending = Sending(Rate(29.0, 29.6), limited(bucket))
    sending.go(2 * HOUR)
    assert [] == sending.refused
    bucket.rate = 18
    sending.go(300)
    learned = len(sending.refused)
    taken = sending.go(900) / 900
    assert taken > 0.95 * 18
    assert learned <= 40
    assert len(sending.refused) - learned <= 3


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("share", "used"), [(0.4, 0.97), (0.2, 0.97), (0.05, 0.97), (0.01, 0.95), (0.002, 0.92)]
)
def test_refusals_at_random_slow_nothing(share: float, used: float, seed: int) -> None:
    """Where slower does not help the rate comes back, and stays; the sooner the more there are."""
    sending = Sending(Rate(29.0, 29.6), at_random(share, seed))
    taken = sending.go(1200)
    assert taken > used * 29.0 * (1200 - len(sending.refused) * sending.pause)
    sending.refuses = nothing
    sending.go(5)
    assert sending.rate.now > used * 29.0


def test_a_run_is_judged_by_those_of_these_minutes() -> None:
    """Who is refused sooner than a while ago, and is no faster, is refused for another reason;
    than hours ago, he may be refused for a limit that has changed.
    """
    for hours, unrelated in ((0, True), (2, False)):
        refusals = Refusals()
        for n, sends in enumerate((1000, 100, 90)):
            refusals.add(Run(sends, 29.0 - n, 29.0 - n), n * 10.0)
        assert not refusals.unrelated(20)
        refusals.add(Run(20, 26.0, 26.0), hours * HOUR + 30)
        assert unrelated == refusals.unrelated(hours * HOUR + 30)
        refusals.add(Run(15, 25.0, 25.0), hours * HOUR + 40)
        assert unrelated == refusals.unrelated(hours * HOUR + 40)
        assert not refusals.unrelated(hours * HOUR + 90)


@pytest.mark.parametrize("seed", range(10))
def test_a_short_storm_is_soon_forgotten(seed: int) -> None:
    """Ten seconds may be too short to tell chance from a limit: then it is felt for, by steps."""
    sending = Sending(Rate(29.0, 29.6), nothing)
    sending.go(60)
    sending.refuses = at_random(0.2, seed)
    sending.go(10)
    sending.refuses = nothing
    sending.go(600)
    assert sending.rate.now > 29.0


def test_old_refusals_say_nothing_new() -> None:
    """Of the messages under way when a pause was asked for, more may be refused."""
    rate = Rate(29.0)
    for n in range(1, 61):
        rate.granted(n / 29)
    rate.refused(2.2, 50)
    slower = rate.now
    assert slower < 29.0
    for late in (51, 60, 40):
        rate.refused(2.3, late)
    assert slower == rate.now


@pytest.mark.parametrize("start", [0.1, 1.0, 5.0])
def test_a_slow_rate_has_no_floor_above_itself(start: float) -> None:
    """The floor never makes it faster than it was meant to be, nor is it ever 0."""
    sending = Sending(Rate(start), at_random(0.3, 1))
    sending.go(HOUR)
    assert 0 < sending.rate.now <= start
