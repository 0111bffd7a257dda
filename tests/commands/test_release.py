"""One release, and reading it in place."""

from __future__ import annotations

import pytest

from bot import present
from tests.commands.house import House, commands_of


@pytest.mark.parametrize("words", ["/release 5", "/release r5", "/release #5", "r5", "/r5", "R5"])
async def test_by_its_number(house: House, words: str) -> None:
    """A release is found by its number however it is written."""
    message = await house.ask(words)
    release = await house.storage.releases.get(5)

    assert release is not None
    assert message == present.announcement(release, "en")


async def test_reading_in_place(house: House) -> None:
    """Pages take the place of the message pressed, and so does the way back."""
    page = await house.press("release 7 2")
    back = await house.press("release 7 0")

    assert page.text.text.startswith(
        "The Whole Story of the Lind Inquiry\n25 November 2019 · page 2 of 3"
    )
    assert commands_of(page) == ["release 7 1", "release 7 3", "release 7 0"]
    assert (page.replaces, back.replaces) == (True, True)
    assert back.text == (await house.ask("/release 7")).text


async def test_opening_from_a_list_keeps_the_list(house: House) -> None:
    """A number's button answers with a new message."""
    assert not (await house.press("release 7")).replaces


@pytest.mark.parametrize("number", ["0", "-1", "31", "9" * 18, "9" * 19, "9" * 5000])
async def test_no_such_release(house: House, number: str) -> None:
    """Any number that is none of ours is a sentence with ways on."""
    message = await house.ask(f"/release {number}")

    assert message.text.text.startswith("There is no release with this number.")
    assert commands_of(message) == ["latest", "search", "help"]


@pytest.mark.parametrize("words", ["", " twelve", " ²", " ٣", " 1.5", " r", " one two"])
async def test_no_number(house: House, words: str) -> None:
    """Words in place of a number are answered with how it is done."""
    message = await house.ask(f"/release{words}")

    assert message.text.text.startswith("Which release?")
    assert commands_of(message) == ["latest", "search", "help"]


async def test_in_russian(house: House) -> None:
    """Both the release and the refusals speak Russian."""
    shown = await house.ask("/release 8", language="ru")
    refused = await house.ask("/release 999", language="ru")

    assert shown.text.text.startswith("Суд перенёс слушание по делу Линд\n25 ноября 2022 г.\n\n")
    assert refused.text.text.startswith("Пресс-релиза с таким номером нет.")
