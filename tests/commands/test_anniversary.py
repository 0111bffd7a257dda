"""The anniversaries of the campaign's event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.router import Router
from tests.commands.house import CAMPAIGN, House, commands_of


@pytest.mark.parametrize("words", ["5", "5th", "fifth", "2015", "пятая"])
async def test_by_number_or_year(house: House, words: str) -> None:
    """Statement, event and coverage of that year, with ways to the years beside it."""
    message = await house.ask(f"/anniversary {words}")

    assert message.text.text.startswith(
        "The death of Ada Lind\n5th anniversary, 16 November 2015\n\n"
        "1. Statement on the 5th Anniversary of Ada Lind’s Death\n16 November 2015 · statement"
    )
    assert commands_of(message) == [
        "release 5", "release 4", "release 6", "anniversary 2014", "anniversary 2016",
    ]  # fmt: skip


async def test_without_a_word(house: House) -> None:
    """The current anniversary; a year with nothing says so, and the year before is offered."""
    message = await house.ask("/anniversary")

    assert "16th anniversary, 16 November 2026" in message.text.text
    assert "I know of no release for this anniversary." in message.text.text
    assert commands_of(message) == ["anniversary 2025"]


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
        ("2027", "The 17th anniversary is on 16 November 2027: 356 days", ["anniversary 2026"]),
        ("9" * 30, "too far in the future", ["anniversary 2026"]),
        ("hello", "Which anniversary?", ["anniversary 2026"]),
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
