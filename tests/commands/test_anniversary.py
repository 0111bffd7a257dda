"""The anniversaries of the campaign's event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.router import Router
from storage.model import Archive, Event, Fate
from tests.commands.house import CAMPAIGN, House, commands_of, draft, labels_of

ARREST = Event(
    "arrest", date(2009, 11, 25), ("Lind", "Линд"),
    {"en": "the arrest of Ada Lind", "ru": "арест Ады Линд"}, ("arrest", "арест"),
)  # fmt: skip


@pytest.mark.parametrize("words", ["5", "5th", "fifth", "2015", "пятая"])
async def test_by_number_or_year(house: House, words: str) -> None:
    """Statement, event and coverage of that year, and a way to the nearest other."""
    message = await house.ask(f"/anniversary {words}")

    assert message.text.text.startswith(
        "The death of Ada Lind\n5th anniversary, 16 November 2015\n\n"
        "1. Statement on the 5th Anniversary of Ada Lind’s Death\n16 November 2015 · statement"
    )
    assert commands_of(message) == [
        "release 5", "release 4", "release 6", "anniversary 2011",
    ]  # fmt: skip
    assert message.text.text.endswith("Nothing for 2012–2014 is in the archive.")


async def test_without_a_word(house: House) -> None:
    """The current anniversary; a year with nothing says so, and the nearest is offered."""
    message = await house.ask("/anniversary")

    assert "16th anniversary, 16 November 2026" in message.text.text
    assert "No statement for 2026 is in the archive; the nearest is of 2015." in message.text.text
    assert commands_of(message) == ["anniversary 2015"]


async def test_the_coming_one(house: House) -> None:
    """Before the day an anniversary without releases yet says how long it is to go."""
    at = datetime(2026, 11, 6, 12, tzinfo=UTC)
    house.router = Router(house.storage, CAMPAIGN, lambda: at)
    message = await house.ask("/anniversary")

    assert "The 16th anniversary is on 16 November 2026: 10 days to go." in message.text.text


@pytest.mark.parametrize(
    ("words", "said", "ways"),
    [
        ("2009", "before it happened: that was on 16 November 2010.", ["anniversary 2011"]),
        ("2010", "the year it happened, on 16 November 2010.", ["anniversary 2011"]),
        ("2010", "The first anniversary was on 16 November 2011.", ["anniversary 2011"]),
        ("2027", "The 17th anniversary is on 16 November 2027: 356 days", ["anniversary 2015"]),
        ("9999", "too far in the future", ["anniversary 2015"]),
        ("5 6", "Which anniversary?", ["anniversary 2015"]),
        ("9" * 30, "too far in the future", ["anniversary 2015"]),
        ("hello", "Which anniversary?", ["anniversary 2015"]),
    ],
)
async def test_there_is_none(house: House, words: str, said: str, ways: list[str]) -> None:
    """Before the first, in the future, or not understood: it says so and leads on."""
    message = await house.ask(f"/anniversary {words}")

    assert said in message.text.text
    assert commands_of(message) == ways


async def test_turning_the_years(house: House) -> None:
    """The buttons' years stand in each other's place."""
    assert (await house.press("anniversary 2014")).replaces
    assert not (await house.press("anniversary")).replaces


async def test_today_is_the_readers(house: House) -> None:
    """On the last evening of October it is November already further east."""
    at = datetime(2026, 10, 31, 22, tzinfo=UTC)
    house.router = Router(house.storage, CAMPAIGN, lambda: at)
    london = await house.ask("/anniversary")
    await house.storage.subscribers.choose(house.address, timezone="Europe/Moscow")

    assert "15th anniversary" in london.text.text
    assert "16th anniversary" in (await house.ask("/anniversary")).text.text


async def test_a_campaign_without_events(house: House) -> None:
    """It says so, and /start offers no anniversaries."""
    bare = replace(CAMPAIGN, events=())
    house.router = Router(house.storage, bare, lambda: house.now)

    assert "no day that is remembered" in (await house.ask("/anniversary")).text.text
    assert "anniversary" not in commands_of(await house.ask("/start"))


async def test_in_russian(house: House) -> None:
    """Title, number, date and roles are Russian."""
    text = (await house.ask("/anniversary пятая", language="ru")).text.text

    assert text.startswith("Гибель Ады Линд\n5-я годовщина, 16 ноября 2015 г.\n\n")
    assert "заявление" in text
    future = await house.ask("/anniversary 2030", language="ru")
    assert "20-я годовщина будет 16 ноября 2030 г.: осталось 1452 дня." in future.text.text


async def several(house: House) -> None:
    """From now on there are two events, and a few releases more."""
    more = (
        draft(91, "2014-11-25", "Fifth Anniversary of the Arrest of Ada Lind", "Five years ago."),
        draft(92, "2013-11-16", "Statement on the 4th Anniversary of Ada Lind’s Death", "Friends,"),
    )
    archive = Archive("lind", "https://lind.example/")
    await house.storage.keep(archive, [(d, Fate.QUIET) for d in more], house.now)
    both = replace(CAMPAIGN, events=(*CAMPAIGN.events, ARREST))
    house.router = Router(house.storage, both, lambda: house.now)


@pytest.mark.parametrize("words", ["arrest 5", "арест 2014", "fifth arrest", "arrest 2014"])
async def test_another_event(house: House, words: str) -> None:
    """Its name or its words choose it; the death is a button away."""
    await several(house)
    message = await house.ask(f"/anniversary {words}")

    assert message.text.text.startswith(
        "The arrest of Ada Lind\n5th anniversary, 25 November 2014\n\n"
        "1. Fifth Anniversary of the Arrest of Ada Lind\n"
    )
    assert commands_of(message) == ["release 31", "anniversary arrest 2026", "anniversary"]
    assert labels_of(message)[-1] == "The death of Ada Lind"


async def test_the_other_events_are_offered(house: House) -> None:
    """The first event leads to the others, and back."""
    await several(house)

    assert commands_of(await house.ask("/anniversary 5"))[-1] == "anniversary arrest"
    assert commands_of(await house.press("anniversary arrest"))[-1] == "anniversary"


async def test_a_gap_between_two_years(house: House) -> None:
    """A year that nothing marks names the nearest before and after, and they are the buttons."""
    await several(house)
    message = await house.ask("/anniversary 2014")

    assert message.text.text.endswith(
        "No statement for 2014 is in the archive; the nearest are of 2013 and 2015."
    )
    assert commands_of(message)[:2] == ["anniversary 2013", "anniversary 2015"]


async def test_a_number_that_is_off(house: House) -> None:
    """What a title says of itself stands beside it where the year says otherwise."""
    slip = draft(
        91, "2016-11-16", "Statement on the 7th Anniversary of Ada Lind’s Death", "Friends,"
    )
    archive = Archive("lind", "https://lind.example/")
    await house.storage.keep(archive, [(slip, Fate.QUIET)], house.now)

    text = (await house.ask("/anniversary 6")).text.text
    assert "16 November 2016 · statement, it says “7th”" in text
