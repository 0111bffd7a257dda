"""Groups: who may do what there, what is answered and what is not, and a group that moves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
import structlog
from telegram.error import TimedOut

from bot.platforms.telegram.rights import Looking, Rights
from storage import Storage
from storage.model import Address
from tests.commands.house import built
from tests.fakes.botapi import FakeBotAPI
from tests.platforms.echo import Echo, running
from tests.platforms.telegram_stage import (
    ANN,
    BEN,
    NOON,
    api,
    confirmed,
    connected,
    read,
    storage,
    texts,
)

__all__ = ["api", "storage"]  # fixtures

GROUP, CHANNEL = -1001, -1003
UNANSWERED = "Telegram does not answer me at the moment. Please try again in a minute."


def group(number: int = GROUP) -> Address:
    return Address("telegram", str(number))


async def active(storage: Storage, address: Address) -> bool:
    known = await storage.subscribers.find(address)
    return known is not None and known.active


@pytest.fixture
def place(api: FakeBotAPI) -> None:
    """A group with Ann, an admin, and Ben, a member."""
    api.bot.privacy = False  # so that everything said reaches the bot
    api.add_chat(GROUP, members={ANN: "administrator", BEN: "member"})


@pytest.mark.usefixtures("place")
async def test_commands_are_answered_and_talk_is_not(api: FakeBotAPI, storage: Storage) -> None:
    """A command, with our name or without, is a request; whatever else is said is not."""
    echo = Echo()
    async with running(connected(api, storage), echo):
        for words in ("hello all", "/latest@otherbot", "!latest", "look: /latest", "/"):
            api.user_sends(GROUP, words, user_id=BEN)
        api.user_sends_a(GROUP, "photo", user_id=BEN, caption="/latest")
        api.user_sends_a(GROUP, "location", user_id=BEN)
        api.user_sends(GROUP, "/latest", user_id=BEN, forwarded=True)
        api.user_sends(GROUP, "/latest", user_id=BEN)
        api.user_sends(GROUP, "/latest 3", user_id=BEN, edited=True)
        api.user_sends(GROUP, "/Help@HERALD_test_bot", user_id=BEN, language_code="ru-RU")
        await read(api, GROUP, 2)
        await confirmed(api)
    assert ["/latest", "/Help@HERALD_test_bot"] == [request.words for request in echo.asked]
    (first, second) = echo.asked
    assert (first.address, first.sender, first.private) == (group(), str(BEN), False)
    assert (first.admin, second.language) == (False, "ru")


@pytest.mark.usefixtures("place")
async def test_other_bots_and_what_comes_by_way_of_bots_are_not_heard(
    api: FakeBotAPI, storage: Storage
) -> None:
    """A bot's command, and a command that was sent through a bot's inline mode, ask nothing."""
    echo = Echo()
    chat = {"id": GROUP, "type": "supergroup", "title": "A chat"}
    ben = {"id": BEN, "is_bot": False, "first_name": "Ben"}
    bot = {"id": 77, "is_bot": True, "first_name": "Other"}
    base = {"message_id": 70, "date": 1, "chat": chat, "text": "/latest"}
    async with running(connected(api, storage), echo):
        api.raw_update({"message": base | {"from": bot}})
        api.raw_update({"message": base | {"from": ben, "via_bot": bot}})
        api.raw_update({"message": base})
        await confirmed(api)
    assert [] == echo.asked


@pytest.mark.usefixtures("place")
async def test_only_admins_subscribe_a_group(api: FakeBotAPI, storage: Storage) -> None:
    """A member is refused in the group, briefly; an admin's word counts, and speaks of the chat."""
    house = await built(storage, NOON)
    async with running(connected(api, storage), house.router.answer):
        api.user_sends(GROUP, "/subscribe", user_id=BEN)
        assert await read(api, GROUP) == ["Only the admins of this chat can change that."]
        assert not await active(storage, group())

        api.user_sends(GROUP, "/subscribe", user_id=ANN)
        assert (await read(api, GROUP, 2))[-1].startswith("This chat is subscribed.\n")
        assert await active(storage, group())

        api.user_sends(GROUP, "/unsubscribe", user_id=BEN)
        await read(api, GROUP, 3)
        assert await active(storage, group())


@pytest.mark.usefixtures("place")
async def test_rights_are_remembered_for_a_while(api: FakeBotAPI, storage: Storage) -> None:
    """The same person's second command costs Telegram no second question."""
    echo = Echo()
    async with running(connected(api, storage), echo):
        api.user_sends(GROUP, "/help", user_id=ANN)
        api.user_sends(GROUP, "/Settings@herald_test_bot", user_id=ANN)
        await read(api, GROUP, 2)
    assert [True, True] == [request.may_manage for request in echo.asked]
    assert 1 == sum(entry["method"] == "getchatmember" for entry in api.truth)


@pytest.mark.usefixtures("place")
async def test_where_rights_do_not_matter_nobody_is_looked_up(
    api: FakeBotAPI, storage: Storage
) -> None:
    """What is answered to everybody alike costs Telegram no question."""
    echo = Echo()
    async with running(connected(api, storage), echo):
        api.user_sends(GROUP, "/latest", user_id=ANN)
        api.user_sends(GROUP, "/search settings", user_id=ANN)
        await read(api, GROUP, 2)
    assert [False, False] == [request.may_manage for request in echo.asked]
    assert [] == [entry for entry in api.truth if entry["method"].startswith("getchat")]


