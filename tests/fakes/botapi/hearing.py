"""What is said in a chat, and whether the bot hears of it: membership and privacy mode.

Sources: core.telegram.org/bots/features, "Privacy mode", and Client.cpp,
need_skip_update_message. "General commands" reach a bot there if it was the last bot to write;
this bot is the only one that writes here.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat
from tests.fakes.botapi.senders import forwarded_by_telegram

Json = dict[str, Any]

# Bot API, Message: the fields of service messages.
SERVICE = frozenset(
    {"new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo"}
    | {"delete_chat_photo", "group_chat_created", "supergroup_chat_created"}
    | {"channel_chat_created", "migrate_to_chat_id", "migrate_from_chat_id", "pinned_message"}
    | {"forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"}
    | {"general_forum_topic_hidden", "general_forum_topic_unhidden", "video_chat_started"}
    | {"video_chat_ended", "message_auto_delete_timer_changed", "chat_background_set"}
)
_CARRIED = ("text", "entities", "caption", "caption_entities", "photo", "document", "reply_markup")


def post(bot: Bot, chat: Chat, body: Json, *, ours: bool = False, told: bool | None = None) -> Json:
    """Show a message in a chat, and tell the bot if it hears it; its own it is not told (`ours`).

    A channel's post shows up in the discussion group too.
    """
    message = bot.store(chat, body, ours=ours)
    if (not ours) if told is None else told:
        tell(bot, chat, message)
    if chat.type == "channel" and chat.linked:
        group = bot.chats.get(chat.linked)
        content = {name: message[name] for name in _CARRIED if name in message}
        post(bot, group, forwarded_by_telegram(bot.chats, message) | content)
    return message


def tell(bot: Bot, chat: Chat, message: Json, *, edited: bool = False) -> None:
    """Queue the update about a message, unless it does not reach the bot."""
    if hears(bot, chat, message):
        kind = "channel_post" if chat.type == "channel" else "message"
        bot.updates.add(f"edited_{kind}" if edited else kind, message)


def hears(bot: Bot, chat: Chat, message: Json) -> bool:
    """Whether this message reaches the bot."""
    if chat.private:
        return True
    if not chat.us.inside:
        return bool(message.get("left_chat_member", {}).get("id") == bot.me["id"])
    if chat.type == "channel" or chat.us.admin or not bot.privacy:
        return True
    return not SERVICE.isdisjoint(message) or _meant(bot, message)


def _meant(bot: Bot, message: Json) -> bool:
    """A command for this bot, a mention of it (BotFather, /setprivacy), a reply to it, or its own.

    "/cmd" counts at the start of a message, "/cmd@this_bot" and "@this_bot" anywhere.
    """
    ours = bot.me["id"]
    if message.get("via_bot", {}).get("id") == ours:
        return True
    if message.get("reply_to_message", {}).get("from", {}).get("id") == ours:
        return True
    text = message.get("text") or message.get("caption") or ""
    found = message.get("entities") or message.get("caption_entities") or []
    return any(_names(piece(text, each), each, bot.me["username"]) for each in found)


def _names(words: str, entity: Json, username: str) -> bool:
    command, _, addressee = words.partition("@")
    if addressee:
        known = entity["type"] == "mention" or entity["type"] == "bot_command"
        return known and addressee.lower() == username.lower()
    return entity["type"] == "bot_command" and entity["offset"] == 0 and bool(command)


def piece(text: str, entity: Json) -> str:
    """The part of a text that an entity covers; offsets count UTF-16 units."""
    units = text.encode("utf-16-le", "surrogatepass")
    start = 2 * entity["offset"]
    covered = units[start : start + 2 * entity["length"]]
    return covered.decode("utf-16-le", "surrogatepass")
