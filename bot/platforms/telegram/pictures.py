"""Pictures on their way to Telegram: uploaded once, named by Telegram's own id from then on."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import structlog
from telegram import Bot
from telegram.error import BadRequest

from bot.chat import Later, Refused
from bot.platforms.telegram import errors
from bot.platforms.telegram.drawing import LIMITS, Drawn
from bot.text.split import utf16
from storage.model import Address, Attachment

log = structlog.get_logger(__name__)

REMEMBERED = 4  # pictures; a push has one
UNFIT = ""

# What Telegram's servers say of a picture itself, whoever it is sent to (seen in their answers;
# td FileManager.cpp, from_persistent_id; telegram-bot-api Client.cpp, get_input_file).
_UNFIT = ("image_process_failed", "photo_", "too big for a photo", "message is too long")


class Photos:
    """Sends texts with a picture above them; remembers the picture's id, or that it is unfit."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        # Bytes know their hash once it was asked for: looking a picture up costs nothing.
        self._ids: OrderedDict[bytes, str] = OrderedDict()

    async def send(
        self, address: Address, shown: Drawn, picture: Attachment, **where: Any
    ) -> int | None:
        """The id of the message, which goes to `where`; raises the library's errors.

        None, with nothing sent, where Telegram will not take the picture, or not there.
        """
        known = self._ids.get(picture.data)
        if known == UNFIT or utf16(shown.text) > LIMITS.caption:
            return None
        ways: list[str | bytes] = [known, picture.data] if known else [picture.data]
        for photo in ways:
            try:
                sent = await self._bot.send_photo(
                    photo=photo, caption=shown.text, caption_entities=shown.entities,
                    reply_markup=shown.keyboard, filename=picture.name, **where,
                )  # fmt: skip
            except BadRequest as error:
                if not _about_picture(error, address):
                    raise
                log.info("Telegram did not take a picture; the text goes without it.")
                if self._no_use(picture, error):
                    return None
            else:
                if sent.photo:
                    self._remember(picture, sent.photo[-1].file_id)
                return sent.message_id
        return None

    def _no_use(self, picture: Attachment, error: BadRequest) -> bool:
        """Whether another way to name the picture would not help: it is unfit, or not wanted."""
        words = error.message.lower()
        if "photos" in words:
            return True
        if any(string in words for string in _UNFIT):
            self._remember(picture, UNFIT)
            return True
        self._ids.pop(picture.data, None)
        return False

    def _remember(self, picture: Attachment, file_id: str) -> None:
        self._ids[picture.data] = file_id
        self._ids.move_to_end(picture.data)
        while len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)


def _about_picture(error: BadRequest, address: Address) -> bool:
    """Whether the same text may well arrive without the picture. The refusal had no effect."""
    end = errors.classified(error, address)
    return "photos" in error.message.lower() or isinstance(end, Refused | Later)
