"""Forum topics in the fake Bot API, and groups that become supergroups."""

from __future__ import annotations

import aiohttp
import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import (
    ANNA,
    FORUM,
    api,
    bot,
    call,
    clock,
    heard,
    refusal,
    session,
    texts,
)

__all__ = ["api", "bot", "clock", "session"]  # fixtures
OLD, NEW = -77, -100077


async def test_topics_open_close_and_go(
    api: FakeBotAPI, bot: Bot, session: aiohttp.ClientSession
) -> None:
    """Service messages tell of all but the end; the refusals say which it is."""
    api.add_chat(FORUM, members={ANNA: "creator"})
    topic = api.create_topic(FORUM, "News")
    sent = await bot.send_message(FORUM, "x", message_thread_id=topic)
    assert (sent.message_thread_id, sent.is_topic_message) == (topic, True)
    api.close_topic(FORUM, topic)
    to_topic = {"chat_id": FORUM, "text": "x", "message_thread_id": topic}
    assert await refusal(session, api, "sendMessage", **to_topic) == "Bad Request: TOPIC_CLOSED"
    api.reopen_topic(FORUM, topic)
    await bot.send_message(FORUM, "x", message_thread_id=topic)
    created, closed, reopened = await heard(bot)
    assert created.message
    assert created.message.forum_topic_created
    assert created.message.message_id == created.message.message_thread_id == topic
    assert created.message.forum_topic_created.name == "News"
    assert closed.message
    assert closed.message.forum_topic_closed
    assert reopened.message
    assert reopened.message.forum_topic_reopened
    api.delete_topic(FORUM, topic, remembered=True)
    assert await refusal(session, api, "sendMessage", **to_topic) == "Bad Request: TOPIC_DELETED"
    api.delete_topic(FORUM, topic)
    words = "Bad Request: message thread not found"
    assert await refusal(session, api, "sendMessage", **to_topic) == words
    assert api.messages(FORUM) == []
    assert await heard(bot) == []


async def test_the_general_topic(api: FakeBotAPI, bot: Bot) -> None:
    """It is written to without a thread, and closes like others."""
    api.add_chat(FORUM, topics=(7,))
    assert (await bot.send_message(FORUM, "x")).message_thread_id is None
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(FORUM, "x", message_thread_id=1)
    api.close_topic(FORUM, 1)
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(FORUM, "x")
    await bot.send_message(FORUM, "x", message_thread_id=7)
    api.reopen_topic(FORUM, 1)
    api.hide_general(FORUM)
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(FORUM, "x")
    closed, reopened, hidden = await heard(bot)

    assert closed.message
    assert closed.message.forum_topic_closed
    assert closed.message.message_thread_id is None
    assert reopened.message
    assert hidden.message
    assert hidden.message.general_forum_topic_hidden


async def test_the_bot_manages_topics(api: FakeBotAPI, bot: Bot) -> None:
    """With the right to it; it hears of its own doings, and writes where it is closed."""
    api.add_chat(FORUM, topics=(7,))
    with pytest.raises(BadRequest, match="Not enough rights to create a topic"):
        await bot.create_forum_topic(FORUM, "Mine")
    api.set_status(FORUM, "administrator")
    await heard(bot)
    topic = await bot.create_forum_topic(FORUM, "Mine")
    await bot.close_forum_topic(FORUM, topic.message_thread_id)
    await bot.send_message(FORUM, "x", message_thread_id=topic.message_thread_id)
    with pytest.raises(BadRequest, match="Topic_not_modified"):
        await bot.close_forum_topic(FORUM, topic.message_thread_id)
    await bot.reopen_forum_topic(FORUM, topic.message_thread_id)
    await bot.close_general_forum_topic(FORUM)
    assert len(await heard(bot)) == 4
    await bot.delete_forum_topic(FORUM, topic.message_thread_id)
    with pytest.raises(BadRequest, match="Topic_id_invalid"):
        await bot.delete_forum_topic(FORUM, topic.message_thread_id)
    api.add_chat(OLD, "group", status="administrator")
    with pytest.raises(BadRequest, match="The chat is not a forum"):
        await bot.create_forum_topic(OLD, "Mine")


async def test_threads(api: FakeBotAPI, bot: Bot) -> None:
    """Commands carry their topic, answers go where the question is; no topics, no threads."""
    api.add_chat(FORUM, topics=(7,))
    asked = api.user_sends(FORUM, "/x", thread=7)
    (update,) = await heard(bot)
    assert update.message
    assert (update.message.message_thread_id, update.message.is_topic_message) == (7, True)

    assert (await bot.send_message(FORUM, "y", reply_to_message_id=asked)).message_thread_id == 7
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(ANNA, "y", message_thread_id=7)


async def test_migration(api: FakeBotAPI, bot: Bot, session: aiohttp.ClientSession) -> None:
    """Both chats say it; the old id then refuses writing and names the new one."""
    api.add_chat(OLD, "group", title="Us", members={ANNA: "creator"})
    api.migrate(OLD, NEW)
    to, from_ = await heard(bot)
    assert to.message
    assert (to.message.chat.id, to.message.migrate_to_chat_id) == (OLD, NEW)
    assert from_.message
    assert (from_.message.chat.id, from_.message.migrate_from_chat_id) == (NEW, OLD)
    assert from_.message.chat.type == "supergroup"

    answer = await call(session, api, "sendMessage", chat_id=OLD, text="x")
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    assert (answer["error_code"], answer["description"]) == (400, words)
    assert answer["parameters"] == {"migrate_to_chat_id": NEW}
    for refused in (bot.send_chat_action(OLD, "typing"), bot.get_chat_administrators(OLD)):
        with pytest.raises(ChatMigrated):
            await refused
    assert (await bot.get_chat(OLD)).title == "Us"
    assert (await bot.get_chat_administrators(NEW))[0].user.id == ANNA
    api.user_sends(NEW, "/still here")
    assert await texts(bot) == ["/still here"]


async def test_migration_unheard_of(api: FakeBotAPI, bot: Bot) -> None:
    """A bot that missed the service messages learns it from the refusal."""
    api.add_chat(OLD, "group")
    sent = await bot.send_message(OLD, "x")
    api.migrate(OLD, NEW, told=False)

    assert await heard(bot) == []
    with pytest.raises(ChatMigrated) as moved:
        await bot.delete_message(OLD, sent.message_id)
    assert moved.value.new_chat_id == NEW
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("y", OLD, sent.message_id)


async def test_deleted_groups(api: FakeBotAPI, bot: Bot) -> None:
    """A group that was deleted says so."""
    api.add_chat(OLD, "group")
    api.delete_chat(OLD)

    with pytest.raises(Forbidden, match="the group chat was deleted"):
        await bot.send_message(OLD, "x")
