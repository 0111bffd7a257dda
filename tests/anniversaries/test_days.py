"""The days of an event and of every year: the nearest, the next, and those around New Year."""

from __future__ import annotations

from datetime import date

import pytest

from bot.anniversaries import around, nearest, next_day, years_since
from storage.model import Event

EVENT = Event("lind", date(2009, 11, 16), ("Lind",))


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2014, 11, 15), date(2014, 11, 16)), (date(2014, 11, 16), date(2014, 11, 16)),
        (date(2014, 11, 17), date(2015, 11, 16)),
    ],
)  # fmt: skip
def test_the_next_day(today: date, day: date) -> None:
    """Today's, where it is today; else this year's or the next year's."""
    assert day == next_day(EVENT, today)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2014, 11, 19), 2014), (date(2015, 1, 10), 2014), (date(2014, 9, 20), 2014),
        (date(2010, 1, 5), 2009), (date(1, 1, 1), 1), (date(9999, 12, 31), 9999),
    ],
)  # fmt: skip
def test_the_nearest_year(day: date, year: int) -> None:
    """January belongs to the anniversary before; the ends of the calendar are no fault."""
    assert year == nearest(EVENT, day)[0]


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2014, 12, 31), "12-28 12-29 12-30 12-31 01-01 01-02 01-03"),
        (date(2015, 3, 1), "02-26 02-27 02-28 02-29 03-01 03-02 03-03 03-04"),
        (date(2016, 3, 1), "02-27 02-28 02-29 03-01 03-02 03-03 03-04"),
    ],
)
def test_the_days_around(day: date, days: str) -> None:
    """Three days each way, over New Year, with the leap day where there is none."""
    assert days.split() == around(day, 3)


@pytest.mark.parametrize(
    ("then", "today", "years"),
    [
        (date(2012, 2, 29), date(2015, 2, 28), 3), (date(2012, 2, 29), date(2016, 2, 28), 3),
        (date(2012, 2, 29), date(2016, 2, 29), 4), (date(2009, 11, 16), date(2014, 11, 15), 4),
        (date(2009, 11, 16), date(2014, 11, 16), 5), (date(2024, 12, 30), date(2025, 1, 1), 0),
    ],
)  # fmt: skip
def test_whole_years(then: date, today: date, years: int) -> None:
    """A year has passed on its day, and not before; 29 February's on the 28th where need be."""
    assert years == years_since(then, today)
