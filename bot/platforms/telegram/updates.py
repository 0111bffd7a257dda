"""What came in, in Herald's terms: an update → what somebody asked, and where."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

from telegram import (
    CallbackQuery,
    Chat,
    InlineKeyboardButton,
    MaybeInaccessibleMessage,
    Message,
    Update,
    User,
)

from bot.chat import Request
from bot.platforms.telegram.buttons import EVERYBODY, read
from bot.platforms.telegram.formatting import rich
from bot.text.characters import decodable
from storage.model import Address, RichText

NAME = "telegram"
# The kinds asked for; edited messages and posts are not among them.
KINDS = ("message", "channel_post", "callback_query", "my_chat_member", "inline_query")

GROUPS = (Chat.GROUP, Chat.SUPERGROUP)
HELP = "/help"

_COMMAND = re.compile(r"/\w+(?:@(\w+))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Us:
    """What we are: our user name, who our admins are, the campaign's language."""

    username: str
    admins: Collection[int]
    language: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what only Telegram knows of it.

    `person` is the user who asked, 0 for who hides behind a chat; while `unsure` their rights
    have yet to be looked up. `to` says for whom the button was that they pressed, and `readable`
    is false for a button that is not ours. `alone` is a chat of two, `channel` a channel.
    """

    request: Request
    person: int
    unsure: bool = False
    to: str = EVERYBODY
    readable: bool = True
    channel: bool = False

    @property
    def alone(self) -> bool:
        return self.request.private

    @property
    def shared(self) -> bool:
        """Whether it was pressed under a message of a group that belongs to nobody, as a push."""
        pressed = self.request.pressed and self.to == EVERYBODY
        return pressed and not (self.alone or self.channel)


def message_of(update: Update) -> Message | None:
    """What was written or posted just now, by hand: no edit, and nothing from another bot."""
    return update.message or update.channel_post


def asked(update: Update, us: Us, now: datetime) -> Asked | None:
    """What somebody asks, or None for what asks nothing."""
    if update.callback_query is not None:
        return _pressed(update.callback_query, us, now)
    message = message_of(update)
    if message is None or message.via_bot is not None:
        return None
    if message.chat.type == Chat.PRIVATE:
        return _alone(message, us, now)
    words = _command(message, us.username)
    if words is None:
        return None
    if message.chat.type in GROUPS:
        return _in_group(message, words, us, now)
    if message.chat.type == Chat.CHANNEL:
        return _in_channel(message, words, us, now)
    return None


def under(update: Update) -> str | None:
    """The id of the message whose button was pressed, None if it cannot be changed any more."""
    query = update.callback_query
    if query is None or not isinstance(query.message, Message):
        return None
    return str(query.message.message_id)


def address(chat: Chat, message: Message | None = None) -> Address:
    """Where answers to this chat go, or to the topic of this message."""
    thread = message.message_thread_id if message is not None and message.is_topic_message else None
    return Address(NAME, str(chat.id), str(thread or ""))


def language(person: User, otherwise: str) -> str:
    """Two letters of an IETF tag such as pt-br (Bot API, User)."""
    return (person.language_code or otherwise).partition("-")[0].lower()


def _alone(message: Message, us: Us, now: datetime) -> Asked | None:
    person, words = message.from_user, _words(message)
    if not _human(person) or words is None:
        return None
    request = Request(
        address(message.chat), words, now, _rich(message), language=language(person, "en"),
        sender=str(person.id), admin=person.id in us.admins, wordless=not message.text,
    )  # fmt: skip
    return Asked(request, person.id)


def _in_group(message: Message, words: str, us: Us, now: datetime) -> Asked | None:
    """An admin who hides behind the group is one; who hides behind a channel is none."""
    where, behind, person = address(message.chat, message), message.sender_chat, message.from_user
    if behind is not None:
        request = Request(
            where, words, now, _rich(message), language=us.language, sender=str(behind.id),
            private=False, may_manage=behind.id == message.chat.id,
        )  # fmt: skip
        return Asked(request, 0)
    if not _human(person):
        return None
    request = Request(
        where, words, now, _rich(message), language=language(person, us.language),
        sender=str(person.id), private=False, may_manage=False,
    )  # fmt: skip
    return Asked(request, person.id, unsure=True)


def _in_channel(message: Message, words: str, us: Us, now: datetime) -> Asked | None:
    """Only admins can post there."""
    where = address(message.chat)
    request = Request(
        where, words, now, _rich(message), language=us.language, sender=where.chat, private=False,
        may_manage=True,
    )  # fmt: skip
    return Asked(request, 0, channel=True)


def _pressed(query: CallbackQuery, us: Us, now: datetime) -> Asked | None:
    """A press; one whose data we did not write, or wrote in a way since given up, asks ""."""
    message, person = query.message, query.from_user
    if message is None or not _human(person):
        return None
    chat, known = message.chat, isinstance(message, Message)
    where = address(chat, message if isinstance(message, Message) else None)
    alone = chat.type == Chat.PRIVATE
    if not alone and chat.type not in (*GROUPS, Chat.CHANNEL):
        return None
    said = read(query.data)
    to, command = said or (EVERYBODY, "")
    to = to or _drawn_for(message)
    request = Request(
        where, command, now, language=language(person, "en" if alone else us.language),
        sender=str(person.id), pressed=True, under=_shown(message) if known else "",
        private=alone, may_manage=alone, admin=person.id in us.admins,
    )  # fmt: skip
    return Asked(
        request, person.id, unsure=not alone, to=to, readable=said is not None,
        channel=chat.type == Chat.CHANNEL,
    )  # fmt: skip


def _drawn_for(message: MaybeInaccessibleMessage) -> str:
    """Whom the buttons under a message are for: data that claims to be for everybody may be forged.

    Everybody, where the buttons are not to be seen.
    """
    keyboard = message.reply_markup if isinstance(message, Message) else None
    rows = keyboard.inline_keyboard if keyboard is not None else ()
    said = [read(_data(button)) for row in rows for button in row]
    owners = [one[0] for one in said if one is not None]
    return EVERYBODY if EVERYBODY in owners or not owners else owners[0]


def _data(button: InlineKeyboardButton) -> str | None:
    """The library allows for any object as a button's data; Telegram knows texts only."""
    return button.callback_data if isinstance(button.callback_data, str) else None


def _words(message: Message) -> str | None:
    """What was said to us alone. What we cannot read asks for help, unless a command stands under
    it; and so does a command that somebody else gave and that was only forwarded.
    """
    text, caption = _text(message), decodable(message.caption or "")
    forwarded = message.forward_origin is not None
    if text:
        return HELP if forwarded and text.lstrip()[:1] in ("/", "!") else text
    if not message.effective_attachment:
        return None
    return caption if _COMMAND.match(caption) and not forwarded else HELP


def _command(message: Message, username: str) -> str | None:
    """The command that was given among others, to us or to every bot there; None for talk."""
    text = _text(message)
    found = _COMMAND.match(text)
    if found is None or message.forward_origin is not None or message.is_automatic_forward:
        return None
    if found[1] and found[1].lower() != username.lower():
        return None
    return text


def _text(message: Message) -> str:
    return decodable(message.text or "")


def _rich(message: Message) -> RichText:
    return rich(message.text or "", message.entities)


def _shown(message: object) -> str:
    if not isinstance(message, Message):
        return ""
    return decodable(message.text or message.caption or "")


def _human(person: User | None) -> TypeGuard[User]:
    return person is not None and not person.is_bot
