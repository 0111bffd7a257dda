"""What was published on this day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.anniversaries import month_days
from bot.router import Router
from storage.model import Archive, Fate
from tests.commands.house import CAMPAIGN, House, commands_of, draft


def at(house: House, year: int, month: int, day: int, hour: int = 12) -> None:
    """From now on it is this hour, UTC."""
    instant = datetime(year, month, day, hour, tzinfo=UTC)
    house.router = Router(house.storage, CAMPAIGN, lambda: instant)


async def test_this_day_newest_first(house: House) -> None:
    """All years' releases of this day, with how long ago they were."""
    message = await house.ask("/onthisday")

    assert message.text.text.startswith("On this day: 25 November\n\n1. Суд")
    assert "25 November 2019 · 7 years ago" in message.text.text
    assert commands_of(message) == ["release 8", "release 7"]


async def test_the_days_around_it(house: House) -> None:
    """A day with nothing shows what lies up to three days away, and says so."""
    at(house, 2025, 11, 18)
    message = await house.ask("/onthisday")

    assert "these are from the days around it" in message.text.text
    assert commands_of(message) == ["release 6", "release 5", "release 1"]


async def test_nothing_at_all(house: House) -> None:
    """A quiet week is said plainly, with ways on."""
    at(house, 2025, 7, 1)
    message = await house.ask("/onthisday")

    assert "Nothing was published on this day" in message.text.text
    assert commands_of(message) == ["latest", "search", "help"]


async def test_new_year_is_no_wall(house: House) -> None:
    """On 1 January the last days of December are near."""
    archive = Archive("lind", "https://lind.example/")
    late = draft(99, "2020-12-30", "A Late Word", "Before the year ended.")
    await house.storage.keep(archive, [(late, Fate.QUIET)], house.now)
    at(house, 2025, 1, 1)

    assert commands_of(await house.ask("/onthisday")) == ["release 31"]


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2014, 11, 16), ["11-16"]), (date(2015, 2, 28), ["02-28", "02-29"]),
        (date(2016, 2, 28), ["02-28"]), (date(2016, 2, 29), ["02-29"]),
        (date(2015, 3, 1), ["03-01"]), (date(2100, 2, 28), ["02-28", "02-29"]),
        (date(2000, 2, 28), ["02-28"]),
    ],
)  # fmt: skip
def test_leap_days(day: date, days: list[str]) -> None:
    """What came out on 29 February is remembered on the 28th in common years."""
    assert month_days(day) == days


async def test_a_leap_day_in_a_common_year(house: House) -> None:
    """The release of 29 February 2012 is shown on 28 February 2026."""
    at(house, 2026, 2, 28)

    assert commands_of(await house.ask("/onthisday")) == ["release 2"]


async def test_the_readers_day(house: House) -> None:
    """Late on the 24th in London it is the 25th in Moscow."""
    at(house, 2026, 11, 24, 22)
    await house.storage.subscribers.choose(house.address, timezone="Europe/Moscow")

    assert "25 ноября" in (await house.ask("/onthisday", language="ru")).text.text