@pytest.mark.usefixtures("place")
async def test_anonymous_admins_are_admins_and_channels_are_not(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Who speaks as the group manages it; who speaks as a channel does not, linked or not."""
    api.add_chat(CHANNEL, "channel", linked=GROUP)
    echo = Echo()
    async with running(connected(api, storage), echo):
        api.user_sends(GROUP, "/subscribe", as_chat=GROUP)
        api.user_sends(GROUP, "/subscribe", as_chat=CHANNEL)
        await read(api, GROUP, 2)
        api.user_sends(CHANNEL, "/latest")  # shows up in the group too
        await read(api, CHANNEL)
        await confirmed(api)
    asked = [(request.address, request.sender, request.may_manage) for request in echo.asked]
    assert [
        (group(), str(GROUP), True),
        (group(), str(CHANNEL), False),
        (group(CHANNEL), str(CHANNEL), True),
    ] == asked


@pytest.mark.usefixtures("place")
async def test_rights_that_cannot_be_found_out_are_said_to_be_unknown(
    api: FakeBotAPI, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who manages hears that Telegram does not answer, and somebody else is answered meanwhile."""
    monkeypatch.setattr("bot.platforms.telegram.rights.LOOK_SECONDS", 0.3)
    echo = Echo()
    api.faults.add(method="getChatMember", hang=True)
    async with running(connected(api, storage), echo):
        api.user_sends(GROUP, "/subscribe", user_id=ANN)
        api.user_sends(BEN, "hello")
        await read(api, BEN)
        assert await read(api, GROUP) == [UNANSWERED]
    assert [str(BEN)] == [request.sender for request in echo.asked]


@pytest.mark.usefixtures("place")
async def test_help_is_given_without_knowing_who_asks(api: FakeBotAPI, storage: Storage) -> None:
    """Help does not wait for Telegram: it is a member's, then."""
    api.faults.add(method="getChatMember", status=500, times=2)
    echo = Echo()
    async with running(connected(api, storage), echo):
        api.user_sends(GROUP, "/help", user_id=ANN)
        await read(api, GROUP)
    assert [False] == [request.may_manage for request in echo.asked]


@pytest.mark.usefixtures("place")
async def test_a_look_up_that_fails_at_once_is_tried_once_more(
    api: FakeBotAPI, storage: Storage
) -> None:
    """One connection cut is no reason to send an admin away."""
    api.faults.add(method="getChatMember", reset=True)
    echo = Echo()
    async with running(connected(api, storage), echo):
        api.user_sends(GROUP, "/subscribe", user_id=ANN)
        await read(api, GROUP)
    assert [True] == [request.may_manage for request in echo.asked]


async def test_what_was_not_found_out_is_soon_asked_again() -> None:
    """A failed look-up is kept for a second, what was found for a minute."""
    seconds = 0.0
    ends: list[Exception | str] = [TimedOut(), TimedOut(), "administrator", "left"]

    class Look:
        async def member(self, chat: int, person: int) -> SimpleNamespace:
            end = ends.pop(0)
            if isinstance(end, Exception):
                raise end
            return SimpleNamespace(status=end)

    rights = Rights(cast("Looking", Look()), lambda: seconds)
    assert await rights.manages(GROUP, ANN) is None
    assert await rights.manages(GROUP, ANN) is None
    seconds += 1
    assert await rights.manages(GROUP, ANN) is True
    seconds += 59
    assert await rights.manages(GROUP, ANN) is True
    seconds += 1
    assert await rights.manages(GROUP, ANN) is False


async def test_where_members_are_hidden_the_list_of_admins_tells(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Refused one member, the bot asks for the admins, which every member of a group may."""
    api.add_chat(GROUP, members={ANN: "creator"})
    refused = "Bad Request: CHAT_ADMIN_REQUIRED"
    api.faults.add(method="getChatMember", status=400, description=refused)
    echo = Echo()
    async with running(connected(api, storage), echo):
        api.user_sends(GROUP, "/subscribe", user_id=ANN)
        await read(api, GROUP)
    assert [True] == [request.may_manage for request in echo.asked]


@pytest.mark.usefixtures("place")
async def test_a_groups_answers_keep_its_limit(api: FakeBotAPI, storage: Storage) -> None:
    """Commands that come at once are answered one after the other, without a refusal."""
    api.limit(group_per_minute=20)
    async with running(connected(api, storage), Echo()):
        for number in range(3):
            api.user_sends(GROUP, f"/latest {number}", user_id=BEN)
        await read(api, GROUP, 3)
    refused = [entry for entry in api.truth if entry.get("code") == 429]
    assert [] == refused
    assert [f"You said: /latest {number}." for number in range(3)] == texts(api, GROUP)


@pytest.mark.usefixtures("place")
async def test_nothing_of_a_group_reaches_the_log(api: FakeBotAPI, storage: Storage) -> None:
    """Neither its id nor its people's, nor what they say."""
    with structlog.testing.capture_logs() as logs:
        async with running(connected(api, storage), Echo()):
            api.faults.add(method="getChatMember", status=400, description="Bad Request: x")
            api.faults.add(method="getChatAdministrators", status=400, description="Bad Request")
            api.user_sends(GROUP, "/help secret", user_id=BEN)
            api.set_status(GROUP, "kicked")
            await confirmed(api)
    for word in (str(GROUP), str(BEN), "secret"):
        assert word not in repr(logs)
