"""Following: what can be followed and what is said of it, and the ways there and back."""

from __future__ import annotations

import pytest

from bot.chat import Message
from storage.model import Follow
from tests.commands.house import House, commands_of, labels_of


async def followed(house: House) -> list[Follow]:
    return await house.storage.follows.of(house.address)


async def active(house: House) -> bool:
    known = await house.storage.subscribers.find(house.address)
    return known is not None and known.active


def pressed(message: Message, label: str) -> str:
    """The command of the button that reads so."""
    return dict(zip(labels_of(message), commands_of(message), strict=True))[label]


@pytest.mark.parametrize(
    "words",
    ["court -london", "court OR taxes", "intitle:court", "year:2026", "lang:ru", "-court -london"],
)
async def test_what_only_a_search_can(house: House, words: str) -> None:
    """An operator is answered by what can be followed, in one sentence, and changes nothing."""
    message = await house.ask(f"/follow {words}")

    assert message.text.text.startswith("I can follow a name, words that are all to be there,")
    assert await house.storage.subscribers.any() is False


async def test_words_in_quotes(house: House) -> None:
    """A phrase is kept and shown as one, and its buttons carry it."""
    await house.ask("/subscribe")
    asked = await house.ask("/follow “what the inquiry”")
    message = await house.press(commands_of(asked)[0], under=asked.text.text)

    assert await followed(house) == [Follow("keyword", '"what the inquiry"')]
    assert message.text.text.startswith("“what the inquiry” is followed")
    assert "in quotes side by side" in message.text.text
    assert commands_of(message)[0] == 'search 1 "what the inquiry"'


@pytest.mark.parametrize(
    ("words", "said", "past"),
    [
        ("inquiry", "has this word, in any form", "23 releases up to now have it."),
        ("lind", "in any form, or somebody of this name", "9 releases up to now have it."),
        ("Ivan Lind", "mentions this name", "No release up to now has it."),
        ("heard week", "all these words, in any form and order", "20 releases up to now have it."),
        ("Lind 2026", "all these words", "No release up to now has it."),
    ],
)
async def test_what_will_come(house: House, words: str, said: str, past: str) -> None:
    """The answer says how it is met, and how many releases are by that."""
    message = await house.ask(f"/follow {words}")

    assert said in message.text.text
    assert past in message.text.text


async def test_wanted_and_unwanted(house: House) -> None:
    """Nothing could arrive for what is left out: one of the two has to be ended first."""
    await house.ask("/follow -court")
    refused = await house.ask("/follow court")
    assert refused.text.text.startswith("Releases with “court” are left out here. Please end")
    await house.ask("/follow inquiry")
    message = await house.ask("/follow -inquiry")

    assert message.text.text.startswith("“inquiry” is followed here. Please end that first.")
    assert await followed(house) == [Follow("keyword", "inquiry"), Follow("exclusion", "court")]


async def test_undo_goes_back_to_what_was(house: House) -> None:
    """Only what narrowed a subscription to everything is undone by everything."""
    forged = await house.press("follow =-court")
    assert pressed(forged, "Undo").startswith("follow !")
    await house.ask("/follow Ada Lind")
    second = await house.press("follow =inquiry")
    assert pressed(second, "Undo").startswith("follow !")
    await house.press(pressed(second, "Undo"))

    assert [f.value for f in await followed(house)] == ["Ada Lind", "court"]


async def test_everything_again(house: House) -> None:
    """Subscribing asks nothing, drops the list, says so, and leaves out what was left out."""
    await house.ask("/follow Ada Lind")
    await house.ask("/follow -sport")
    message = await house.ask("/subscribe")

    assert message.text.text.startswith(
        "From now on every new release arrives here.\nExcept what has: sport.\n"
        "Until now it was only: Ada Lind.\n"
    )
    assert await followed(house) == [Follow("exclusion", "sport")]
    await house.press(pressed(message, "Undo"))
    assert await followed(house) == [Follow("name", "Ada Lind"), Follow("exclusion", "sport")]


async def test_a_list_is_brought_back_piece_by_piece(house: House) -> None:
    """Each button brings back one thing, below, so that the others can still be pressed."""
    await house.ask("/follow Ada Lind")
    await house.ask("/follow court")
    message = await house.ask("/subscribe")
    for command in commands_of(message)[:2]:
        assert not (await house.press(command)).replaces

    assert await followed(house) == [Follow("name", "Ada Lind"), Follow("keyword", "court")]


async def test_leaving_says_what_is_forgotten(house: House) -> None:
    """Names and words go with the subscription, one tap brings each back; the rest stays."""
    await house.ask("/follow Ada Lind")
    await house.ask("/follow -sport")
    message = await house.ask("/unsubscribe")
    assert "What was followed here is forgotten: Ada Lind." in message.text.text
    assert await followed(house) == [Follow("exclusion", "sport")]

    await house.press(commands_of(message)[0])
    assert await followed(house) == [Follow("name", "Ada Lind"), Follow("exclusion", "sport")]
    assert await active(house)
