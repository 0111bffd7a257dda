"""Methods that change messages, in a chat or by their inline_message_id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.fakes.botapi.access import check_edit
from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat
from tests.fakes.botapi.keyboards import markup, read_keyboard
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import NOT_MODIFIED, bad_request
from tests.fakes.botapi.texts import read_caption, read_text, shown_caption, shown_text

Json = dict[str, Any]
MEDIA = ("photo", "document")
CONTENT = (
    *("text", "entities", "link_preview_options", "caption", "caption_entities"),
    *("show_caption_above_media", "reply_markup", *MEDIA),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A message to be changed; `inline` if it was named by its inline_message_id."""

    chat: Chat
    message: Json
    inline: bool = False


async def edit_message_text(bot: Bot, query: Query) -> Json | bool:
    """Bot API, editMessageText. Without reply_markup the buttons go.

    td MessagesManager.cpp, edit_message_text: "There is no text in the message to edit".
    """
    text = read_text(query)
    rows = read_keyboard(query)
    target = to_edit(bot, query)
    if "text" not in target.message:
        raise bad_request("There is no text in the message to edit")
    content = shown_text(text, query.warnings) | markup(rows)
    if preview := query.json("link_preview_options", "link preview options"):
        content["link_preview_options"] = preview
    return edited(bot, target, content)


async def edit_message_caption(bot: Bot, query: Query) -> Json | bool:
    """Bot API, editMessageCaption; td, edit_message_caption, for the refusal."""
    rows = read_keyboard(query)
    caption = read_caption(query)
    target = to_edit(bot, query)
    media = {name: target.message[name] for name in MEDIA if name in target.message}
    if not media:
        raise bad_request("There is no caption in the message to edit")
    above = {"show_caption_above_media": True} if query.flag("show_caption_above_media") else {}
    content = shown_caption(caption, query.warnings) | above | markup(rows)
    return edited(bot, target, media | content)


async def edit_message_reply_markup(bot: Bot, query: Query) -> Json | bool:
    """Bot API, editMessageReplyMarkup."""
    rows = read_keyboard(query)
    target = to_edit(bot, query)
    kept = {name: target.message[name] for name in CONTENT if name in target.message}
    kept.pop("reply_markup", None)
    return edited(bot, target, kept | markup(rows))


def to_edit(bot: Bot, query: Query) -> Target:
    """Client.cpp, check_message with "message to edit"; MESSAGE_ID_INVALID is the server's."""
    number = query.integer("message_id")
    if not query.text("chat_id") and not number:
        inline_id = query.text("inline_message_id")
        if not inline_id:
            raise bad_request("Message identifier is not specified")
        where = bot.inline.where(inline_id)
        chat = bot.chats.get(where[0]) if where else None
        if not where or not chat or where[1] not in chat.messages:
            raise bad_request("MESSAGE_ID_INVALID")
        return Target(chat, chat.messages[where[1]], inline=True)
    chat = bot.chats.find(query.text("chat_id"))
    check_edit(chat)
    message = chat.messages.get(number)
    if message is None:
        raise bad_request("message to edit not found")
    if not _editable(chat, number):
        raise bad_request("message can't be edited")
    return Target(chat, message)


def edited(bot: Bot, target: Target, content: Json) -> Json | bool:
    """Change the message; True in place of it where it was sent inline."""
    message = target.message
    if content == {name: message[name] for name in CONTENT if name in message}:
        raise bad_request(NOT_MODIFIED)
    kept = {name: value for name, value in message.items() if name not in CONTENT}
    new = kept | content | {"edit_date": bot.now()}
    target.chat.messages[message["message_id"]] = new
    bot.truth.ring()
    return True if target.inline else new


def _editable(chat: Chat, number: int) -> bool:
    """Td MessagesManager.cpp, can_edit_message; bots' own messages have no time limit there.

    A group that moved is closed to changes; what the server says of that is not published.
    """
    if chat.moved_to:
        return False
    if chat.type == "channel" and chat.us.has_right("can_edit_messages"):
        return True
    may_post = chat.type != "channel" or chat.us.has_right("can_post_messages")
    return number in chat.ours and may_post


METHODS = {
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
}
