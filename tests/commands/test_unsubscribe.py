"""Leaving."""

from __future__ import annotations

import pytest

from tests.commands.house import House, commands_of


@pytest.mark.parametrize("words", ["/unsubscribe", "/stop", "/STOP"])
async def test_one_tap(house: House, words: str) -> None:
    """It is done at once, and the way back is offered."""
    await house.ask("/subscribe")
    message = await house.ask(words)

    assert message.text.text.startswith("You are unsubscribed.")
    assert commands_of(message) == ["subscribe"]
    assert await house.storage.subscribers.counts() == {}


async def test_who_was_not_subscribed(house: House) -> None:
    """It says so, and keeps nothing of who asked."""
    message = await house.ask("/unsubscribe")

    assert message.text.text.startswith("You are not subscribed")
    assert await house.storage.subscribers.any() is False


async def test_only_managers_may(house: House) -> None:
    """In a group somebody without rights changes nothing."""
    await house.ask("/subscribe", private=False)
    await house.ask("/unsubscribe", private=False, may_manage=False)

    assert await house.storage.subscribers.counts() == {"terminal": 1}


async def test_in_russian(house: House) -> None:
    """The confirmation is Russian."""
    await house.ask("/subscribe", language="ru")

    assert (await house.ask("/stop")).text.text.startswith("Вы отписались.")
