"""The days of an event: its day in each year, the window around it, the one that people mean."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from storage.model import Event

# A release this near to the day can belong to that year's anniversary.
WINDOW = timedelta(days=60)


def day_in(event: Event, year: int) -> date:
    """The event's day in that year; 29 February is kept on the 28th in common years."""
    try:
        return event.date.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def number_of(event: Event, year: int) -> int:
    """The anniversary that falls into this year: 5 for 2014 where the event was in 2009."""
    return year - event.date.year


def window(event: Event, year: int) -> tuple[date, date]:
    """The first and the last day on which a release may belong to that year's anniversary."""
    day = day_in(event, year)
    return day - WINDOW, day + WINDOW


def current(event: Event, today: date) -> int:
    """The year of the anniversary people mean: the coming one from the 1st of its month on."""
    return today.year if today.month >= event.date.month else today.year - 1


def next_day(event: Event, today: date) -> date:
    """The day of the next anniversary; today's, where it is today."""
    day = day_in(event, today.year)
    return day if day >= today else day_in(event, today.year + 1)


def nearest(event: Event, day: date) -> tuple[int, int]:
    """The year whose anniversary is the nearest to this day, and how many days lie between."""
    return min(
        ((year, abs((day_in(event, year) - day).days))
         for year in range(max(day.year - 1, date.min.year), min(day.year + 1, date.max.year) + 1)),
        key=lambda found: found[1],
    )  # fmt: skip


def month_days(day: date) -> list[str]:
    """The days that are this one in other years; 28 February stands in for 29 February."""
    leap_day = day.month == 2 and day.day == 28 and not calendar.isleap(day.year)
    return [f"{day:%m-%d}", *(["02-29"] if leap_day else [])]


def around(day: date, by: int) -> list[str]:
    """The same for all days up to `by` days away; New Year is no wall."""
    near = (day + timedelta(days=n) for n in range(-by, by + 1))
    return [month_day for one in near for month_day in month_days(one)]


def years_since(then: date, today: date) -> int:
    """The whole years that have passed; those of 29 February end on the 28th in common years."""
    event = Event("", then)
    return today.year - then.year - (day_in(event, today.year) > today)
