"""What follows from a release that is not shown any more, by which source and how often."""

from __future__ import annotations

from datetime import date

import pytest

from bot.archive.absence import EMPTY, Seen, judged
from storage.model import Kind, Known


def a(number: int, missed: int = 0, day: int = 1) -> Known:
    return Known(
        number, f"http://press.example/{number}/", Kind.REST, date(2020, 1, day), None, "", "",
        missed, False,
    )  # fmt: skip


def test_few_are_believed_and_many_are_not() -> None:
    """Ten of a few, or a tenth of many."""
    few, many = [a(n) for n in range(20)], [a(n) for n in range(300)]
    sure = Seen(sure=True, feed=date.max)

    assert tuple(few[:10]) == judged(few, {*range(10, 20)}, sure).gone
    assert () == judged(few, {*range(11, 20)}, sure).gone
    assert 30 == len(judged(many, {*range(30, 300)}, sure).gone)
    assert () == judged(many, {*range(31, 300)}, sure).gone


def test_pages_are_believed_at_the_second_time() -> None:
    """What a walk lacks is asked for, and counted; who was missed before is gone."""
    verdict = judged([a(1), a(2, missed=1), a(3)], {3}, Seen())

    assert ((a(2, missed=1),), (a(1),), (a(1),)) == (verdict.gone, verdict.asked, verdict.missed)


def test_nothing_follows_from_less_than_all() -> None:
    """A reading with gaps, one that ends early, and one of nothing."""
    listed = [a(1, missed=1, day=1), a(2, missed=1, day=2)]

    assert () == judged(listed, (), Seen(whole=False)).gone
    assert (a(2, missed=1, day=2),) == judged(listed, (), Seen(since=date(2020, 1, 1))).gone
    nothing = judged(listed, (), Seen(sure=True, nothing=True))
    assert ((), EMPTY) == (nothing.gone, nothing.notice)


def dated(number: int, kind: Kind = Kind.REST, missed: int = 0) -> Known:
    day = date(2020, 1, number)
    return Known(number, "http://press.example/", kind, day, None, "", "", missed, False)


@pytest.mark.parametrize(
    ("one", "seen", "gone"),
    [
        (dated(9), Seen(sure=True, feed=date(2020, 1, 5)), True),
        (dated(9), Seen(sure=True, feed=date(2020, 1, 5), fresh={9}), False),
        (dated(9), Seen(sure=True), False),
        (dated(9, missed=1), Seen(sure=True), True),
        (dated(9, missed=1), Seen(sure=True, fresh={9}), False),
        (dated(9, missed=1), Seen(sure=True, fresh={9}, feed=date(2020, 1, 5)), True),
        (dated(9, Kind.FEED, missed=1), Seen(sure=True, feed=date(2020, 1, 5)), True),
        (dated(9, Kind.FEED, missed=9), Seen(sure=True, feed=date(2020, 1, 9)), False),
        (dated(9, Kind.FEED, missed=9), Seen(sure=True), False),
        (dated(9, missed=9), Seen(since=date(2020, 1, 9)), False),
    ],
)
def test_each_source_is_believed_of_what_it_had(one: Known, seen: Seen, gone: bool) -> None:
    """A list of what it listed, a feed of what its page reaches, a walk as far as it went."""
    verdict = judged([one], (), seen)

    assert gone is bool(verdict.gone)
    assert gone is not bool(verdict.asked)
