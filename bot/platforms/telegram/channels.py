"""Channels, asked for by their admins in private: what is meant, and whether they may.

A channel cannot be talked with in the channel itself, where everybody reads along: an admin writes
`/subscribe @channel` to the bot, or presses a button that means the channel. The request is then
the channel's, and the answer goes to the admin.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace

import structlog
from telegram import Chat, ChatMember, ChatMemberUpdated
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.chat import Message, Request
from bot.i18n import Texts, texts
from bot.platforms.telegram.buttons import Bound, far, far_chat
from bot.platforms.telegram.rights import Rights, may_write, unanswered
from bot.platforms.telegram.updates import NAME, Asked, language
from bot.text.build import bold, join
from storage.model import Address, RichText
from storage.subscribers import Subscribers

log = structlog.get_logger(__name__)

LOOK_SECONDS = 4.0

_START = re.compile(r"/start(?:@\w+)?\s+c([1-9a-f][0-9a-f]{0,13})\s*")
_TYPED = re.compile(
    r"/(subscribe|unsubscribe|stop|settings|forget)(?:@\w+)?\s+"
    r"(?:(?:(?:https?://)?t\.me/|@)(\S{1,64}?)/?|(-[0-9]{1,18}))\s*",
    re.ASCII,
)
Place = str | int  # as the Bot API takes a chat: @name or id


@dataclass(frozen=True, slots=True)
class Far:
    """A request of an admin for another chat; `to` is what the answer's buttons are bound to."""

    request: Request
    title: str
    to: str

    def titled(self, message: Message) -> Message:
        """The answer, which says what chat it speaks of."""
        return replace(message, text=join([bold(self.title), message.text], "\n\n"))


def meant(asked: Asked) -> tuple[str, Place] | None:
    """The command and the other chat that it means, if it means another."""
    words = asked.request.words
    if asked.request.pressed:
        if asked.channel:
            return words, int(asked.request.address.chat)
        chat = far_chat(asked.to)
        return (words, chat) if chat is not None else None
    if not asked.alone:
        return None
    if found := _START.fullmatch(words):
        return "/settings", -int(found[1], 16)
    if found := _TYPED.fullmatch(words):
        return f"/{found[1]}", f"@{found[2]}" if found[2] else int(found[3])
    return None


class Channels:
    """Looks channels up, and says what keeps them from getting releases."""

    def __init__(self, rights: Rights, subscribers: Subscribers) -> None:
        self._rights = rights
        self._subscribers = subscribers

    async def far(self, asked: Asked, command: str, place: Place) -> Far | Message:
        """The admin's request for that chat, or a refusal that says what to do."""
        known = await self._subscribers.find(Address(NAME, str(asked.person)))
        spoken = (known.language if known else "") or asked.request.language
        t = texts(spoken)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                chat = await self._rights.look.chat(place)
                refusal = await self._refusal(chat, asked.person, command, t)
        except (BadRequest, Forbidden):
            said = t(
                "I cannot see this chat. Add me there first, to a channel as an administrator with"
                " the right to post messages, and then try again."
            )
            return Message(RichText(said))
        except (TelegramError, TimeoutError):
            return Message(RichText(unanswered(t)))
        if refusal:
            return Message(RichText(refusal))
        request = replace(
            asked.request, address=Address(NAME, str(chat.id)), words=command, language=spoken,
            private=False, may_manage=True, admin=False,
        )  # fmt: skip
        return Far(request, chat.title or "…", far(chat.id))

    async def _refusal(self, chat: Chat, person: int, command: str, t: Texts) -> str:
        """Why this person cannot have that; "" where they can. Raises the library's errors."""
        if chat.type not in (Chat.CHANNEL, Chat.GROUP, Chat.SUPERGROUP):
            return t("I cannot send releases there: it is neither a channel nor a group.")
        manages = await self._rights.manages(chat.id, person, fresh=True)
        if manages is None:
            return unanswered(t)
        if not manages:  # whose chat it is not, its title is not theirs to know
            return t("Only the admins of this chat can change that.")
        if command.lstrip("/") != "subscribe":
            return ""
        us = await self._rights.look.ours(chat.id)
        return "" if may_write(us, chat.type) else _missing(chat.type, chat.title or "…", t)

    async def offer(self, changed: ChatMemberUpdated) -> tuple[Address, Message] | None:
        """What is said to the person who made us an administrator of a channel, and where."""
        chat, person = changed.chat, changed.from_user
        old, new = changed.old_chat_member, changed.new_chat_member
        if chat.type != Chat.CHANNEL or person.is_bot or new.status != ChatMember.ADMINISTRATOR:
            return None
        if may_write(old, chat.type) or (
            old.status == new.status and not may_write(new, chat.type)
        ):
            return None
        theirs = await self._subscribers.find(Address(NAME, str(chat.id)))
        if theirs is not None and theirs.active:
            return None
        to = Address(NAME, str(person.id))
        known = await self._subscribers.find(to)
        t = texts((known.language if known else "") or language(person, "en"))
        title = chat.title or "…"
        if not may_write(new, chat.type):
            return to, Message(RichText(_missing(chat.type, title, t)))
        said = t(
            "I am an administrator of “{title}” now. Shall it get every new release?", title=title
        )
        yes = Bound(t("🔔 Subscribe the channel"), "subscribe", to=far(chat.id))
        return to, Message(RichText(said), ((yes,),))


def _missing(kind: str, title: str, t: Texts) -> str:
    """What right we need."""
    if kind == Chat.CHANNEL:
        return t(
            "I may not post in “{title}” yet. Make me an administrator there with the right to post"
            " messages, and then try again: /subscribe followed by the channel’s @name.",
            title=title,
        )
    return t("I may not write in “{title}” yet. Let me send messages there, and then try again.",
             title=title)  # fmt: skip
