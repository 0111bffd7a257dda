"""Methods that send and delete messages."""

from __future__ import annotations

from tests.fakes.botapi.access import check_write
from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat, Json
from tests.fakes.botapi.hearing import post
from tests.fakes.botapi.keyboards import markup, read_keyboard
from tests.fakes.botapi.places import place
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import bad_request
from tests.fakes.botapi.texts import read_text, shown_text

DELETABLE = 48 * 3600  # seconds, Bot API, deleteMessage
MOST_DELETED = 100  # Bot API, deleteMessages
ACTIONS = frozenset(
    {"typing", "upload_photo", "upload_document", "choose_sticker", "find_location"}
    | {"record_video", "upload_video", "record_voice", "upload_voice"}
    | {"record_video_note", "upload_video_note"}
)
# Bot API, deleteMessage: "Service messages about a supergroup, channel, or forum topic creation
# can't be deleted."
_KEPT = ("supergroup_chat_created", "channel_chat_created", "forum_topic_created")


async def send_message(bot: Bot, query: Query) -> Json:
    """Bot API, sendMessage."""
    text = read_text(query)
    rows = read_keyboard(query)
    chat, head = place(bot, query, "text")
    message = shown_text(text, query.warnings) | markup(rows) | head
    if preview := query.json("link_preview_options", "link preview options"):
        message["link_preview_options"] = preview
    return post(bot, chat, message, ours=True)


async def delete_message(bot: Bot, query: Query) -> bool:
    """Bot API, deleteMessage."""
    if not query.text("chat_id"):
        raise bad_request("Chat identifier is not specified")
    if not query.integer("message_id"):
        raise bad_request("Message identifier is not specified")
    chat = bot.chats.find(query.text("chat_id"))
    check_write(chat)
    message = chat.messages.get(query.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if not _deletable(bot, chat, message):
        raise bad_request("message can't be deleted")
    del chat.messages[message["message_id"]]
    bot.truth.ring()
    return True


async def delete_messages(bot: Bot, query: Query) -> bool:
    """Bot API, deleteMessages: those that are not found are skipped."""
    numbers = query.json("message_ids", "message_ids")
    if not numbers or not isinstance(numbers, list):
        raise bad_request("Message identifiers are not specified")
    if len(numbers) > MOST_DELETED:
        raise bad_request("Too many message identifiers specified")
    chat = bot.chats.find(query.text("chat_id"))
    check_write(chat)
    found = [chat.messages[number] for number in map(int, numbers) if number in chat.messages]
    if not all(_deletable(bot, chat, message) for message in found):
        raise bad_request("message can't be deleted")
    for message in found:
        del chat.messages[message["message_id"]]
    bot.truth.ring()
    return True


async def send_chat_action(bot: Bot, query: Query) -> bool:
    """Bot API, sendChatAction; Client.cpp, get_chat_action, for the refusal."""
    if query.text("action").lower() not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    check_write(bot.chats.find(query.text("chat_id")))
    return True


def _deletable(bot: Bot, chat: Chat, message: Json) -> bool:
    """Bot API, deleteMessage: nothing older than 48 hours, and whose messages where."""
    if message["date"] < bot.clock() - DELETABLE or any(name in message for name in _KEPT):
        return False
    ours = message["message_id"] in chat.ours
    if chat.private:
        return True
    if chat.type == "group":
        return ours or chat.us.admin
    if chat.type == "channel":
        right = "can_post_messages" if ours else "can_delete_messages"
        return chat.us.has_right(right) or chat.us.has_right("can_delete_messages")
    return ours or chat.us.has_right("can_delete_messages")


METHODS = {
    "sendmessage": send_message,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "sendchataction": send_chat_action,
}
