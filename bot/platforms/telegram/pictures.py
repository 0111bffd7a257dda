"""Pictures on their way to Telegram: uploaded once, named by Telegram's own id from then on."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, TypeVar

import structlog
from telegram import Bot
from telegram.error import BadRequest

from bot.chat import Later, Refused
from bot.platforms.telegram import errors
from bot.platforms.telegram.drawing import LIMITS, Drawn
from bot.text.split import utf16
from storage.model import Address, Attachment

log = structlog.get_logger(__name__)

Key = TypeVar("Key")
Value = TypeVar("Value")

REMEMBERED = 4  # pictures; a push has one
WITHOUT = 10_000  # chats that take no pictures
UNFIT = ""

# What Telegram's servers say of a picture itself, whoever it is sent to (seen in their answers;
# td FileManager.cpp, from_persistent_id; telegram-bot-api Client.cpp, get_input_file).
_UNFIT = ("image_process_failed", "photo_", "too big for a photo", "message is too long")


class Photos:
    """Sends texts with a picture above them; remembers the picture's id, or that it is unfit.

    One call each time: another way to send the same needs a turn of its own.
    """

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._without: OrderedDict[str, None] = OrderedDict()  # chats without the right to pictures
        # Bytes know their hash once it was asked for: looking a picture up costs nothing.
        self._ids: OrderedDict[bytes, str] = OrderedDict()

    async def send(
        self, address: Address, shown: Drawn, picture: Attachment, **where: Any
    ) -> int | None:
        """The id of the message, which goes to `where`; raises the library's errors.

        None, with nothing sent, where Telegram is known not to take the picture, or not there.
        Raises Later, with nothing sent, where that has just been learned: next time another way
        is taken.
        """
        known = self._ids.get(picture.data)
        if known == UNFIT or address.chat in self._without or utf16(shown.text) > LIMITS.caption:
            return None
        try:
            sent = await self._bot.send_photo(
                photo=known or picture.data, caption=shown.text, caption_entities=shown.entities,
                reply_markup=shown.keyboard, filename=picture.name, **where,
            )  # fmt: skip
        except BadRequest as error:
            if not _about_picture(error, address):
                raise
            self._learn(address, picture, error)
        else:
            if sent.photo:
                _remember(self._ids, picture.data, sent.photo[-1].file_id, REMEMBERED)
            return sent.message_id
        # Raised out here: the library's error, with Telegram's words, must not hang on it.
        raise Later("Telegram did not take the picture like that", 0.0)

    def _learn(self, address: Address, picture: Attachment, error: BadRequest) -> None:
        """What to do otherwise next time."""
        log.info("Telegram did not take a picture; it is sent another way, or the text alone.")
        words = error.message.lower()
        if "photos" in words:
            _remember(self._without, address.chat, None, WITHOUT)
        elif picture.data in self._ids and not any(string in words for string in _UNFIT):
            del self._ids[picture.data]  # Telegram has forgotten it
        else:
            _remember(self._ids, picture.data, UNFIT, REMEMBERED)


def _remember(known: OrderedDict[Key, Value], key: Key, value: Value, most: int) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > most:
        known.popitem(last=False)


def _about_picture(error: BadRequest, address: Address) -> bool:
    """Whether the same text may well arrive without the picture. The refusal had no effect."""
    end = errors.classified(error, address)
    return "photos" in error.message.lower() or isinstance(end, Refused | Later)
