"""Dates as the world writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.archive import dates
from bot.archive.document import When
from tests.archive.conftest import NOW

LONDON = ZoneInfo("Europe/London")
BETWEEN = (datetime(1995, 1, 1), datetime(2026, 11, 1))  # noqa: DTZ001 the zone is drawn


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
        ("Wed, 19 Nov 2014 24:00:00 +0000", date(2014, 11, 20), at(2014, 11, 20)),
        ("2014-06-30T23:59:60Z", date(2014, 7, 1), at(2014, 6, 30, 23, 59, 59)),
        ("Wed, 19 Nov 2014 15:30 GMT+0300", date(2014, 11, 19), at(2014, 11, 19, 12, 30)),
        ("Wed, 19 Nov 2014 15:30:00 UTC+3", date(2014, 11, 19), at(2014, 11, 19, 12, 30)),
        ("Wed, 19 Nov 2014 15:30:00 +03:00", date(2014, 11, 19), at(2014, 11, 19, 12, 30)),
        ("2014-11-19 15:30:00 UTC", date(2014, 11, 19), at(2014, 11, 19, 15, 30)),
        ("2014-11-19T15:30:00+03", date(2014, 11, 19), at(2014, 11, 19, 12, 30)),
        ("2014/11/19 15:30", date(2014, 11, 19), at(2014, 11, 19, 15, 30)),
        ("20141119T153000Z", date(2014, 11, 19), at(2014, 11, 19, 15, 30)),
        ("November 19, 2014 at 3:30 p.m.", date(2014, 11, 19), at(2014, 11, 19, 15, 30)),
        ("19 ноября 2014 г. 12:30 AM", date(2014, 11, 19), at(2014, 11, 19, 0, 30)),
        ("mer., 19 nov. 2014 15:30:00 +0100", date(2014, 11, 19), at(2014, 11, 19, 14, 30)),
        ("Mon, 02 Jan 2012 01:30:00 MSK", date(2012, 1, 1), at(2012, 1, 1, 21, 30)),
        ("Mon, 02 Jan 2017 01:30:00 MSK", date(2017, 1, 1), at(2017, 1, 1, 22, 30)),
        ("1416411000", date(2014, 11, 19), at(2014, 11, 19, 15, 30)),
        ("20141119", date(2014, 11, 19), None),
        ("19 novembre 2014", date(2014, 11, 19), None),
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
        "2038-01-01T00:00:00Z", "November 31, 2014", "9999999999", "Wed, 19 Nov 99999 15:30:00",
        "November 19, 2027", "Wed, 99 Nov 2014 99:99:99 +9999", "19 Foo 2014", "9" * 5000,
        "Mon, 30 Nov -0001 00:00:00 +0000", "Mon, 01 Jan 0001 00:00:00 +0000", "2014-W47-3",
        "2014-02-30T10:00:00Z", "Thu, 30 Feb 2014 10:00:00 GMT", "2014", "11/19/2014",
    ],
)  # fmt: skip
def test_date_that_cannot_be_believed_is_none(text: str) -> None:
    """Nonsense, the epoch's zero and the far future are no dates."""
    assert dates.parse(text, LONDON, NOW) is None


@pytest.mark.parametrize(
    ("text", "zone", "day", "instant"),
    [
        # The two ends of the world: one instant is three days.
        (
            "2014-11-19T10:30:00Z",
            "Pacific/Kiritimati",
            date(2014, 11, 20),
            at(2014, 11, 19, 10, 30),
        ),
        ("2014-11-19T10:30:00Z", "Pacific/Pago_Pago", date(2014, 11, 18), at(2014, 11, 19, 10, 30)),
        ("2014-11-19T10:30:00Z", "Asia/Kathmandu", date(2014, 11, 19), at(2014, 11, 19, 10, 30)),
        # Summer time, by the archive's own clock: just before it begins, and after it has ended.
        ("2014-03-30 00:59", "Europe/London", date(2014, 3, 30), at(2014, 3, 30, 0, 59)),
        ("2014-03-30 02:00", "Europe/London", date(2014, 3, 30), at(2014, 3, 30, 1)),
        ("2014-10-25 23:59", "Europe/London", date(2014, 10, 25), at(2014, 10, 25, 22, 59)),
        ("2014-10-26 02:00", "Europe/London", date(2014, 10, 26), at(2014, 10, 26, 2)),
        # The hour that comes twice is its first; a midnight that never was keeps its day.
        ("2014-10-26 01:30", "Europe/London", date(2014, 10, 26), at(2014, 10, 26, 0, 30)),
        ("2014-10-19 00:00", "America/Sao_Paulo", date(2014, 10, 19), at(2014, 10, 19, 3)),
        # Moscow's winter was four hours ahead until October 26, 2014.
        ("2014-10-25 23:30", "Europe/Moscow", date(2014, 10, 25), at(2014, 10, 25, 19, 30)),
        ("2014-10-27 23:30", "Europe/Moscow", date(2014, 10, 27), at(2014, 10, 27, 20, 30)),
        # A day that Samoa left out.
        ("2011-12-30T10:30:00Z", "Pacific/Apia", date(2011, 12, 31), at(2011, 12, 30, 10, 30)),
    ],
)
def test_the_archives_own_day(text: str, zone: str, day: date, instant: datetime) -> None:
    """Across zones and summer time: the instant is exact, the day is that of the archive."""
    assert When(day, instant) == dates.parse(text, ZoneInfo(zone), NOW)


@given(
    st.datetimes(*BETWEEN, timezones=st.timezones()),
    st.timezones(),
    st.sampled_from(["%a, %d %b %Y %H:%M:%S {}", "%Y-%m-%dT%H:%M:%S{}", "%d %b %Y %H:%M:%S {}"]),
)
def test_an_instant_survives_every_way_of_writing_it(
    moment: datetime, zone: tzinfo, form: str
) -> None:
    """Written in any zone, read in any other: the same second, and its day there."""
    moment = moment.replace(microsecond=0)
    assume(moment.utcoffset() == moment.astimezone(UTC).astimezone(moment.tzinfo).utcoffset())
    offset = f"{moment:%z}"
    assume(len(offset) == 5)

    found = dates.parse(moment.strftime(form.format(offset)), zone, NOW)

    assert When(moment.astimezone(zone).date(), moment.astimezone(UTC)) == found


@given(st.text(max_size=60) | st.lists(st.sampled_from(
    ["Mon, ", "19", " Nov ", "2014", ":", "24:00", "60", "+", "-", "T", "Z", "GMT", "0001", "ноя",
     "\u0661\u0662", "9" * 12, " AM", ".", "/", "W47", "\x00"]
), max_size=12).map("".join))  # fmt: skip
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    """Whatever stands there: a day between the first year and tomorrow, or none."""
    for zone in (LONDON, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("America/Sao_Paulo")):
        found = dates.parse(text, zone, NOW)
        assert found is None or date(1989, 12, 30) < found.day < date(2026, 11, 28)
        dates.line(text)
        dates.within(text)


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
