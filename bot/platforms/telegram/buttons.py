"""What a button says when it is pressed: for whom it was drawn, and the command it asks.

`1:command` is for everybody, `1TAG:command` for the person of this tag, and `1@CHANNEL:command`
asks on behalf of another chat, whose id stands there without its sign, in hexadecimal.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, replace

from bot.chat import Button, Message, Refused

VERSION = "1"  # of what buttons say, for those that are still to be seen after an update
DATA_BYTES = 64  # Bot API, InlineKeyboardButton, callback_data
EVERYBODY = ""

_DATA = re.compile(VERSION + r"(|[A-Za-z0-9_-]{8}|@[1-9a-f][0-9a-f]{0,13}):(.+)")


@dataclass(frozen=True, slots=True)
class Bound(Button):
    """A button that is not for everybody: `to` is a person's tag, or the chat that is meant."""

    to: str = EVERYBODY


class Tags:
    """Marks people in the data of buttons. The same after a restart, and they name nobody."""

    def __init__(self, token: str) -> None:
        self._key = hmac.digest(token.encode(), b"whose buttons", hashlib.sha256)

    def of(self, chat: int | str, sender: int | str) -> str:
        """The tag of somebody in a chat: eight characters."""
        whole = hmac.digest(self._key, f"{chat} {sender}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(whole[:6]).decode()


def bound(message: Message, to: str) -> Message:
    """The same message, its buttons only for `to`."""
    if to == EVERYBODY:
        return message
    rows = tuple(tuple(_bound(button, to) for button in row) for row in message.buttons)
    return replace(message, buttons=rows)


def far(chat: int) -> str:
    """What buttons are bound to that mean another chat than the one they stand in."""
    return f"@{-chat:x}"


def far_chat(to: str) -> int | None:
    """The chat that such a button means; None where it means the chat that it stands in."""
    return -int(to[1:], 16) if to.startswith("@") else None


def data(button: Button) -> str:
    """What the button carries. Raises Refused for a command that is too long."""
    to = button.to if isinstance(button, Bound) else EVERYBODY
    carried = f"{VERSION}{to}:{button.command}"
    if len(carried.encode("utf-8", "replace")) > DATA_BYTES:
        raise Refused("a button's command is too long")
    return carried


def read(carried: str | None) -> tuple[str, str] | None:
    """For whom a button was, and its command; None for data that we do not write (any more)."""
    if carried is None or len(carried.encode("utf-8", "replace")) > DATA_BYTES:
        return None
    found = _DATA.fullmatch(carried)
    if found is None or not found[2].isprintable():
        return None
    return found[1], found[2]


def _bound(button: Button, to: str) -> Button:
    if not button.command:
        return button
    return Bound(button.label, button.command, button.url, button.share, to)
