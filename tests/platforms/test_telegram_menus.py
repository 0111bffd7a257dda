"""Command menus: who sees which, where, in which language."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from bot.chat import Menu
from bot.platforms.telegram.menus import Menus
from storage import Storage
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running
from tests.platforms.telegram_stage import ANN, BEN, api, confirmed, connected, storage

__all__ = ["api", "storage"]  # fixtures

GROUP = -1001
NAMES = ("start", "latest", "settings", "subscribe", "unsubscribe", "forget")


def menu(language: str, admin: bool) -> tuple[Menu, ...]:
    """All of the commands, those of admins where they are asked for."""
    names = (*NAMES, "status") if admin else NAMES
    return tuple(Menu(name, f"{name} in {language}") for name in names)


@pytest.fixture(autouse=True)
def with_our_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    """The menus of the stage, in place of which ours come."""

    def ours(bot: Any, _: Any, admins: Any) -> Menus:
        return Menus(bot, menu, admins)

    monkeypatch.setattr("bot.platforms.telegram.parts.Menus", ours)


def seen(api: FakeBotAPI, who: int, where: int, language: str = "en") -> list[str]:
    return [entry["command"] for entry in api.commands_for(who, where, language)]


async def calmed(api: FakeBotAPI, count: int) -> None:
    """Wait until so many menus are set."""
    await api.wait_for(lambda: len(api.bot.commands) >= count)


def sets(api: FakeBotAPI) -> int:
    return sum(entry["method"] == "setmycommands" for entry in api.truth)


async def test_each_sees_what_they_can_do(api: FakeBotAPI, storage: Storage) -> None:
    """All in private; in a group what is for all; its admins more; our admins everything."""
    api.add_user(ANN, started=True)
    api.add_user(BEN, started=True)
    api.add_chat(GROUP, members={ANN: "administrator", BEN: "member"})
    async with running(connected(api, storage, admins=[ANN]), Echo()):
        await calmed(api, 10)
    assert seen(api, ANN, ANN) == [*NAMES, "status"]
    assert seen(api, BEN, BEN) == list(NAMES)
    assert seen(api, BEN, GROUP) == ["latest"]
    assert seen(api, ANN, GROUP) == ["latest", "settings", "subscribe", "unsubscribe", "forget"]
    assert api.commands_for(BEN, BEN, "ru")[1]["description"] == "latest in ru"
    assert api.commands_for(BEN, BEN, "de")[1]["description"] == "latest in en"


async def test_what_is_set_already_is_not_set_again(api: FakeBotAPI, storage: Storage) -> None:
    """A restart changes nothing, and asks for nothing to be changed; a lost menu is set anew."""
    async with running(connected(api, storage), Echo()):
        await calmed(api, 8)
    async with running(connected(api, storage), Echo()):
        await api.wait_for(
            lambda: sum(entry["method"] == "getmycommands" for entry in api.truth) >= 16
        )
    assert sets(api) == 8
    del api.bot.commands["all_group_chats", "ru"]
    async with running(connected(api, storage), Echo()):
        await calmed(api, 8)
    assert sets(api) == 9


async def test_an_admin_who_has_not_started_the_bot_gets_a_menu_when_they_do(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Until then nothing warns of it, and nobody else's menu waits."""
    api.add_user(ANN)
    with structlog.testing.capture_logs() as logs:
        async with running(connected(api, storage, admins=[ANN, BEN]), Echo()):
            await calmed(api, 8)
            api.user_sends(ANN, "/start")
            await calmed(api, 10)
            await confirmed(api)
    assert seen(api, ANN, ANN)[-1] == "status"
    assert [] == [line for line in logs if line["log_level"] in ("warning", "error")]


async def test_trouble_is_said_once_and_overcome(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server in trouble is asked again until all menus are set."""
    monkeypatch.setattr("bot.platforms.telegram.menus.FIRST_PAUSE", 0.02)
    api.faults.add(method="setMyCommands", status=502, times=10)
    with structlog.testing.capture_logs() as logs:
        async with running(connected(api, storage), Echo()):
            await calmed(api, 8)
    assert 1 == sum("menus could not be set" in line["event"] for line in logs)
