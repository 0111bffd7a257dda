"""Methods that tell the bot about chats and the people in them."""

from __future__ import annotations

from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat, Json, check_write
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import bad_request

# Bot API, ChatMemberAdministrator: the fields that are always there.
RIGHTS = (
    *("can_be_edited", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
)
GIFTS = (
    *("unlimited_gifts", "limited_gifts", "unique_gifts"),
    *("premium_subscription", "gifts_from_channels"),
)


async def get_chat(bot: Bot, query: Query) -> Json:
    """Bot API, getChat: ChatFullInfo with the fields that are always there."""
    chat = bot.chats.find(query.text("chat_id"))
    if not chat.private and chat.status in ("kicked", "left"):
        check_write(chat)
    full: Json = {"accent_color_id": 0, "max_reaction_count": 11}
    full["accepted_gift_types"] = dict.fromkeys(GIFTS, False)
    return bot.chats.as_json(chat) | full


async def get_chat_member(bot: Bot, query: Query) -> Json:
    """Bot API, getChatMember."""
    chat = bot.chats.find(query.text("chat_id"))
    user_id = query.integer("user_id")
    if user_id <= 0:
        raise bad_request("invalid user_id specified")
    if user_id == bot.me["id"]:
        return member(bot.me, chat.status)
    return member(bot.chats.user(user_id), chat.members.get(user_id, "left"))


async def get_chat_administrators(bot: Bot, query: Query) -> list[Json]:
    """Bot API, getChatAdministrators."""
    chat = bot.chats.find(query.text("chat_id"))
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    return [
        member(bot.chats.user(user_id), status)
        for user_id, status in _all_members(bot, chat).items()
        if status in ("creator", "administrator")
    ]


def member(user: Json, status: str) -> Json:
    """Bot API, ChatMember, with every right for an administrator and none refused."""
    body: Json = {"user": user, "status": status}
    if status == "administrator":
        body |= dict.fromkeys(RIGHTS, True) | {"is_anonymous": False}
    elif status == "creator":
        body["is_anonymous"] = False
    elif status == "kicked":
        body["until_date"] = 0
    return body


def _all_members(bot: Bot, chat: Chat) -> dict[int, str]:
    return chat.members | {bot.me["id"]: chat.status}


METHODS = {
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getchatadministrators": get_chat_administrators,
}
