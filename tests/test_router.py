"""Whoever asks whatever: the right command answers, in the right language, and nothing leaks."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat import Request
from bot.commands import commands
from bot.commands._typed import parse
from bot.i18n import texts
from bot.router import LEAVE, MANAGING, MENU
from storage import Storage
from storage.model import Address, Found, Person, Release
from tests.commands.finding import Finding
from tests.commands.house import House, built, commands_of

NOBODY = Address("terminal", "1")
UNKNOWN = "I do not know this command."


@pytest.fixture
async def house(storage: Storage, now: datetime) -> House:
    """A router over thirty releases, asked by one person."""
    return await built(storage, now)


def parsed(words: str, now: datetime, **more: Any) -> tuple[str, str]:
    return parse(Request(NOBODY, words, now, **more))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("/latest", ("latest", "")),
        ("/latest 5", ("latest", "5")),
        ("  /LATEST   5 ", ("latest", "5")),
        ("!latest 5", ("latest", "5")),
        ("/latest@SomeBot 5", ("latest", "5")),
        ("/search two\nlines", ("search", "two\nlines")),
        ("Ada Lind", ("search", "Ada Lind")),
        ("r12", ("release", "12")),
        ("/r12", ("release", "12")),
        ("/", ("search", "/")),
        ("!!!", ("search", "!!!")),
        ("", ("search", "")),
    ],
)
def test_typed_words(words: str, expected: tuple[str, str], now: datetime) -> None:
    """A slash or an exclamation mark is a command, its case and the bot's name aside."""
    assert parsed(words, now) == expected


@pytest.mark.parametrize("words", ["hello", "r12", "", "what about /latest"])
def test_a_groups_own_talk_is_left_alone(words: str, now: datetime) -> None:
    """In a group only commands are meant for us."""
    assert parsed(words, now, private=False) == ("", "")


def test_a_pressed_button_needs_no_slash(now: datetime) -> None:
    """A button's command is its name and what follows."""
    assert parsed("search 2 Ada Lind", now, pressed=True) == ("search", "2 Ada Lind")


async def test_plain_text_is_a_search_in_private_only(house: House) -> None:
    """The same words are a question to us alone, and nothing in a group."""
    assert (await house.ask("witness")).text.text.startswith("“witness”")
    assert await house.hear("witness", private=False) is None
    assert await house.hear("/unheardof", private=False) is None
    assert await house.hear("/latest", private=False) is not None


async def test_the_choice_wins_over_the_hint(house: House) -> None:
    """The platform's language counts until a person has chosen another."""
    assert (await house.ask("/help", language="ru-RU")).text.text.startswith("О чём")
    await house.storage.subscribers.choose(house.address, language="en")
    assert (await house.ask("/help", language="ru-RU")).text.text.startswith("What")


async def test_a_slip_is_offered_the_nearest_command(house: House) -> None:
    """An unknown command has ways on, the nearest known one first."""
    message = await house.ask("/lates")

    assert message.text.text == f"{UNKNOWN} Did you mean /latest?"
    assert commands_of(message) == ["latest", "latest", "search", "help"]


async def test_admin_commands_do_not_exist_for_others(house: House) -> None:
    """Who is no admin, or asks in a group, gets the answer of an unknown command."""
    assert (await house.ask("/status", admin=True)).text.text.startswith("Status")
    for more in ({}, {"pressed": True}):
        answer = await house.ask("/status".lstrip("/" if more else ""), **more)
        assert answer == await house.ask("stastus" if more else "/stastus", **more)
    assert await house.hear("/status", admin=True, private=False) is None


async def test_menus(house: House) -> None:
    """Everybody's commands have help in both languages; the admins' are for admins."""
    names = [entry.name for entry in house.router.menu("en")]
    admins = [entry.name for entry in house.router.menu("ru", admin=True)]

    assert names == [
        "latest", "search", "people", "anniversary", "onthisday", "subscribe", "follow",
        "unsubscribe", "settings", "release", "contact", "privacy", "forget", "help", "start",
    ], "what is wanted most comes first"  # fmt: skip
    assert admins == [*names, "broadcast", "outbox", "status"]
    for entry, russian in zip(house.router.menu("en"), house.router.menu("ru"), strict=True):
        assert entry.help != russian.help


def test_every_place_in_the_menu_is_a_commands() -> None:
    """A command that is renamed or gone leaves no place behind."""
    assert set(MENU) | MANAGING | LEAVE <= {command.name for command in commands()}


