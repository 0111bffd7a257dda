"""Methods about chats and the people in them."""

from __future__ import annotations

from tests.fakes.botapi.access import check_members, check_read
from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat, Json
from tests.fakes.botapi.joining import become
from tests.fakes.botapi.members import PERMISSIONS, Member, as_json
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import bad_request

GIFTS = (
    *("unlimited_gifts", "limited_gifts", "unique_gifts"),
    *("premium_subscription", "gifts_from_channels"),
)


async def get_chat(bot: Bot, query: Query) -> Json:
    """Bot API, getChat: ChatFullInfo with the fields that are always there, and what is known.

    A person who never wrote is not found: the bot knows no access to that chat (check_chat).
    """
    chat = bot.chats.find(query.text("chat_id"))
    check_read(chat)
    if chat.us.status == "new":
        raise bad_request("Chat not found")
    full: Json = {"accent_color_id": 0, "max_reaction_count": 11}
    full["accepted_gift_types"] = dict.fromkeys(GIFTS, False)
    username = bot.chats.user(chat.id).get("username") if chat.private else chat.username
    if username:
        full["active_usernames"] = [username]
    if chat.description:
        full["description"] = chat.description
    if chat.linked:
        full["linked_chat_id"] = chat.linked
    if chat.type in ("group", "supergroup"):
        full["permissions"] = {name: name in chat.permissions for name in PERMISSIONS}
    return bot.chats.as_json(chat) | full


async def get_chat_member(bot: Bot, query: Query) -> Json:
    """Bot API, getChatMember."""
    user_id = query.integer("user_id")
    if user_id <= 0:
        raise bad_request("invalid user_id specified")
    chat = bot.chats.find(query.text("chat_id"))
    ours = user_id == bot.me["id"]
    (check_read if ours else check_members)(chat)
    if ours:
        return as_json(bot.me, chat.us, chat.type)
    if chat.private:
        status = "member" if user_id == chat.id else "left"
        return as_json(bot.chats.user(user_id), Member(status), chat.type)
    member = chat.members.get(user_id, Member("left"))
    return as_json(bot.chats.user(user_id), member, chat.type)


async def get_chat_administrators(bot: Bot, query: Query) -> list[Json]:
    """Bot API, getChatAdministrators: this bot among them, anonymous ones too."""
    chat = bot.chats.find(query.text("chat_id"))
    check_members(chat)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    everybody = chat.members | {bot.me["id"]: chat.us}
    return [
        as_json(_user(bot, user_id), member, chat.type)
        for user_id, member in everybody.items()
        if member.admin
    ]


async def get_chat_member_count(bot: Bot, query: Query) -> int:
    """Bot API, getChatMemberCount."""
    chat = bot.chats.find(query.text("chat_id"))
    check_members(chat)
    return 2 if chat.private else sum(member.inside for member in _everybody(chat))


async def leave_chat(bot: Bot, query: Query) -> bool:
    """Bot API, leaveChat; td DialogManager.cpp, leave_dialog, for private chats.

    The updates say that the bot itself did it.
    """
    chat = bot.chats.find(query.text("chat_id"))
    check_read(chat)
    if chat.private:
        raise bad_request("Can't leave private and secret chats")
    if not chat.us.inside:
        raise bad_request("Not in the chat")
    become(bot, chat, Member("left"), bot.me)
    return True


def _user(bot: Bot, user_id: int) -> Json:
    return bot.me if user_id == bot.me["id"] else bot.chats.user(user_id)


def _everybody(chat: Chat) -> list[Member]:
    return [*chat.members.values(), chat.us]


METHODS = {
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getchatadministrators": get_chat_administrators,
    "getchatmembercount": get_chat_member_count,
    "leavechat": leave_chat,
}
