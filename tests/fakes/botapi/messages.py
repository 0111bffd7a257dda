"""Methods that send, edit and delete messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes import entities
from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat, Json, check_topic, check_write
from tests.fakes.botapi.keyboards import Rows, check_keyboard, read_keyboard
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import NOT_MODIFIED, PARSE_MODE, bad_request

RAW_BYTES = 32768  # Client.cpp, get_formatted_text
TEXT_UNITS = 4096  # Bot API, sendMessage; counted strictly, in UTF-16 units
ENTITIES_SHOWN = 100  # undocumented; PTB constants.MessageLimit.MESSAGE_ENTITIES
DELETABLE = 48 * 3600  # seconds, Bot API, deleteMessage
ACTIONS = frozenset(
    {"typing", "upload_photo", "upload_document", "choose_sticker", "find_location"}
    | {"record_video", "upload_video", "record_voice", "upload_voice"}
    | {"record_video_note", "upload_video_note"}
)
_VALUES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "text_link": ("url", lambda value: isinstance(value, str)),
    "text_mention": ("user", lambda value: isinstance(value, dict) and "id" in value),
    "custom_emoji": ("custom_emoji_id", lambda value: str(value).isdecimal()),
}


async def send_message(bot: Bot, query: Query) -> Json:
    """Bot API, sendMessage."""
    text, found = read_text(query)
    rows = read_keyboard(query)
    chat = bot.chats.find(query.text("chat_id"))
    check_write(chat)
    thread = query.integer("message_thread_id")
    check_topic(chat, thread)
    message = _content(query, text, found, rows) | _author(bot, chat)
    if thread:
        message |= {"message_thread_id": thread, "is_topic_message": True}
    if query.flag("protect_content"):
        message["has_protected_content"] = True
    return bot.store(chat, message, ours=True)


async def edit_message_text(bot: Bot, query: Query) -> Json:
    """Bot API, editMessageText. Without reply_markup the buttons go."""
    text, found = read_text(query)
    rows = read_keyboard(query)
    chat, message = _to_edit(bot, query)
    return _edited(bot, chat, message, _content(query, text, found, rows))


async def edit_message_reply_markup(bot: Bot, query: Query) -> Json:
    """Bot API, editMessageReplyMarkup."""
    rows = read_keyboard(query)
    chat, message = _to_edit(bot, query)
    kept = {name: message[name] for name in CONTENT if name in message and name != "reply_markup"}
    return _edited(bot, chat, message, kept | _markup(check_keyboard(rows)))


async def delete_message(bot: Bot, query: Query) -> bool:
    """Bot API, deleteMessage: nothing older than 48 hours; others' only in chats of two."""
    chat = bot.chats.find(query.text("chat_id"))
    check_write(chat)
    message = chat.messages.get(query.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    number = message["message_id"]
    ours = chat.private or chat.status == "administrator" or number in chat.ours
    if not ours or message["date"] < bot.clock() - DELETABLE:
        raise bad_request("message can't be deleted")
    del chat.messages[number]
    bot.truth.ring()
    return True


async def send_chat_action(bot: Bot, query: Query) -> bool:
    """Bot API, sendChatAction; Client.cpp, get_chat_action, for the refusal."""
    if query.text("action").lower() not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    check_write(bot.chats.find(query.text("chat_id")))
    return True


def read_text(query: Query) -> tuple[str, list[Json]]:
    """Text and entities as far as Client.cpp looks at them (get_formatted_text)."""
    text = query.text("text")
    if query.text("parse_mode"):
        raise bad_request(PARSE_MODE)
    if not text:
        raise bad_request("Message text is empty")
    if len(text.encode("utf-8", "surrogatepass")) > RAW_BYTES:
        raise bad_request("Text is too long")
    found = query.json("entities", "entities")
    found = found if isinstance(found, list) else []
    for entity in found:
        _check_entity(entity)
    return text, found


def _check_entity(entity: Any) -> None:
    """Client.cpp, get_text_entity and get_text_entity_type."""
    words = "Can't parse MessageEntity: "
    if not isinstance(entity, dict):
        raise bad_request(words + "expected an Object")
    for name, kind in (("offset", int), ("length", int), ("type", str)):
        if name not in entity:
            raise bad_request(f'{words}Can\'t find field "{name}"')
        if not isinstance(entity[name], kind):
            raise bad_request(f'{words}Field "{name}" must be of type {_NAMES[kind]}')
    if entity["type"] not in entities.TYPES:
        raise bad_request(words + "Unsupported type specified")
    name, good = _VALUES.get(entity["type"], ("type", bool))
    if not good(entity.get(name)):
        raise bad_request(f'{words}Can\'t find field "{name}"')


_NAMES: dict[type, str] = {int: "Number", str: "String"}
CONTENT = ("text", "entities", "link_preview_options", "reply_markup")


def _content(query: Query, text: str, found: list[Json], rows: Rows) -> Json:
    """What a message shows, TDLib's rules applied; 400 in TDLib's words."""
    try:
        shown = entities.cleaned(text, found)
    except entities.TextRefusedError as error:
        raise bad_request(str(error)) from None
    if entities.units(shown.text) > TEXT_UNITS:
        raise bad_request("Message is too long")
    if len(shown.entities) > ENTITIES_SHOWN:
        query.warnings.append(f"{len(shown.entities)} entities: only {ENTITIES_SHOWN} are shown")
    content: Json = {"text": shown.text}
    if shown.entities:
        content["entities"] = list(shown.entities[:ENTITIES_SHOWN])
    if preview := query.json("link_preview_options", "link preview options"):
        content["link_preview_options"] = preview
    return content | _markup(check_keyboard(rows))


def _markup(rows: Rows) -> Json:
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _author(bot: Bot, chat: Chat) -> Json:
    if chat.type == "channel":
        return {"sender_chat": bot.chats.as_json(chat)}
    return {"from": bot.me}


def _to_edit(bot: Bot, query: Query) -> tuple[Chat, Json]:
    """Client.cpp, check_message with "message to edit"."""
    number = query.integer("message_id")
    if not query.text("chat_id") and not number:
        raise bad_request("Message identifier is not specified")
    chat = bot.chats.find(query.text("chat_id"))
    check_write(chat)
    message = chat.messages.get(number)
    if message is None:
        raise bad_request("message to edit not found")
    if number not in chat.ours:
        raise bad_request("message can't be edited")
    return chat, message


def _edited(bot: Bot, chat: Chat, message: Json, content: Json) -> Json:
    if content == {name: message[name] for name in CONTENT if name in message}:
        raise bad_request(NOT_MODIFIED)
    kept = {name: value for name, value in message.items() if name not in CONTENT}
    new = kept | content | {"edit_date": bot.now()}
    chat.messages[message["message_id"]] = new
    bot.truth.ring()
    return new


METHODS = {
    "sendmessage": send_message,
    "editmessagetext": edit_message_text,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "sendchataction": send_chat_action,
}