async def test_a_new_command_comes_after_the_known(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One new file is enough for a command: it stands behind those that have a place."""
    monkeypatch.setattr("bot.router.MENU", ("latest", "start"))
    names = [entry.name for entry in house.router.menu("en", admin=True)]

    assert names[:4] == ["latest", "start", "anniversary", "contact"]
    assert names[-1] == "status"


@pytest.mark.parametrize(("may_manage", "more"), [(False, set()), (True, set(MANAGING))])
async def test_help_in_a_group(house: House, may_manage: bool, more: set[str]) -> None:
    """What only the chat's admins can do is shown to them alone, and nobody is welcomed."""
    said = (await house.ask("/help", private=False, may_manage=may_manage, admin=True)).text.text
    shown = {line.split()[0].lstrip("/") for line in said.split("\n") if line.startswith("/")}

    assert shown == {"latest", "search", "people", "anniversary", "onthisday", "release",
                     "contact", "privacy", "help", *more}  # fmt: skip


async def test_an_old_button_says_so(house: House) -> None:
    """A button of a command that is no more is no error."""
    message = await house.press("unheardof lind")

    assert message.text.text == "This button is too old, I am sorry."
    assert commands_of(message)
    assert not commands_of(await house.press("unheardof lind", private=False)), "short in a group"


async def test_a_fault_is_one_apology_and_no_leak(house: House) -> None:
    """What went wrong is logged by type and place, and never with what somebody wrote."""
    secret = "the words of a reader"

    async def broken(words: str, count: int, skip: int = 0) -> None:
        raise ValueError(f"cannot read {words}")

    house.storage.search.find = broken  # type: ignore[assignment, method-assign]
    logged: list[MutableMapping[str, Any]]
    with structlog.testing.capture_logs() as logged:
        message = await house.ask(f"/search {secret}", language="ru")

    assert message.text.text == texts("ru")(
        "I am sorry, that went wrong on my side. Please try again in a moment."
    )
    assert commands_of(message)
    assert [entry["event"] for entry in logged] == ["An answer failed."]
    assert [entry["exc_info"] for entry in logged] == [True], "which the log shows as its place"
    assert "reader" not in str(logged)
    assert house.address.chat not in str(logged[0]["event"])


async def suggested(house: House, words: str, skip: int = 0) -> list[str]:
    """The ids of what is offered inline."""
    request = Request(house.address, words, house.now, language="ru")
    return [one.id.partition(".")[0] for one in await house.router.suggest(request, skip) or ()]


async def test_suggestions(house: House) -> None:
    """Nothing typed offers the latest, words what has them, and both go on where they stopped."""
    latest = [f"r{release.id}" for release in await house.storage.releases.latest(30)]

    assert await suggested(house, "  ") == latest[:20]
    assert await suggested(house, "", 20) == latest[20:]
    assert await suggested(house, "", 40) == []
    assert await suggested(house, "witness named") == ["r10"]
    assert await suggested(house, "zebra") == []


async def test_searches_are_suggested_page_by_page(house: House) -> None:
    """Names and words find inline what they find in a chat; a near name is never suggested."""
    search = Finding(house.storage, total=45)
    house.storage.search = search  # type: ignore[assignment]

    assert len(await suggested(house, " Магнитского ", 20)) == 20
    assert len(await suggested(house, "Магнитского", 40)) == 5
    assert search.calls == [("Магнитского", 20, None, None), ("Магнитского", 40, None, None)]
    search.nothing = Found(offers=(Person("Ada Lind", 7),))
    assert await suggested(house, "Linnd") == []


@pytest.mark.parametrize(
    ("words", "skip", "found"),
    [("r5", 0, ["r5"]), (" R5 ", 0, ["r5"]), ("r5", 1, []), ("r31", 0, []), ("r0", 0, []),
     ("r" + "9" * 200, 0, [])],
)  # fmt: skip
async def test_a_shared_release_is_suggested(
    house: House, words: str, skip: int, found: list[str]
) -> None:
    """Its number alone offers that one release."""
    assert await suggested(house, words, skip) == found


async def test_a_withdrawn_release_is_not_suggested(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the campaign took back is not handed on by a button that shared it before."""
    release = await house.storage.releases.get(5)
    assert release is not None

    async def get(_: object, number: int) -> Release:
        return replace(release, id=number, withdrawn=True)

    monkeypatch.setattr(type(house.storage.releases), "get", get)

    assert await suggested(house, "r5") == []


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(words=st.text(max_size=300), skip=st.integers(-10, 10**6))
async def test_any_text_can_be_typed_inline(house: House, words: str, skip: int) -> None:
    """No text that is typed behind the bot's name is an error."""
    with structlog.testing.capture_logs() as logged:
        found = await suggested(house, words, skip)

    assert len(found) <= 20
    assert logged == []


async def test_failing_suggestions_are_none(house: House) -> None:
    """What goes wrong there is logged, and nothing is offered."""

    async def broken(words: str, count: int, skip: int = 0) -> None:
        raise ValueError(f"cannot read {words}")

    house.storage.search.find = broken  # type: ignore[assignment, method-assign]
    with structlog.testing.capture_logs() as logged:
        assert await suggested(house, "witness") == []

    assert [entry["event"] for entry in logged] == ["Suggestions failed."]
    assert "witness" not in str(logged)
