"""In whose name a message stands: a person, an anonymous admin, a channel, Telegram itself.

Ids: td ServiceUsers / OptionManager.cpp, group_anonymous_bot_user_id, channel_bot_user_id and
telegram_service_notifications_chat_id; which is used when: Client.cpp, init_message.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.botapi.chats import Chat, Chats

Json = dict[str, Any]

ANONYMOUS: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CHANNEL_BOT: Json = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
TELEGRAM: Json = {"id": 777000, "is_bot": False, "first_name": "Telegram"}


def sender(chats: Chats, chat: Chat, user_id: int, *, as_chat: int = 0) -> Json:
    """Who wrote in this chat. `as_chat` is the group itself (an anonymous admin), or a channel."""
    if chat.type == "channel":
        return {"sender_chat": chats.as_json(chat)}
    if not as_chat:
        return {"from": dict(chats.user(user_id))}
    user = ANONYMOUS if as_chat == chat.id else CHANNEL_BOT
    return {"from": dict(user), "sender_chat": chats.as_json(chats.get(as_chat))}


def forwarded_by_telegram(chats: Chats, post: Json) -> Json:
    """The head of a channel's post in its discussion group."""
    channel = post["sender_chat"]
    origin = {"type": "channel", "chat": channel, "date": post["date"]}
    origin["message_id"] = post["message_id"]
    head = {"from": dict(TELEGRAM), "sender_chat": channel, "is_automatic_forward": True}
    return head | {"forward_origin": origin}
