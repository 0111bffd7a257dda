"""A Message as Telegram takes it: text with entities, and buttons under it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.chat import Button, Limits, Message, Refused, Rows
from bot.platforms.telegram.buttons import data
from bot.platforms.telegram.entities import entities
from bot.text.build import trimmed
from bot.text.characters import decodable
from bot.text.links import spelled_out, usable
from bot.text.split import split, utf16
from storage.model import RichText, Style

# Bot API, sendMessage; counted in UTF-16 units, which are never fewer than Telegram's own count.
LIMITS = Limits(4096, caption=1024, length=utf16)

SHARED_TITLE = 120  # characters of a release's title that go with a link to it
IN_A_ROW = 8  # more are refused (python-telegram-bot, constants.InlineKeyboardMarkupLimit)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What sendMessage and editMessageText are given."""

    text: str
    entities: tuple[MessageEntity, ...] = ()
    keyboard: InlineKeyboardMarkup | None = None


@dataclass(frozen=True, slots=True)
class _Shared:
    """What goes with a release that somebody shares: the bot that has it, and a title."""

    username: str
    title: str

    def link(self, release: int) -> str | None:
        """Telegram's own "choose a chat" (core.telegram.org/api/links, "Share links")."""
        if not self.username:
            return None
        here = quote(opens(self.username, f"r{release}"), safe="")
        return f"https://t.me/share/url?url={here}&text={quote(self.title, safe='')}"


def drawn(message: Message, username: str = "") -> Drawn:
    """The message in Telegram's terms. Raises Refused for what Telegram would not take.

    `username` is the bot's own, for links that lead back to it; while it is unknown there are none.
    """
    rich = _followable(trimmed(message.text))
    if not rich.text.strip():
        raise Refused("the message shows nothing")
    if utf16(rich.text) > LIMITS.text:
        raise Refused("the message is too long")
    return Drawn(rich.text, entities(rich), keyboard(message.buttons, username, rich.text))


def pieces(message: Message) -> list[Message]:
    """The message in parts that fit, the buttons under the last, the first in its place."""
    parts = split(spelled_out(_decodable(message.text)), LIMITS.text, LIMITS.length)
    if not parts:
        return [message]
    messages = [Message(part) for part in parts]
    messages[0] = replace(messages[0], replaces=message.replaces)
    messages[-1] = replace(messages[-1], buttons=message.buttons)
    return messages


def keyboard(rows: Rows, username: str = "", text: str = "") -> InlineKeyboardMarkup | None:
    """The buttons; one that leads where Telegram does not follow is left out.

    What is shared is a link to the bot, and the first line of `text`. Raises Refused for a command
    that is longer than a button can carry.
    """
    shared = _Shared(username, text.partition("\n")[0][:SHARED_TITLE])
    drawn_rows = [[drawn for button in row if (drawn := _button(button, shared))] for row in rows]
    short = [row[at : at + IN_A_ROW] for row in drawn_rows for at in range(0, len(row), IN_A_ROW)]
    return InlineKeyboardMarkup(short) if short else None


def _button(button: Button, shared: _Shared) -> InlineKeyboardButton | None:
    label = decodable(button.label).strip()
    if not label:
        return None
    if button.url or button.share:
        url = usable(button.url) if button.url else shared.link(button.share)
        return InlineKeyboardButton(label, url=url) if url else None
    return InlineKeyboardButton(label, callback_data=data(button))


def opens(username: str, start: str = "") -> str:
    """A link that opens the chat with the bot, at what `start` names (features, "Deep linking")."""
    return f"https://t.me/{username}?start={start}" if start else f"https://t.me/{username}"


def _followable(rich: RichText) -> RichText:
    """Links that work, what others hide written out; where that is too long, just no links."""
    rich = _decodable(rich)
    told = spelled_out(rich)
    if utf16(told.text) <= LIMITS.text:
        return told
    return RichText(
        rich.text,
        tuple(
            replace(span, value=usable(span.value) or "") if span.style is Style.LINK else span
            for span in rich.spans
            if span.style is not Style.LINK or usable(span.value)
        ),
    )


def _decodable(rich: RichText) -> RichText:
    return RichText(decodable(rich.text), rich.spans)
