"""The welcome and its links."""

from __future__ import annotations

import pytest

from tests.commands.house import House, commands_of


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Welcome! I send you"), ("ru", "Здравствуйте! Я присылаю")]
)
async def test_the_welcome(house: House, language: str, said: str) -> None:
    """It names the campaign and offers what people want first."""
    message = await house.ask("/start", language=language)

    assert message.text.text.startswith(f"Justice for Ada Lind\n\n{said}")
    assert commands_of(message) == [
        "subscribe", "latest", "search", "anniversary", "settings language",
    ]  # fmt: skip


async def test_a_link_to_a_release(house: House) -> None:
    """`start r5` shows that release."""
    assert await house.ask("/start r5") == await house.ask("/release 5")


async def test_a_link_that_subscribes(house: House) -> None:
    """`start subscribe` is one tap to every release."""
    assert "You are subscribed." in (await house.ask("/start subscribe")).text.text
    assert await house.storage.subscribers.counts() == {"terminal": 1}


async def test_starting_again_brings_back(house: House) -> None:
    """A chat that had blocked us and starts us again gets releases as before."""
    await house.ask("/subscribe")
    await house.storage.subscribers.gone(house.address)
    message = await house.ask("/start")

    assert "Your subscription goes on" in message.text.text
    assert "subscribe" not in commands_of(message)
    assert await house.storage.subscribers.counts() == {"terminal": 1}


async def test_who_left_is_not_brought_back(house: House) -> None:
    """After /unsubscribe a /start only greets."""
    await house.ask("/subscribe")
    await house.ask("/unsubscribe")
    await house.ask("/start")

    assert await house.storage.subscribers.counts() == {}


async def test_an_unknown_link_is_a_welcome(house: House) -> None:
    """A link of another time does no harm."""
    assert await house.ask("/start whatever") == await house.ask("/start")
