"""One person's allowance: what is answered, what is said once, what is left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import patience
from bot.patience import LEAVING, QUESTIONS, SUGGESTIONS, Allowance, Patience, Verdict

ANSWER, SAY_SO, SILENCE = Verdict

# Seconds between questions, in eighths: exact as binary fractions, so that sums are exact too.
GAPS = st.lists(st.integers(0, 80).map(lambda eighths: eighths / 8), max_size=200)


class Clock:
    """Seconds that pass only when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def verdicts(
    gaps: Sequence[float], allowance: Allowance = QUESTIONS, who: str = "somebody"
) -> Iterator[tuple[float, Verdict]]:
    """The time and the verdict of each question, the gap before it passed."""
    clock = Clock()
    asked = Patience(allowance, clock)
    for gap in gaps:
        clock.now += gap
        yield clock.now, asked.asks(who)


def said(gaps: Sequence[float], allowance: Allowance = QUESTIONS) -> list[Verdict]:
    return [verdict for _, verdict in verdicts(gaps, allowance)]


def test_a_burst_is_answered_then_one_word_then_silence() -> None:
    """Twenty questions at once are answered, the next is told so, and the rest is left alone."""
    assert said([0] * 25) == [ANSWER] * 20 + [SAY_SO] + [SILENCE] * 4


def test_a_flood_is_told_so_once() -> None:
    """A hundred questions a second for a minute get twenty answers and one word, no more."""
    heard = said([0.01] * 6000)

    assert (heard.count(ANSWER), heard.count(SAY_SO)) == (20, 1)


@pytest.mark.parametrize(("rest", "again"), [(4.5, SILENCE), (5, ANSWER), (3600, ANSWER)])
def test_who_stops_is_heard_again(rest: float, again: Verdict) -> None:
    """Five seconds of quiet are enough."""
    assert said([0] * 21 + [rest])[-1] is again


def test_who_slows_down_is_heard_again() -> None:
    """Whoever goes on at the pace that is allowed is answered after a while, even so."""
    heard = said([0] * 21 + [1] * 15)

    assert heard[21:] == [SILENCE] * 8 + [ANSWER] * 7


@given(GAPS)
def test_no_more_is_answered_than_allowed(gaps: list[float]) -> None:
    """In any stretch of time there are at most the burst and one answer more a second."""
    times = [at for at, verdict in verdicts(gaps) if verdict is ANSWER]

    for first in range(len(times)):
        for last in range(first, len(times)):
            assert last - first + 1 <= QUESTIONS.burst + times[last] - times[first]


@given(GAPS)
def test_the_word_is_said_seldom(gaps: list[float]) -> None:
    """It begins each silence, and the next is as many seconds away as it asks one to wait."""
    heard = list(verdicts(gaps))
    words = [at for at, verdict in heard if verdict is SAY_SO]

    assert all(b - a >= QUESTIONS.again for a, b in pairwise(words))
    for (_, before), (_, after) in pairwise(heard):
        assert (after is SILENCE) <= (before in (SAY_SO, SILENCE))
        assert (after is SAY_SO) <= (before is ANSWER)


@given(st.lists(st.integers(8, 800).map(lambda eighths: eighths / 8), max_size=200))
def test_a_patient_person_never_notices(gaps: list[float]) -> None:
    """Who asks no faster than once a second is always answered."""
    assert set(said(gaps)) <= {ANSWER}


@given(GAPS)
def test_after_a_rest_all_is_as_new(gaps: list[float]) -> None:
    """However somebody flooded, twenty seconds of quiet give the whole burst back."""
    heard = said([*gaps, QUESTIONS.burst, *[0] * 19])

    assert heard[len(gaps) :] == [ANSWER] * 20


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 16)), max_size=200))
def test_nobody_waits_for_another(asked: list[tuple[str, int]]) -> None:
    """What one person is told does not depend on anybody else."""
    clock = Clock()
    together = Patience(QUESTIONS, clock)
    alone = {who: Patience(QUESTIONS, clock) for who in "ab"}
    for who, eighths in asked:
        clock.now += eighths / 8

        assert together.asks(who) is alone[who].asks(who)


def test_leaving_is_heard_once_a_second() -> None:
    """However fast somebody leaves, a second later it is heard again."""
    heard = list(verdicts([0.125] * 80, LEAVING))

    assert [at for at, verdict in heard if verdict is ANSWER] == [1000.125 + n for n in range(10)]


def test_typing_gets_suggestions() -> None:
    """Four letters a second, for five minutes, are never too fast."""
    assert set(said([0.25] * 1200, SUGGESTIONS)) == {ANSWER}


def test_what_is_taken_back_is_not_counted() -> None:
    """A question that is put again and again, and each time taken back, uses nothing up."""
    asked = Patience(QUESTIONS, Clock())
    for _ in range(100):
        assert asked.asks("somebody") is ANSWER
        asked.take_back("somebody")
    asked.take_back("nobody we know")

    assert [asked.asks("somebody") for _ in range(21)] == [ANSWER] * 20 + [SAY_SO]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has been quiet the longest is forgotten; a flood that goes on is not."""
    monkeypatch.setattr(patience, "PEOPLE", 50)
    asked = Patience(QUESTIONS, Clock())
    for _ in range(21):
        asked.asks("quiet since")
        asked.asks("flood")
    for n in range(500):
        asked.asks(f"passer-by {n}")

        assert asked.asks("flood") is SILENCE
    assert len(asked) == 50
    assert asked.asks("quiet since") is ANSWER


def test_the_bound_is_what_it_says() -> None:
    """Ten thousand people, and no more."""
    asked = Patience(QUESTIONS, Clock())
    for n in range(12_000):
        asked.asks(str(n))

    assert len(asked) == 10_000


def test_nobody_is_kept_by_name() -> None:
    """Not even in memory: a hash with a key of this run's stands for a person."""
    one, other = Patience(), Patience()
    for asked in (one, other):
        asked.asks("somebody \ud800")

    assert "somebody" not in str(vars(one))
    assert one._people.keys() != other._people.keys()
