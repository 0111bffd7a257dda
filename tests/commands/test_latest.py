"""The newest releases."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.router import Router
from storage import Storage
from tests.commands.house import CAMPAIGN, House, commands_of


def opened_by(commands: list[str]) -> list[str]:
    return [c for c in commands if c.startswith("release")]


async def test_five_newest_first(house: House) -> None:
    """Without a number: five, each with a button that opens it, and an arrow to earlier ones."""
    message = await house.ask("/latest")
    lines = message.text.text.split("\n\n")

    assert lines[:2] == [
        "The latest releases",
        "1. Witness Named in the Lind Case\n24 November 2026",
    ]
    assert commands_of(message) == [
        "release 10", "release 9", "release 30", "release 29", "release 28", "latest 5 2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "shown", "said"),
    [
        ("1", 1, ""), ("007", 7, ""), ("20", 20, ""),
        ("21", 20, "at most 20"), ("9" * 400, 20, "at most 20"),
        ("0", 5, "/latest 10"), ("-3", 5, "/latest 10"), ("many", 5, "/latest 10"),
    ],
)  # fmt: skip
async def test_how_many(house: House, asked: str, shown: int, said: str) -> None:
    """Too many is cut with a sentence, what is no number gets the usual and a hint."""
    message = await house.ask(f"/latest {asked}")

    assert len(opened_by(commands_of(message))) == shown
    assert said in message.text.text
    assert (len(message.text.text.split("\n\n")) == shown + 1) == (said == "")


async def test_pages_go_to_the_end(house: House) -> None:
    """Pressing on shows every release once; pages stand in each other's place."""
    seen: list[str] = []
    message = await house.ask("/latest 20")
    while True:
        seen += opened_by(commands_of(message))
        if message.buttons[-1][-1].label != "▶":
            break
        message = await house.press(message.buttons[-1][-1].command)
        assert message.replaces

    assert len(seen) == len(set(seen)) == 30
    assert message.buttons[-1][0].command == "latest 20 1"


async def test_in_russian(house: House) -> None:
    """Heading, date and the sentence about too many are Russian."""
    text = (await house.ask("/latest 50", language="ru")).text.text

    assert text.startswith("Последние пресс-релизы\n\n1. Witness")
    assert "24 ноября 2026 г." in text
    assert "не больше 20" in text


async def test_an_empty_archive(storage: Storage, now: datetime) -> None:
    """Nothing yet: it says so and offers to subscribe."""
    house = House(storage, Router(storage, CAMPAIGN, lambda: now), now)
    message = await house.ask("/latest")

    assert message.text.text.startswith("There are no releases yet.")
    assert commands_of(message) == ["subscribe"]
