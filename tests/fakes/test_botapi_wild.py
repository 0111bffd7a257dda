"""Menus by scope, wild messages and updates, and the remote control of the fake Bot API."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
    BotCommandScopeChatMember,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, TelegramError

from tests.fakes.botapi import TOKEN, FakeBotAPI
from tests.fakes.botapi.wild import THINGS
from tests.fakes.botapi_stage import (
    ANNA,
    BORIS,
    CHANNEL,
    GROUP,
    api,
    bot,
    call,
    clock,
    heard,
    refusal,
    session,
)

__all__ = ["api", "bot", "clock", "session"]  # fixtures
ROOT = Path(__file__).parents[2]


async def test_menus_by_scope(api: FakeBotAPI, bot: Bot) -> None:
    """The narrowest scope counts, with the user's language before without."""
    api.add_chat(GROUP, members={ANNA: "creator", BORIS: "member"})
    scopes = [
        BotCommandScopeDefault(),
        BotCommandScopeAllGroupChats(),
        BotCommandScopeAllChatAdministrators(),
        BotCommandScopeChat(GROUP),
        BotCommandScopeChatAdministrators(GROUP),
        BotCommandScopeChatMember(GROUP, ANNA),
    ]
    seen = []
    for number, scope in enumerate(scopes):
        await bot.set_my_commands([BotCommand(f"c{number}", "x")], scope)
        seen.append([menu(api, user, GROUP) for user in (ANNA, BORIS)])
    assert seen == [
        ["c0", "c0"], ["c1", "c1"], ["c2", "c1"], ["c3", "c3"], ["c4", "c3"], ["c5", "c3"]
    ]  # fmt: skip
    assert menu(api, ANNA, ANNA) == "c0"
    await bot.set_my_commands([BotCommand("ru", "x")], language_code="ru")
    await bot.set_my_commands([BotCommand("here", "x")], BotCommandScopeAllPrivateChats())
    assert [menu(api, ANNA, ANNA, code) for code in ("ru", "en")] == ["here", "here"]
    await bot.delete_my_commands(BotCommandScopeAllPrivateChats())
    assert [menu(api, ANNA, ANNA, code) for code in ("ru", "en")] == ["ru", "c0"]


def menu(api: FakeBotAPI, user: int, chat: int, language: str = "") -> str:
    """The first command that a user sees in a chat."""
    return str(api.commands_for(user, chat, language)[0]["command"])


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ({"type": "galaxy"}, "can't parse BotCommandScope: Unsupported type specified"),
        ({"type": "chat"}, "can't parse BotCommandScope: Empty chat_id specified"),
        ({"type": "chat", "chat_id": -9}, "chat not found"),
        ({"type": "chat", "chat_id": CHANNEL}, "PEER_ID_INVALID"),
        ({"type": "chat_member", "chat_id": GROUP}, "Invalid user_id specified"),
    ],
)
async def test_bad_scopes(
    api: FakeBotAPI, session: aiohttp.ClientSession, scope: dict[str, Any], words: str
) -> None:
    """A scope names a chat that the bot is in, and a person where it needs one."""
    api.add_chat(GROUP)
    api.add_chat(CHANNEL, "channel")
    commands = [{"command": "x", "description": "x"}]

    assert words in await refusal(session, api, "setMyCommands", commands=commands, scope=scope)


@pytest.mark.parametrize("thing", THINGS)
async def test_things_that_are_no_text(api: FakeBotAPI, bot: Bot, thing: str) -> None:
    """Everything that people send can be read by a client."""
    asked = await bot.send_message(ANNA, "x")
    number = api.user_sends_a(ANNA, thing, caption="Look", reply_to=asked.message_id)
    (update,) = await heard(bot)

    assert update.message
    assert (update.message.message_id, update.message.caption) == (number, "Look")
    assert update.message.reply_to_message
    if thing != "nothing":
        assert thing in update.message.to_dict()


