"""Following by words and buttons."""

from __future__ import annotations

import asyncio

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


async def test_somebody_new(house: House) -> None:
    """One line subscribes to a name, says what there is of it already, and can be undone."""
    message = await house.ask("/follow Ada Lind")

    assert message.text.text.startswith("“Ada Lind” is followed here from now on.\n")
    assert "in any spelling" in message.text.text
    assert labels_of(message) == ["Show them", "Undo", "⚙️ Settings"]
    assert commands_of(message)[0] == "search 1 Ada Lind"
    assert await followed(house) == [Follow("name", "Ada Lind")]
    assert await active(house)

    undone = await house.press(pressed(message, "Undo"))
    assert "no releases will arrive" in undone.text.text
    assert undone.replaces
    assert (await followed(house), await active(house)) == ([], False)


async def test_everything_is_asked_about(house: House) -> None:
    """Who gets everything chooses by two buttons, and can go back."""
    await house.ask("/subscribe")
    asked = await house.ask("/follow Ada Lind")
    assert labels_of(asked) == ["Only what is followed", "Keep everything"]
    assert await followed(house) == []

    kept = await house.press("follow *")
    assert (kept.replaces, await followed(house)) == (True, [])
    narrowed = await house.press("follow =Ada Lind")
    assert await followed(house) == [Follow("name", "Ada Lind")]

    back = await house.press(pressed(narrowed, "Undo"))
    assert "Until now it was only: Ada Lind." in back.text.text
    assert (await followed(house), await active(house)) == ([], True)


async def test_an_undo_that_is_late(house: House) -> None:
    """The way back to everything ends one thing alone where something else is followed since."""
    await house.ask("/subscribe")
    await house.ask("/follow Ada Lind")
    narrowed = await house.press("follow =Ada Lind")
    stale = await house.press("follow =court")
    assert pressed(stale, "Undo") != pressed(narrowed, "Undo")
    assert "subscribe" not in commands_of(stale)
    await house.press(pressed(narrowed, "Undo"))
    assert await followed(house) == [Follow("keyword", "court")]

    again = await house.press(pressed(narrowed, "Undo"))
    assert "is not followed here any more" in again.text.text
    assert (await followed(house), await active(house)) == ([Follow("keyword", "court")], True)


async def test_two_presses_at_once(house: House) -> None:
    """Only the one that narrowed it leads back to everything."""
    await house.ask("/subscribe")
    both = await asyncio.gather(house.press("follow =court"), house.press("follow =sport"))
    signs = sorted(pressed(message, "Undo")[: len("follow ~")] for message in both)

    assert signs == ["follow !", "follow ~"]


async def test_what_does_not_fit_is_read_from_the_message(house: House) -> None:
    """A long name stands in the message, where its button finds it."""
    name = "Константина Константинопольского-Задунайского"
    await house.ask("/subscribe")
    asked = await house.ask(f"/follow {name}")
    assert commands_of(asked)[0] == "follow ="

    await house.press("follow =", under=asked.text.text)
    assert [follow.value for follow in await followed(house)] == [name]


@pytest.mark.parametrize("words", ["-sport", "– sport", "−sport", "without sport", "без sport"])
async def test_not_this(house: House, words: str) -> None:
    """An exclusion limits what comes, and subscribes nobody."""
    await house.ask("/subscribe")
    message = await house.ask(f"/follow {words}")

    assert message.text.text.startswith("Releases with “sport” will not arrive here.")
    assert await followed(house) == [Follow("exclusion", "sport")]
    undone = await house.press(pressed(message, "Undo"))
    assert "may arrive here again" in undone.text.text
    assert (await followed(house), await active(house)) == ([], True)


async def test_not_this_without_a_subscription(house: House) -> None:
    """It is kept for later, and says that nothing comes."""
    message = await house.ask("/follow -sport")

    assert "there is no subscription" in message.text.text
    assert "subscribe" in commands_of(message)
    assert await active(house) is False


async def test_the_list(house: House) -> None:
    """Alone it lists what is followed; each button ends what it names."""
    await house.ask("/follow Ada Lind")
    await house.ask("/follow court")
    listed = await house.ask("/follow")
    assert labels_of(listed) == ["✕ Ada Lind", "✕ court"]

    first, second = commands_of(listed)
    await house.press(first)
    again = await house.press(first)
    assert again.text.text.startswith("That is not followed here any more.")
    assert await followed(house) == [Follow("keyword", "court")]
    await house.press(second)
    assert await active(house) is False


async def test_nothing_is_followed(house: House) -> None:
    """An empty list says how to begin."""
    message = await house.ask("/follow")

    assert "Nothing yet." in message.text.text
    assert "/follow Anna Petrova" in message.text.text
    assert commands_of(message) == ["subscribe"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("x" * 61, "too long to follow"), ("???", "only names and words"),
        ("-", "only names and words"), ("🙂", "only names and words"),
        ("ada lind", "followed here already"),
    ],
)  # fmt: skip
async def test_what_cannot_be_followed(house: House, words: str, said: str) -> None:
    """One friendly sentence, and nothing is changed."""
    await house.ask("/follow Ada Lind")
    message = await house.ask(f"/follow {words}")

    assert said in message.text.text
    assert await followed(house) == [Follow("name", "Ada Lind")]


async def test_too_many(house: House) -> None:
    """The thirty-first is refused in a sentence, with the others to end."""
    for number in range(30):
        await house.ask(f"/follow word{number}")
    message = await house.ask("/follow another")

    assert message.text.text.startswith("30 is the most")
    assert len(commands_of(message)) == 30


async def test_only_managers_may(house: House) -> None:
    """In a group somebody without rights changes nothing."""
    message = await house.ask("/follow Ada Lind", private=False, may_manage=False)

    assert message.text.text == "Only the admins of this chat can change that."
    assert await house.storage.subscribers.any() is False


async def test_in_the_settings(house: House) -> None:
    """The settings list it, too, and end it there."""
    await house.ask("/follow Ada Lind")
    await house.ask("/follow -sport")
    shown = await house.ask("/settings")
    assert "Subscription: only releases with: Ada Lind\nNo releases with: sport" in shown.text.text
    assert labels_of(shown)[:2] == ["✕ Ada Lind", "✕ not: sport"]

    ended = await house.press(commands_of(shown)[0])
    assert ended.replaces
    assert "no releases will arrive here now" in ended.text.text
    assert "subscribe" in commands_of(ended)
    assert await active(house) is False


async def test_in_russian(house: House) -> None:
    """The answer is Russian, and the button under it too."""
    message = await house.ask("/follow Линд", language="ru")

    assert message.text.text.startswith("«Линд»: теперь вы за этим следите.\n")
    assert "Отменить" in labels_of(message)
