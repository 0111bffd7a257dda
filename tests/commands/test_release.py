"""One release, and reading it in place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import present
from storage.model import Archive, Fate, Release, RichText
from tests.commands.house import DRAFTS, House, commands_of

ARCHIVE = Archive("lind", "https://lind.example/")


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
    assert page == await house.press("release 7 2"), "pressing twice does no harm"
    assert (page.replaces, back.replaces) == (True, True)
    assert back.text == (await house.ask("/release 7")).text


async def test_a_page_of_a_release_that_changed(house: House) -> None:
    """Pages of a text that became shorter lead to what there is now; its last page is its end."""
    shorter = replace(DRAFTS[6], body=RichText("It is short now."), digest="new")
    await house.storage.keep(ARCHIVE, [(shorter, Fate.QUIET)], house.now)
    page = await house.press("release 7 3")

    assert page.text.text.endswith("25 November 2019\n\nIt is short now.")
    assert commands_of(page) == ["release 7 0"]


@pytest.mark.parametrize("number", [0, 1, 3])
async def test_a_page_of_a_release_that_is_withdrawn(
    house: House, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is read out any more, and what stood there gives way to that word."""
    release = await house.storage.releases.get(7)
    assert release is not None

    async def get(_: object, number: int) -> Release:
        return replace(release, id=number, withdrawn=True)

    monkeypatch.setattr(type(house.storage.releases), "get", get)
    message = await house.press(f"release 7 {number}")

    assert "withdrawn" in message.text.text
    assert "Paragraph" not in message.text.text
    assert message.replaces
    assert not (await house.press("release 7")).replaces


@pytest.mark.parametrize(
    ("words", "said"),
    [("", "Write the number of the release, for example: /release 12"),
     (" 99", "There is no release with this number.")],
)  # fmt: skip
async def test_in_a_group_it_is_short(house: House, words: str, said: str) -> None:
    """There what it has not to give is one sentence, without buttons."""
    message = await house.ask(f"/release{words}", private=False, may_manage=False)

    assert (message.text.text, message.buttons) == (said, ())


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
