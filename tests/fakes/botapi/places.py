"""Where a message of the bot goes: chat, topic, what it answers; or why it may not."""

from __future__ import annotations

from typing import Any

from tests.fakes.botapi.access import check_content, check_open, check_topic, check_write
from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import bad_request

Json = dict[str, Any]


def place(bot: Bot, query: Query, *kinds: str) -> tuple[Chat, Json]:
    """The chat and the head of a message of these kinds (Client.cpp, check_reply_parameters)."""
    replied, optional = _reply(query)
    chat = bot.chats.find(query.text("chat_id"))
    check_write(chat)
    answered = chat.messages.get(replied)
    if replied and answered is None and not optional:
        raise bad_request("message to be replied not found")
    thread = query.integer("message_thread_id")
    check_topic(chat, thread)
    for kind in kinds:
        check_content(chat, kind)
    thread = thread or (answered or {}).get("message_thread_id", 0)
    check_open(chat, thread)
    return chat, _head(bot, chat, query, thread, answered)


def _head(bot: Bot, chat: Chat, query: Query, thread: int, answered: Json | None) -> Json:
    channel = chat.type == "channel"
    head: Json = {"sender_chat": bot.chats.as_json(chat)} if channel else {"from": bot.me}
    if thread:
        head["message_thread_id"] = thread
        head |= {"is_topic_message": True} if chat.forum else {}
    if answered:
        head["reply_to_message"] = without_reply(answered)
    if query.flag("protect_content"):
        head["has_protected_content"] = True
    return head


def without_reply(message: Json) -> Json:
    """A message inside another: it shows no reply of its own (Bot API, reply_to_message)."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}


def _reply(query: Query) -> tuple[int, bool]:
    """The message to be answered, and whether it may be missing (get_reply_parameters)."""
    asked = query.json("reply_parameters", "reply parameters")
    if asked is None:
        optional = query.flag("allow_sending_without_reply")
        return query.integer("reply_to_message_id"), optional
    if not isinstance(asked, dict):
        raise bad_request("Object expected as reply parameters")
    if not asked:
        return 0, False
    if not isinstance(asked.get("message_id"), int):
        raise bad_request('Can\'t find field "message_id"')
    if str(asked.get("chat_id", query.text("chat_id"))) != query.text("chat_id"):
        raise bad_request("this fake knows replies within one chat only")
    return asked["message_id"], bool(asked.get("allow_sending_without_reply"))
