"""Coming, going, rising and falling in a chat: the updates and service messages that tell of it.

Sources: Bot API, ChatMemberUpdated and Message; Client.cpp, add_update_chat_member and
need_skip_update_message (who left a supergroup hears only of that).
"""

from __future__ import annotations

from typing import Any

from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat
from tests.fakes.botapi.hearing import post
from tests.fakes.botapi.members import Member, as_json

Json = dict[str, Any]


def become(bot: Bot, chat: Chat, new: Member, by: Json) -> None:
    """The bot becomes this in a chat: my_chat_member, and a service message in a group."""
    old, chat.us = chat.us, new
    bot.updates.add("my_chat_member", _change(bot, chat, bot.me, (old, new), by))
    _say(bot, chat, bot.me, (old, new), by)
    bot.truth.ring()


def change_member(bot: Bot, chat: Chat, user_id: int, new: Member, by: Json) -> None:
    """Somebody else becomes this; chat_member reaches bots that are admins and asked for it."""
    old = chat.members.get(user_id, Member("left"))
    chat.members[user_id] = new
    user = bot.chats.user(user_id)
    if chat.us.admin:
        bot.updates.add("chat_member", _change(bot, chat, user, (old, new), by))
    _say(bot, chat, user, (old, new), by)


def _change(bot: Bot, chat: Chat, user: Json, steps: tuple[Member, Member], by: Json) -> Json:
    old, new = (as_json(user, member, chat.type) for member in steps)
    change: Json = {"chat": bot.chats.as_json(chat), "from": by, "date": bot.now()}
    return change | {"old_chat_member": old, "new_chat_member": new}


def _say(bot: Bot, chat: Chat, user: Json, steps: tuple[Member, Member], by: Json) -> None:
    """The service message of a group; channels have none."""
    if chat.type not in ("group", "supergroup"):
        return
    old, new = (member.inside for member in steps)
    if new and not old:
        said = {"new_chat_members": [user], "new_chat_member": user, "new_chat_participant": user}
        post(bot, chat, {"from": by} | said)
    elif old and not new:
        left = {"left_chat_member": user, "left_chat_participant": user}
        post(bot, chat, {"from": by} | left)
