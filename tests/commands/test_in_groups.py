"""What a group is told: answers there speak of the chat, not of whoever asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.commands.house import House, labels_of

Ask = Callable[..., Awaitable[str]]


@pytest.fixture
def ask(house: House) -> Ask:
    """Ask as an admin of a group; the text of the answer."""

    async def asked(words: str, **more: object) -> str:
        return (await house.ask(words, private=False, **more)).text.text

    return asked


async def test_a_subscription_is_the_chats(house: House, ask: Ask) -> None:
    """Subscribing, again, leaving, again: each says what the chat gets."""
    assert (await ask("/subscribe")).startswith("This chat is subscribed.\n")
    assert (await ask("/subscribe")).startswith("This chat is subscribed already.\n")
    assert (await ask("/unsubscribe")).startswith("This chat is unsubscribed.\n")
    assert await ask("/unsubscribe") == "This chat is not subscribed, so no releases are posted."
    assert await house.storage.subscribers.counts() == {}


async def test_settings_are_the_chats(house: House, ask: Ask) -> None:
    """Language, time zone and languages of releases are chosen for the chat."""
    assert (await ask("/settings")).startswith("The settings of this chat\n")
    assert await ask("/settings language") == "In which language shall I speak in this chat?"
    assert (await ask("/settings zone")).startswith("Where is this chat at home?")
    zone = await ask("/settings zone Europe/Paris")
    assert zone.startswith("The time zone of this chat is Paris now.")
    assert (await ask("/settings releases ru")).startswith("From now on this chat gets releases")
    assert (await ask("/settings language ru")).startswith("Теперь я говорю в этом чате по-русски.")
    shown = await house.ask("/settings", private=False)
    assert "Стереть данные этого чата" in labels_of(shown)


async def test_forgetting_is_the_chats(ask: Ask) -> None:
    """The question and the end of it name the chat."""
    await ask("/subscribe")
    assert (await ask("/forget")).startswith("Shall I erase all that I keep about this chat?")
    assert (await ask("/forget yes")).startswith("Done: I have forgotten this chat.")
    assert (await ask("/forget")).startswith("There is nothing to erase")


async def test_privacy_and_the_welcome_are_the_chats(ask: Ask) -> None:
    """Nobody in a group is told what is kept of "you"."""
    assert "Once an admin has subscribed this chat" in await ask("/start")
    kept = await ask("/privacy")
    assert kept.startswith("What I keep about this chat\n")
    assert "• whether it is subscribed" in kept
    await ask("/subscribe")
    assert "an admin presses the button" in await ask("/privacy")


@pytest.mark.parametrize(
    "words", ["/subscribe", "/unsubscribe", "/settings", "/settings zone Asia/Tokyo", "/forget yes"]
)
async def test_members_change_nothing(house: House, ask: Ask, words: str) -> None:
    """Whoever may not manage the chat is refused, briefly."""
    await ask("/subscribe")
    before = await house.storage.subscribers.find(house.address)

    assert await ask(words, may_manage=False) == "Only the admins of this chat can change that."
    assert await house.storage.subscribers.find(house.address) == before
