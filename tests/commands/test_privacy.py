"""What is kept, in plain words."""

from __future__ import annotations

from storage.model import RichText
from tests.commands.house import House, commands_of
from tests.commands.pushes import subscribed


async def test_who_is_not_known(house: House) -> None:
    """It names what would be kept and says that nothing is; asking keeps nothing."""
    message = await house.ask("/privacy")

    assert "sealed" in message.text.text
    assert message.text.text.endswith("At the moment I keep nothing about this chat.")
    assert commands_of(message) == []
    assert await house.storage.subscribers.any() is False


async def test_who_is_known(house: House) -> None:
    """Whoever is kept is told how to erase it."""
    await house.ask("/subscribe")
    message = await house.ask("/privacy")

    assert "/forget" in message.text.text
    assert commands_of(message) == ["forget"]


async def test_in_russian(house: House) -> None:
    """It can be read in Russian."""
    assert (await house.ask("/privacy", language="ru")).text.text.startswith("Что я о вас храню")


async def test_an_author_is_told_what_is_kept_of_them(house: House) -> None:
    """Admins have one sentence more; who has a statement under way is not said to be unknown."""
    await subscribed(house.storage, 1)
    exception = "One exception, as you are an admin: the statements you send."
    before = await house.ask("/privacy", admin=True)
    await house.ask("/broadcast Hello", rich=RichText("/broadcast Hello"), admin=True)
    after = await house.ask("/privacy", admin=True)

    assert exception in before.text.text
    assert before.text.text.endswith("At the moment I keep nothing about this chat.")
    assert after.text.text.endswith("To erase all of it, press the button or write /forget.")
    assert ["forget"] == commands_of(after)
    assert exception not in (await house.ask("/privacy")).text.text
    assert exception not in (await house.ask("/privacy", admin=True, private=False)).text.text