async def test_files_of_users_can_be_fetched(api: FakeBotAPI, bot: Bot) -> None:
    """What somebody sends has an id that getFile knows."""
    api.user_sends_a(ANNA, "voice")
    (update,) = await heard(bot)
    assert update.message
    assert update.message.voice

    file = await bot.get_file(update.message.voice.file_id)
    assert bytes(await file.download_as_bytearray()).startswith(b"GIF")
    with pytest.raises(KeyError):
        api.user_sends_a(ANNA, "smell")


async def test_business_money_and_the_unknown(
    api: FakeBotAPI, bot: Bot, session: aiohttp.ClientSession
) -> None:
    """Kinds of updates that a bot may not expect."""
    api.business_message(ANNA, "Hi")
    query_id = api.pre_checkout(ANNA)
    business, checkout = await heard(bot)
    assert business.business_message
    assert business.business_message.business_connection_id == "business-1"
    assert checkout.pre_checkout_query
    assert checkout.pre_checkout_query.id == query_id
    number = api.unknown_update()

    answer = await call(session, api, "getUpdates")
    assert answer["result"] == [{"telepathy": {"from": "afar"}, "update_id": number}]


async def test_forged_presses(api: FakeBotAPI, bot: Bot) -> None:
    """Any data arrives, under a message that may be gone."""
    sent = await bot.send_message(ANNA, "x")
    api.press_raw(ANNA, sent.message_id, "\x00" * 80)
    await bot.delete_message(ANNA, sent.message_id)
    api.press_raw(ANNA, sent.message_id, "x")
    there, gone = await heard(bot)

    assert there.callback_query
    assert there.callback_query.data == "\x00" * 80
    assert gone.callback_query
    assert gone.callback_query.message
    assert not gone.callback_query.message.is_accessible


async def test_edits_have_no_end(api: FakeBotAPI, bot: Bot, clock: Any) -> None:
    """Two days on, the bot's own message can be changed, not deleted."""
    sent = await bot.send_message(ANNA, "x")
    clock.now += 3 * 86400
    await bot.edit_message_text("y", ANNA, sent.message_id)

    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(ANNA, sent.message_id)


async def test_all_of_it_by_remote_control(session: aiohttp.ClientSession) -> None:
    """In a process of its own, the acts are there by name, and --help lists them."""
    program = (sys.executable, "-m", "tests.fakes.botapi")
    pipe = asyncio.subprocess.PIPE
    fake = await asyncio.create_subprocess_exec(*program, "--inline", cwd=ROOT, stdout=pipe)
    helping = await asyncio.create_subprocess_exec(*program, "--help", cwd=ROOT, stdout=pipe)
    assert fake.stdout
    url = (await asyncio.wait_for(fake.stdout.readline(), 20)).decode().split()[0]

    async def act(act: str, **arguments: Any) -> Any:
        async with session.post(f"{url}/control/{act}", json=arguments) as answer:
            body = await answer.json()
        assert body["ok"], body
        return body["result"]

    try:
        async with Bot(TOKEN, base_url=f"{url}/bot") as bot:
            await act("add_chat", chat_id=GROUP, members={ANNA: {"status": "creator"}})
            await act("set_status", chat_id=GROUP, status={"status": "administrator"})
            topic = await act("create_topic", chat_id=GROUP, name="News")
            await act("close_topic", chat_id=GROUP, thread=topic)
            await act("user_sends_a", chat_id=GROUP, thing="location")
            await act("permit", chat_id=GROUP, allowed=["can_send_messages"])
            await act("settings", privacy=False, webhook_pace=0.1)
            query_id = await act("inline", user_id=ANNA, query="x")
            assert len(await heard(bot)) == 5
            await bot.answer_inline_query(query_id, [])
            assert (await act("inline_answer", query_id=query_id))["results"] == []
            await bot.set_my_commands([BotCommand("x", "X")])
            assert await act("commands_for", user_id=ANNA, chat_id=GROUP) == [
                {"command": "x", "description": "X"}
            ]
            with pytest.raises(TelegramError):
                await bot.send_message(GROUP + 1, "x")
        words, _ = await asyncio.wait_for(helping.communicate(), 20)
        assert b"create_topic(chat_id, name='A topic', by=0)" in words
    finally:
        fake.terminate()
        assert await asyncio.wait_for(fake.wait(), 10) == 0
