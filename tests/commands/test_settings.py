"""The settings, by buttons and by words."""

from __future__ import annotations

import pytest

from storage.model import Subscriber
from tests.commands.house import House, commands_of, labels_of


async def kept(house: House) -> Subscriber:
    known = await house.storage.subscribers.find(house.address)
    assert known is not None
    return known


async def test_the_state_is_shown(house: House) -> None:
    """What is chosen stands there; looking at it keeps nothing."""
    message = await house.ask("/settings")

    assert message.text.text == (
        "Your settings\n\nSubscription: none\n🌐 Language: English\nTime zone: London\n"
        "📰 Releases in: all languages"
    )
    assert labels_of(message) == [
        "✓ 🌐 English", "🌐 Русский", "✓ 📰 All languages", "📰 English", "📰 Русский",
        "Time zone", "🔔 Subscribe", "Erase my data",
    ]  # fmt: skip
    assert await house.storage.subscribers.any() is False


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_no_two_buttons_read_the_same(house: House, language: str) -> None:
    """The language I speak and those of the releases can be told apart by their buttons alone."""
    for chosen in ("all", "ru", "en,ru"):
        labels = labels_of(await house.press(f"settings releases {chosen}", language=language))
        bare = [label.removeprefix("✓ ") for label in labels]

        assert sorted(set(bare)) == sorted(bare)


async def test_under_a_push_the_push_stays(house: House) -> None:
    """The Settings button of a release answers below it; the settings' own replace each other."""
    assert not (await house.press("settings")).replaces
    assert (await house.press("settings zone")).replaces
    assert (await house.press("settings show")).replaces
    assert (await house.press("settings language ru")).replaces


@pytest.mark.parametrize("words", ["ru", "RU", "русский", "ru-RU"])
async def test_the_language(house: House, words: str) -> None:
    """From this answer on everything is Russian."""
    message = await house.ask(f"/settings language {words}")

    assert message.text.text.startswith("Теперь я говорю с вами по-русски.\n\nВаши настройки")
    assert (await house.ask("/help")).text.text.startswith("О чём меня можно попросить")


@pytest.mark.parametrize("words", ["", " xx", " english please"])
async def test_no_such_language(house: House, words: str) -> None:
    """A language we do not speak leads to those we do."""
    message = await house.ask(f"/settings language{words}")
    asked = commands_of(message)

    assert asked[:2] == ["settings language en", "settings language ru"]


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Europe/Moscow", "Europe/Moscow"), ("europe/moscow", "Europe/Moscow"),
        ("moscow", "Europe/Moscow"), ("New York", "America/New_York"), ("UTC", "UTC"),
    ],
)  # fmt: skip
async def test_the_time_zone(house: House, words: str, zone: str) -> None:
    """A zone is chosen by its name or its city."""
    await house.ask(f"/settings zone {words}")

    assert (await kept(house)).timezone == zone


@pytest.mark.parametrize("words", ["Atlantis", "Europe", "../../etc/passwd", "\0", "x" * 3000])
async def test_no_such_zone(house: House, words: str) -> None:
    """An unknown zone keeps nothing and offers the common ones."""
    message = await house.ask(f"/settings zone {words}")

    assert message.text.text.startswith(("I know no such time zone.", "Where are you?"))
    assert "settings zone Europe/London" in commands_of(message)
    assert await house.storage.subscribers.any() is False


async def test_a_slip_is_offered_the_nearest_zone(house: House) -> None:
    """The zone that was nearly written comes first."""
    message = await house.ask("/settings zone Europe/Moskow")

    assert commands_of(message)[0] == "settings zone Europe/Moscow"


async def test_languages_of_releases(house: House) -> None:
    """One, both, all again: each button says the whole wish, so pressing twice is harmless."""
    one = await house.press("settings releases ru")
    assert (await kept(house)).only == {"ru"}
    assert "settings releases en,ru" in commands_of(one)

    await house.press("settings releases ru")
    assert (await kept(house)).only == {"ru"}

    await house.press("settings releases en,ru")
    assert (await kept(house)).only == {"en", "ru"}

    await house.press("settings releases all")
    assert (await kept(house)).only == frozenset()


@pytest.mark.parametrize("words", ["", " xx", " ,", " en,xx", " everything"])
async def test_no_such_languages(house: House, words: str) -> None:
    """What is no language of ours changes nothing and shows the choices."""
    message = await house.ask(f"/settings releases{words}")

    assert message.text.text.startswith("In which languages?")
    assert await house.storage.subscribers.any() is False


async def test_leaving_from_here(house: House) -> None:
    """Who is subscribed finds the way out here."""
    await house.ask("/subscribe")

    assert "unsubscribe" in commands_of(await house.ask("/settings"))


async def test_only_managers_may(house: House) -> None:
    """In a group somebody without rights changes nothing."""
    await house.ask("/settings language ru", private=False, may_manage=False)

    assert await house.storage.subscribers.any() is False
