"""Messages at Telegram: sent, changed, taken back. Each call tells the budget how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from enum import Enum
from typing import Any, TypeVar

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.chat import Later, Refused, SendError
from bot.pacing import Budget
from bot.platforms.telegram import errors
from bot.platforms.telegram.budget import many
from bot.platforms.telegram.drawing import LIMITS
from bot.platforms.telegram.errors import UNREADABLE
from bot.platforms.telegram.forms import Form, captioned
from bot.platforms.telegram.inbox import Bot
from bot.platforms.telegram.pictures import Photos
from bot.platforms.telegram.requests import Requests, accepted
from bot.text.split import utf16
from storage.model import Address, Attachment

log = structlog.get_logger(__name__)

ASKED_SECONDS = 1.0  # a pause that Telegram asks for without a word of how long

Result = TypeVar("Result")


class Edited(Enum):
    """What became of an edit. `OTHER`: there is a caption in place of a text, or none of both."""

    CHANGED = "it was changed"
    SAME = "it reads like that already"
    ABSENT = "the message to edit is not there"
    FIXED = "the message can no longer be edited"
    OTHER = "the message is of another kind"


# td MessagesManager.cpp, edit_message_text and edit_message_caption; Client.cpp, check_message.
_EDITED = {
    "message is not modified": Edited.SAME,
    "message to edit not found": Edited.ABSENT,
    "message_id_invalid": Edited.ABSENT,
    "message can't be edited": Edited.FIXED,
    "there is no text in the message to edit": Edited.OTHER,
    "there is no caption in the message to edit": Edited.OTHER,
}


class Post:
    """One bot's way out. With `paid` what is pushed may cost Stars. Its methods raise SendErrors.

    `calls` are under way; `idle` is set while there are none.
    """

    def __init__(self, bot: Bot, requests: Requests, budget: Budget, *, paid: bool) -> None:
        self.calls = 0
        self.idle = asyncio.Event()
        self.idle.set()
        self._url = bot.base_url
        self._requests = requests
        self._photos = Photos(bot)
        self._budget = budget
        self._paid = paid

    async def send(
        self, address: Address, form: Form, picture: Attachment | None = None, **flags: bool
    ) -> int | None:
        """The id of the message; None if it was sent, and what was answered cannot be read.

        The picture stays away where Telegram is known not to take it; Later says that this has
        just been learned. `flags` are sendMessage's own.
        """
        return await self._tried(address, self._sent(address, form, picture, flags))

    async def push(self, address: Address, form: Form, picture: Attachment | None) -> int | None:
        """The same for what many are told."""
        if self._paid:
            return await self.send(address, form, picture, allow_paid_broadcast=True)
        return await self.send(address, form, picture)

    async def edit(
        self, address: Address, number: str, form: Form, *, pictured: bool = False
    ) -> None:
        """Replace a message or caption; that it already reads like that is a success.

        `pictured`: it may well be a caption, and is first taken for one.
        """
        short = utf16(form.shown.text) <= LIMITS.caption
        ways = [self.rewrite, self.recaption] if short else [self.rewrite]
        end = Edited.OTHER
        for way in reversed(ways) if pictured else ways:
            end = await way(address, number, form)
            if end is not Edited.OTHER:
                break
        if end is Edited.OTHER and not short:
            raise Refused("the text is too long to stand under a picture")
        if end not in (Edited.CHANGED, Edited.SAME):
            raise Refused(end.value)

    async def rewrite(self, address: Address, number: str, form: Form) -> Edited:
        """Replace a text."""
        fields = _there(address, number) + form.fields
        return (
            await self._tried(address, self._changed("editMessageText", fields)) or Edited.CHANGED
        )

    async def recaption(self, address: Address, number: str, form: Form) -> Edited:
        """Replace the text under a picture."""
        fields = _there(address, number) + captioned(form.shown)
        change = self._changed("editMessageCaption", fields)
        return await self._tried(address, change) or Edited.CHANGED

    async def delete(self, address: Address, number: str) -> None:
        """Take a message back; that it is not there any more is a success."""
        await self._tried(address, self._deleted(_there(address, number)))

    async def _sent(
        self, address: Address, form: Form, picture: Attachment | None, flags: dict[str, bool]
    ) -> int:
        chat, thread = _number(address.chat), _number(address.thread) if address.thread else None
        if picture is not None:
            number = await self._photos.send(
                address, form.shown, picture, chat_id=chat, message_thread_id=thread, **flags
            )
            if number is not None:
                return number
        head = f"chat_id={chat}&" + (f"message_thread_id={thread}&" if thread else "")
        head += "".join(f"{name}={str(flag).lower()}&" for name, flag in flags.items())
        sent = await self._call("sendMessage", head.encode() + form.fields)
        number = sent["message_id"]
        if not isinstance(number, int):
            raise TypeError("the id of a message is no number")
        return number

    async def _changed(self, method: str, fields: bytes) -> Edited:
        try:
            await self._call(method, fields)
        except BadRequest as error:
            words = error.message.lower()
            end = next((end for string, end in _EDITED.items() if string in words), None)
            if end is None:
                raise
            return end
        return Edited.CHANGED

    async def _deleted(self, fields: bytes) -> None:
        try:
            await self._call("deleteMessage", fields)
        except BadRequest as error:
            if not errors.not_there(error):
                raise

    async def _call(self, method: str, fields: bytes) -> Any:
        return await self._requests.form(f"{self._url}/{method}", fields)

    async def _tried(self, address: Address, call: Awaitable[Result]) -> Result | None:
        """What came of it; None if it was done, and what was answered cannot be read."""
        self.calls += 1
        self.idle.clear()
        accepted.set(False)
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            found = await call
        except Later:  # an answer, by which something was learned
            self._budget.rate.landed(clock() - began)
            raise
        except TelegramError as error:
            failure = self._failed(address, error, clock() - began)
        except UNREADABLE as error:
            if not accepted.get():
                raise
            log.debug("An answer could not be read.", error=type(error).__name__)
            self._budget.rate.landed(clock() - began)
            return None
        else:
            self._budget.rate.landed(clock() - began)
            return found
        finally:
            self.calls -= 1
            if not self.calls:
                self.idle.set()
        # Raised out here: the library's error, with Telegram's words, must not hang on it.
        raise failure

    def _failed(self, address: Address, error: TelegramError, seconds: float) -> SendError:
        """How it ended; the budget hears of it. Of trouble on the way there it learns nothing."""
        end = errors.classified(error, address)
        if isinstance(error, BadRequest | Forbidden | ChatMigrated):
            self._budget.rate.landed(seconds)
        if not isinstance(error, errors.SLOW_DOWN) or not isinstance(end, Later):
            return end
        pause = end.seconds or ASKED_SECONDS
        everybody = self._budget.refused(address, pause, own=many(address))
        return Later(str(end), pause, "platform" if everybody else "chat")


def _number(text: str) -> int:
    """A chat's, a topic's or a message's number. Raises Refused for what is none."""
    try:
        return int(text)
    except ValueError:
        raise Refused("the address or id is not one of Telegram's") from None


def _there(address: Address, number: str) -> bytes:
    return f"chat_id={_number(address.chat)}&message_id={_number(number)}&".encode()
