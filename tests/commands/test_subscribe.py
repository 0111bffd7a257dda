"""Asking for every release."""

from __future__ import annotations

import pytest

from tests.commands.house import House, commands_of


async def test_once_and_again(house: House) -> None:
    """One word subscribes; asked again nothing changes and it says so."""
    first = await house.ask("/subscribe")
    again = await house.ask("/subscribe")

    assert first.text.text.startswith("You are subscribed.\n")
    assert again.text.text.startswith("You are subscribed already.\n")
    assert "/unsubscribe" in first.text.text
    assert "and so will the campaign’s statements." in first.text.text, "they come, too"
    assert commands_of(first) == commands_of(again) == ["unsubscribe", "settings"]
    assert await house.storage.subscribers.counts() == {"terminal": 1}


@pytest.mark.parametrize(("hint", "kept"), [("ru-RU", "ru"), ("en", "en"), ("de", "en")])
async def test_the_language_of_the_answer_is_kept(house: House, hint: str, kept: str) -> None:
    """Pushes speak the language in which somebody subscribed."""
    await house.ask("/subscribe", language=hint)
    known = await house.storage.subscribers.find(house.address)

    assert known is not None
    assert (known.language, known.timezone, known.only) == (kept, "", frozenset())


async def test_only_managers_may(house: House) -> None:
    """In a group somebody without rights changes nothing."""
    message = await house.ask("/subscribe", private=False, may_manage=False)

    assert message.text.text == "Only the admins of this chat can change that."
    assert await house.storage.subscribers.any() is False


async def test_in_russian(house: House) -> None:
    """The confirmation is Russian."""
    message = await house.ask("/subscribe", language="ru")

    assert message.text.text.startswith("Вы подписаны.\n")
