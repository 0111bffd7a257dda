"""Telegram as a Platform: takes requests in, sends, edits and deletes messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from telegram import LinkPreviewOptions
from telegram.error import Conflict, TelegramError
from telegram.ext import ExtBot

from bot.chat import Answer, Host, Message, Refused, Sent
from bot.platforms.telegram import Options, errors
from bot.platforms.telegram.answers import Answers
from bot.platforms.telegram.drawing import LIMITS, Drawn, drawn
from bot.platforms.telegram.errors import UNREADABLE, Ambiguous
from bot.platforms.telegram.inbox import App, Bot, Inbox
from bot.platforms.telegram.inline import Inline
from bot.platforms.telegram.parts import parts
from bot.platforms.telegram.pictures import Photos, under_picture
from bot.platforms.telegram.poll import Json, Trouble, outcome, poll
from bot.platforms.telegram.requests import Requests, accepted
from bot.platforms.telegram.updates import KINDS, NAME
from bot.platforms.telegram.webhook import Webhook
from bot.text.split import utf16
from storage.model import Address, Attachment

log = structlog.get_logger(__name__)

STOP_SECONDS = 4.0  # for answers on their way when we are told to stop
SENDS_SECONDS = 7.5  # for sends that others began
CONFIRM_SECONDS = 1.0
POLL_GRACE = 15.0  # seconds an answer to a long poll may be late

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Result = TypeVar("Result")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Telegram:
    """One bot. `rate` is the messages a second that the operator allows it."""

    name = NAME
    limits = LIMITS

    def __init__(
        self, options: Options, host: Host, now: Callable[[], datetime] = _utc_now
    ) -> None:
        # The library's lines for debugging hold the token, addresses and words.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        self.rate = options.rate
        self._options = options
        self._username = ""
        self._webhook_url = options.webhook_url
        self._host = host
        self._now = now
        self._calls = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._requests = Requests(host.proxy)
        self._bot: Bot = ExtBot(
            options.token.get_secret_value(), base_url=f"{options.api_url}/bot",
            base_file_url=f"{options.api_url}/file/bot",
            request=self._requests, get_updates_request=self._requests,
        )  # fmt: skip
        self._photos = Photos(self._bot)

    async def run(self, answer: Answer, ready: Callable[[], None]) -> None:
        """Take in requests until cancelled; raises Stop when the token is refused."""
        subscribers = self._host.storage.subscribers
        answers = Answers(self, subscribers, self._now)
        inbox, chores = parts(
            self._bot, self._requests, self._options, self._host, answer, answers, self._now
        )
        suggest = self._host.suggest
        inline = Inline(self._bot, suggest, subscribers, inbox.ledger, self._now)
        try:
            await self._start(inbox.application)
            self._username = self._bot.username
            chores.begin()
            await self._listen(inbox, inline, ready)
        finally:
            await chores.end()
            try:
                await self._finish(inbox, inline, answers)
            finally:
                await self._close(inbox.application)

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:  # noqa: ARG002
        """Send one message. Telegram knows no `key`: what is Unknown may arrive twice."""
        sent = await self._tried(
            address, self._sent(address, drawn(message, self._username), message.picture)
        )
        return Sent("" if sent is None else str(sent))

    async def edit(self, address: Address, sent: Sent, message: Message) -> None:
        """Replace a message; that it already reads like that is a success."""
        shown = drawn(message, self._username)
        await self._tried(address, self._edited(address, sent, shown))

    async def delete(self, address: Address, sent: Sent) -> None:
        """Take a message back; that it is not there any more is a success."""
        await self._tried(address, self._deleted(address, sent))

    async def _sent(self, address: Address, shown: Drawn, picture: Attachment | None) -> int:
        """The id of the message; its picture stays away where Telegram does not take it."""
        where: dict[str, Any] = {
            "chat_id": _number(address.chat),
            "message_thread_id": _number(address.thread) if address.thread else None,
        }
        if picture is not None:
            number = await self._photos.send(address, shown, picture, **where)
            if number is not None:
                return number
        sent = await self._bot.send_message(
            text=shown.text, entities=shown.entities, reply_markup=shown.keyboard,
            link_preview_options=_NO_PREVIEW, **where,
        )  # fmt: skip
        return sent.message_id

    async def _edited(self, address: Address, sent: Sent, shown: Drawn) -> None:
        try:
            await self._bot.edit_message_text(
                shown.text, _number(address.chat), _number(sent.id), entities=shown.entities,
                reply_markup=shown.keyboard, link_preview_options=_NO_PREVIEW,
            )  # fmt: skip
        except TelegramError as error:
            if under_picture(error):
                await self._recaptioned(address, sent, shown)
            elif not errors.not_modified(error):
                raise

    async def _recaptioned(self, address: Address, sent: Sent, shown: Drawn) -> None:
        if utf16(shown.text) > LIMITS.caption:
            raise Refused("the text is too long to stand under a picture")
        try:
            await self._bot.edit_message_caption(
                _number(address.chat), _number(sent.id), caption=shown.text,
                caption_entities=shown.entities, reply_markup=shown.keyboard,
            )  # fmt: skip
        except TelegramError as error:
            if not errors.not_modified(error):
                raise

    async def _deleted(self, address: Address, sent: Sent) -> None:
        try:
            await self._bot.delete_message(_number(address.chat), _number(sent.id))
        except TelegramError as error:
            if not errors.not_there(error):
                raise

    async def _tried(self, address: Address, call: Awaitable[Result]) -> Result | None:
        """What came of it; None if it was done, and the library cannot read what was answered."""
        self._calls += 1
        self._idle.clear()
        accepted.set(False)
        try:
            return await call
        except TelegramError as error:
            failure = errors.classified(error, address)
        except UNREADABLE as error:
            if not accepted.get():
                raise
            log.debug("An answer could not be read.", error=type(error).__name__)
            return None
        finally:
            self._calls -= 1
            if not self._calls:
                self._idle.set()
        # Raised out here: the library's error, with Telegram's words, must not hang on it.
        raise failure

    async def _start(self, application: App) -> None:
        """Ask who we are (getMe), until Telegram says so or refuses the token."""
        trouble = Trouble()
        while True:
            end = await outcome(application.initialize())
            if not isinstance(end, TelegramError):
                return trouble.over()
            await asyncio.sleep(trouble.met(end, started=False))

    async def _listen(self, inbox: Inbox, inline: Inline, ready: Callable[[], None]) -> None:
        """Take updates in, until cancelled: those that Telegram brings, or those we ask for."""

        def handle(update: Json) -> None:
            (inline if "inline_query" in update else inbox).handle(update)

        if self._webhook_url:
            webhook = Webhook(self._bot, self._webhook_url, inbox.ledger, handle)
            await webhook.run(self._host.server, ready)
        else:
            await poll(self._fetch, handle, inbox.ledger, ready)

    async def _fetch(self, offset: int, wait: int, limit: int = 100) -> list[Json]:
        fields = {"offset": offset, "timeout": wait, "limit": limit, "allowed_updates": KINDS}
        url = f"{self._bot.base_url}/getUpdates"
        try:
            found = await self._requests.call(url, fields, wait + POLL_GRACE)
        except Conflict as error:
            if "webhook is active" not in error.message:
                raise
            # Left from before, or from another program: while it stands, nobody may poll.
            log.info("A webhook stands for this bot; it is removed, as Herald polls.")
            await self._bot.delete_webhook()
            found = await self._requests.call(url, fields, wait + POLL_GRACE)
        if not isinstance(found, list):
            raise Ambiguous
        return [update for update in found if isinstance(update, dict)]

    async def _finish(self, inbox: Inbox, inline: Inline, answers: Answers) -> None:
        """What is on its way gets a moment; then Telegram hears what is done."""
        loop = asyncio.get_running_loop()
        until = loop.time() + STOP_SECONDS
        try:
            await asyncio.gather(inbox.end(STOP_SECONDS), inline.end(STOP_SECONDS))
            await answers.end(max(0.0, until - loop.time()))
        finally:
            inbox.ledger.close()
            if not self._webhook_url:
                await self._confirm(inbox)

    async def _confirm(self, inbox: Inbox) -> None:
        """Unconfirmed, an update would be answered a second time after a restart."""
        if not inbox.ledger.offset:
            return
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._fetch(inbox.ledger.offset, 0, limit=1)
        except (TelegramError, TimeoutError):
            return

    async def _close(self, application: App) -> None:
        try:
            async with asyncio.timeout(SENDS_SECONDS):
                await self._idle.wait()
        except TimeoutError:
            log.warning("Messages were still under way when Herald stopped.", n=self._calls)
        await application.shutdown()
        await self._bot.shutdown()
        await self._requests.shutdown()


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refused("the address or id is not one of Telegram's") from None
