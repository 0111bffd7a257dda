"""Dates as the world writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.archive import dates
from bot.archive.document import When
from tests.archive.conftest import NOW

LONDON = ZoneInfo("Europe/London")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "day", "instant"),
    [
        ("Wed, 19 Nov 2014 15:30:00 +0000", date(2014, 11, 19), at(2014, 11, 19, 15, 30)),
        ("Wed, 19 Nov 2014 15:30:00 GMT", date(2014, 11, 19), at(2014, 11, 19, 15, 30)),
        ("19 Nov 14 15:30 EST", date(2014, 11, 19), at(2014, 11, 19, 20, 30)),
        ("Mon, 01 Jun 2015 23:30:00 +0000", date(2015, 6, 2), at(2015, 6, 1, 23, 30)),
        ("Mon, 01 Jun 2015 23:30:00 -0000", date(2015, 6, 2), at(2015, 6, 1, 23, 30)),
        ("Mon, 01 Jun 2015 23:30:00 BST", date(2015, 6, 1), at(2015, 6, 1, 22, 30)),
        ("Mon, 01 Jun 2015 23:30:00", date(2015, 6, 1), at(2015, 6, 1, 22, 30)),
        ("2015-06-01T23:30:00Z", date(2015, 6, 2), at(2015, 6, 1, 23, 30)),
        ("2015-06-01T23:30:00.5+01:00", date(2015, 6, 1), at(2015, 6, 1, 22, 30)),
        ("2015-06-01 23:30", date(2015, 6, 1), at(2015, 6, 1, 22, 30)),
        ("2014-12-31T24:00:00Z", date(2015, 1, 1), at(2015, 1, 1)),
        ("Ср, 19 ноя 2014 15:30:00 +0300", date(2014, 11, 19), at(2014, 11, 19, 12, 30)),
        ("2014-11-19", date(2014, 11, 19), None),
        ("November 19, 2014", date(2014, 11, 19), None),
        ("Nov. 19, 2014", date(2014, 11, 19), None),
        ("Wednesday, November 19th, 2014", date(2014, 11, 19), None),
        ("19 November 2014", date(2014, 11, 19), None),
        ("19 ноября 2014 г.", date(2014, 11, 19), None),
        ("19 ноября 2014", date(2014, 11, 19), None),
        ("1 мая 2014 года", date(2014, 5, 1), None),
        ("19.11.2014", date(2014, 11, 19), None),
    ],
)
def test_date_is_understood(text: str, day: date, instant: datetime | None) -> None:
    """A date gives the archive's local day, and an instant only where it has a time."""
    found = dates.parse(text, LONDON, NOW)

    assert found is not None
    assert (found.day, found.at and found.at.replace(microsecond=0)) == (day, instant)


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "0000-00-00T00:00:00", "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT",
        "2038-01-01T00:00:00Z", "November 31, 2014", "1416411000", "Wed, 19 Nov 99999 15:30:00",
        "November 19, 2027", "Wed, 99 Nov 2014 99:99:99 +9999", "19 Foo 2014", "9" * 5000,
    ],
)  # fmt: skip
def test_date_that_cannot_be_believed_is_none(text: str) -> None:
    """Nonsense, the epoch's zero and the far future are no dates."""
    assert dates.parse(text, LONDON, NOW) is None


def test_a_little_ahead_is_believed() -> None:
    """A post dated some hours ahead keeps its date: clocks and zones differ."""
    assert dates.parse("2026-11-25T20:00:00Z", LONDON, NOW) == When(
        date(2026, 11, 25), at(2026, 11, 25, 20)
    )


@pytest.mark.parametrize(
    "text",
    ["12 November 2014 – Over twenty deputies", "on November 16, 2009 he died", "May 1", "2014"],
)
def test_line_with_more_than_a_date_is_none(text: str) -> None:
    """Only a line that is nothing but a date can part releases."""
    assert dates.line(text) is None
