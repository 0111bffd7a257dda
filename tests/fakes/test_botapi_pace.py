"""The fake's rate limits: what each lets pass, how long it refuses then, and what it says of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.botapi.limits import Adaptive, Bucket, Fixed, Limit, Sliding
from tests.fakes.botapi.pace import REMEMBERED, Pace, TooManyError
from tests.fakes.botapi.query import Query

ANNA, BORIS, GROUP = "1001", "1002", "-1001"


class Clock:
    """Seconds that pass when something sleeps."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def pace(clock: Clock, **figures: Any) -> Pace:
    return Pace(clock, sleep=clock.sleep, **({"chat_pause": 0} | figures))


def passed(limit: Limit, times: list[float]) -> list[float]:
    """Those of the times at which a request passed."""
    found = []
    for now in times:
        if limit.wait(now) <= 0:
            limit.take(now)
            found.append(now)
    return found


def refusal(limits: Pace, chat: str, came: float = 0) -> TooManyError:
    with pytest.raises(TooManyError) as caught:
        limits.check("sendmessage", chat, came)
    return caught.value


def free(limits: Pace, clock: Clock, chat: str, *times: float) -> None:
    """A message to this chat passes at each of these times."""
    for clock.now in times:
        limits.check("sendmessage", chat)


def test_bucket() -> None:
    """A burst passes at once, then what its rate gives back; who is exactly as fast passes."""
    assert [0.0, 0.0, 0.1] == passed(Bucket(10, burst=2), [0.0, 0.0, 0.0, 0.05, 0.1, 0.1])
    even = [number / 10 for number in range(1000)]
    assert even == passed(Bucket(10), even)


def test_sliding() -> None:
    """No second has more than so many, wherever it begins."""
    assert [0.1, 0.9, 1.1, 1.9] == passed(Sliding(2), [0.1, 0.9, 1.0, 1.1, 1.2, 1.8, 1.9])


def test_fixed() -> None:
    """Each second of the clock has its own, so the end of one and the next may be twice as many."""
    assert [0.8, 0.9, 1.0, 1.1, 2.0] == passed(Fixed(2), [0.8, 0.9, 0.95, 1.0, 1.1, 1.2, 2.0])


def test_adaptive() -> None:
    """Its rate stays within its bounds, and is another one after a while; the same seed repeats."""
    rates = [Adaptive(10, 30, 60, seed=7).rate(now) for now in range(0, 600, 60)]
    assert 10 == len(set(rates))
    assert all(10 <= rate <= 30 for rate in rates)
    assert rates == [Adaptive(10, 30, 60, seed=7).rate(now) for now in range(0, 600, 60)]

    even = [number / 100 for number in range(1000)]
    assert len(passed(Adaptive(10, 10, 1), even)) == pytest.approx(100, abs=1)


@pytest.mark.parametrize("model", ["bucket", "sliding", "fixed", "adaptive"])
def test_a_refusal_freezes_the_bot(clock: Clock, model: str) -> None:
    """Whoever is too fast waits out the penalty: all chats are refused, and it grows no longer."""
    limits = pace(clock, model=model, per_second=2, burst=2, slowest=2, penalty=5)
    free(limits, clock, ANNA, 1000.0, 1000.0)

    assert 5 == refusal(limits, ANNA).seconds
    clock.now = 1003.2
    assert 2 == refusal(limits, BORIS).seconds
    free(limits, clock, BORIS, 1005.0)


def test_a_chats_refusal_is_its_own(clock: Clock) -> None:
    """A chat too often written to is frozen alone."""
    limits = pace(clock, chat_pause=1, chat_burst=2, chat_penalty=3)
    free(limits, clock, ANNA, 1000.0, 1000.0)

    assert 3 == refusal(limits, ANNA).seconds
    free(limits, clock, BORIS, 1000.0)
    clock.now = 1002.9
    assert 1 == refusal(limits, ANNA).seconds
    free(limits, clock, ANNA, 1003.0)


def test_a_group_has_its_minute(clock: Clock) -> None:
    """Twenty messages in any minute go to a group, and edits count."""
    limits = pace(clock)
    free(limits, clock, GROUP, *(1000.0 + second for second in range(19)))
    limits.check("editmessagetext", GROUP)

    clock.now = 1030.0
    assert 30 == refusal(limits, GROUP).seconds
    free(limits, clock, GROUP, 1060.0)


def test_inside_a_freeze(clock: Clock) -> None:
    """Only who had been told to wait, and a moment to hear it, is inside; others crossed."""
    limits = pace(clock, per_second=1, burst=1, penalty=10, grace=0.05)
    free(limits, clock, ANNA, 1000.0)
    first = refusal(limits, ANNA, came=1000.0)
    assert (False, False) == (first.inside, first.crossed)
    first.freeze.told = 1000.5

    clock.now = 1000.6
    early, late = refusal(limits, ANNA, came=1000.54), refusal(limits, ANNA, came=1000.56)
    assert [(False, True), (True, False)] == [(e.inside, e.crossed) for e in (early, late)]


async def test_told_when_the_answer_is_there(clock: Clock) -> None:
    """The sender knows of a wait when the first refusal has travelled back to it."""
    limits = pace(clock, per_second=1, burst=1)
    await limits.admit(Query("sendmessage", {"chat_id": ANNA}))
    with pytest.raises(TooManyError) as caught:
        await limits.admit(Query("sendmessage", {"chat_id": ANNA}, came=1000.0, back=0.03))

    assert 1000.03 == caught.value.freeze.told


async def test_hidden(clock: Clock) -> None:
    """In place of a refusal the request is held and then done; a longer wait is refused."""
    limits = pace(clock, per_second=1, burst=1, penalty=3, hidden=8)
    query = Query("sendmessage", {"chat_id": ANNA})
    assert 0 == await limits.admit(query)
    assert 3 == await limits.admit(query)
    assert 1003.0 == clock.now

    limits.penalty = 9
    with pytest.raises(TooManyError):
        await limits.admit(query)


def test_only_sends_and_edits(clock: Clock) -> None:
    """Other methods, and "typing", have no limit here."""
    limits = pace(clock, per_second=1, burst=1)
    free(limits, clock, ANNA, 1000.0)
    for method in ("getchat", "sendchataction", "deletemessage"):
        limits.check(method, ANNA)


def test_memory_does_not_grow(clock: Clock) -> None:
    """Chats at rest are forgotten, those that are not are remembered."""
    limits = pace(clock, per_second=0, chat_pause=1)
    for number in range(20 * REMEMBERED):
        free(limits, clock, str(number), 1000.0 + number / 100)

    assert len(limits._chats) <= REMEMBERED + 1
    assert 1 == refusal(limits, str(20 * REMEMBERED - 1)).seconds


def test_no_such_model(clock: Clock) -> None:
    """A model that is mistyped is an error, not the usual one."""
    with pytest.raises(KeyError):
        pace(clock, model="buckets")
