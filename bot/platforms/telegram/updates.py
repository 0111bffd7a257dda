"""What came in, in Herald's terms: an update → a Request, or who left and who is back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from telegram import CallbackQuery, Chat, ChatMember, Message, Update, User

from bot.chat import Request
from bot.platforms.telegram.drawing import DATA_BYTES, VERSION
from storage.model import Address

NAME = "telegram"
# The kinds asked for; edited messages and channels' posts are not among them.
KINDS = ("message", "callback_query", "my_chat_member")


def asked(update: Update, admins: Collection[int], now: datetime) -> Request | None:
    """What somebody asked in a chat of two, or None for what asks nothing.

    A press whose data we did not write, or wrote in a way since given up, asks "".
    """
    chat, person = update.effective_chat, update.effective_user
    if chat is None or person is None or person.is_bot or chat.type != Chat.PRIVATE:
        return None
    words = _words(update)
    if words is None:
        return None
    return Request(
        address(chat), words, now, language=_language(person),
        pressed=update.callback_query is not None, under=_under(update.callback_query),
        admin=person.id in admins,
    )  # fmt: skip


def under(update: Update) -> str | None:
    """The id of the message whose button was pressed, None if it cannot be changed any more."""
    query = update.callback_query
    if query is None or not isinstance(query.message, Message):
        return None
    return str(query.message.message_id)


def there(update: Update) -> tuple[Address, bool] | None:
    """In a chat of two that stopped the bot (False) or let it in again (True): which one."""
    change = update.my_chat_member
    if change is None or change.chat.type != Chat.PRIVATE:
        return None
    gone = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
    return address(change.chat), not gone


def address(chat: Chat) -> Address:
    """Where answers to this chat go."""
    return Address(NAME, str(chat.id))


def _words(update: Update) -> str | None:
    """What was said: a picture or a voice, which we cannot read, asks for help."""
    if update.callback_query is not None:
        return _command(update.callback_query.data or "")
    message = update.message
    if message is None:
        return None
    if message.text:
        return message.text
    return "/help" if message.effective_attachment else None


def _command(data: str) -> str:
    if not data.startswith(VERSION) or len(data.encode("utf-8", "replace")) > DATA_BYTES:
        return ""
    command = data.removeprefix(VERSION)
    return command if command.isprintable() else ""


def _under(query: CallbackQuery | None) -> str:
    if query is None or not isinstance(query.message, Message):
        return ""
    return query.message.text or query.message.caption or ""


def _language(person: User) -> str:
    """Two letters of an IETF tag such as pt-br (Bot API, User)."""
    return (person.language_code or "en").partition("-")[0].lower()
