"""What is kept, in plain words."""

from __future__ import annotations

from tests.commands.house import House, commands_of


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
