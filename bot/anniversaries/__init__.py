"""Which release marks which anniversary of an event, and its role there: pure rules."""

from bot.anniversaries.asked import Asked, Reason, Why, asked, said, year_of
from bot.anniversaries.days import (
    WINDOW,
    around,
    current,
    day_in,
    month_days,
    nearest,
    next_day,
    number_of,
    window,
    years_since,
)
from bot.anniversaries.marking import Marking, marking, recognise
from bot.anniversaries.roles import Role

__all__ = [
    "WINDOW",
    "Asked",
    "Marking",
    "Reason",
    "Role",
    "Why",
    "around",
    "asked",
    "current",
    "day_in",
    "marking",
    "month_days",
    "nearest",
    "next_day",
    "number_of",
    "recognise",
    "said",
    "window",
    "year_of",
    "years_since",
]
