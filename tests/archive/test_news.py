"""What is news."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.archive.derive import draft
from bot.archive.document import Entry, When
from bot.archive.news import fates
from storage.model import Draft, Fate, Kind
from tests.archive.conftest import ARCHIVE, NOW

WEEK = timedelta(days=7)
ANNOUNCE, HOLD, QUIET = Fate.ANNOUNCE, Fate.HOLD, Fate.QUIET


def dated(ago: timedelta, number: int = 0, exact: bool = True) -> Draft:
    at = NOW - ago
    when = When(at.date(), at if exact else None)
    return draft(Entry(Kind.FEED, "x", title=f"Release {number}", when=when), ARCHIVE, NOW)


def decided(*drafts: Draft, first: bool = False, window: timedelta = WEEK) -> list[Fate]:
    zone = ZoneInfo("Europe/London")
    return fates(drafts, first=first, now=NOW, zone=zone, window=window, burst=2)


def test_first_reading_makes_no_news() -> None:
    """Whatever an archive holds when we first meet it was there before us."""
    assert decided(dated(timedelta()), first=True) == [QUIET]


@pytest.mark.parametrize(
    ("ago", "exact", "expected"),
    [
        (timedelta(), True, ANNOUNCE), (timedelta(days=6.9), True, ANNOUNCE),
        (timedelta(days=7.1), True, QUIET), (timedelta(hours=-20), True, ANNOUNCE),
        (timedelta(days=-2), True, QUIET), (timedelta(days=7), False, ANNOUNCE),
        (timedelta(days=8), False, QUIET), (timedelta(days=-1), False, ANNOUNCE),
        (timedelta(days=-2), False, QUIET),
    ],
)  # fmt: skip
def test_only_the_last_week_is_news(ago: timedelta, exact: bool, expected: Fate) -> None:
    """An old release that is first seen now is kept quietly; so is one far ahead."""
    assert decided(dated(ago, exact=exact)) == [expected]


def test_downtime_makes_nothing_old() -> None:
    """The window is as much longer as Herald was down."""
    assert decided(dated(timedelta(days=9)), window=timedelta(days=10)) == [ANNOUNCE]


def test_burst_holds_all_of_them() -> None:
    """More at once than the limit are held, all; what is old stays quiet and does not count."""
    old, new = dated(timedelta(days=30)), [dated(timedelta(), n) for n in range(3)]

    assert decided(old, *new[:2]) == [QUIET, ANNOUNCE, ANNOUNCE]
    assert decided(old, *new) == [QUIET, HOLD, HOLD, HOLD]
