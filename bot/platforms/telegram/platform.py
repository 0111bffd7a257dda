"""Telegram as a Platform: takes requests in, sends, edits and deletes messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from telegram import LinkPreviewOptions
from telegram.error import Conflict, TelegramError
from telegram.ext import ExtBot

from bot.chat import Answer, Host, Message, Refused, Sent
from bot.platforms.telegram import Options, errors
from bot.platforms.telegram.answers import Answers
from bot.platforms.telegram.drawing import LIMITS, Drawn, drawn
from bot.platforms.telegram.inbox import App, Bot, Inbox
from bot.platforms.telegram.menus import set_menus
from bot.platforms.telegram.poll import Json, Trouble, outcome, poll
from bot.platforms.telegram.requests import Requests
from bot.platforms.telegram.updates import KINDS, NAME
from storage.model import Address

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
        self._admins = options.admins
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

    async def run(self, answer: Answer, ready: Callable[[], None]) -> None:
        """Take in requests until cancelled; raises Stop when the token is refused."""
        subscribers = self._host.storage.subscribers
        answers = Answers(self, subscribers, self._now)
        inbox = Inbox(self._bot, answer, answers, subscribers, self._admins, self._now)
        menus: asyncio.Task[None] | None = None
        try:
            await self._start(inbox.application)
            menus = asyncio.create_task(set_menus(self._bot, self._host.menu))
            await poll(self._fetch, inbox.handle, inbox.ledger, ready)
        finally:
            if menus is not None:
                menus.cancel()
            try:
                await self._finish(inbox, answers)
            finally:
                await self._close(inbox.application)

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:  # noqa: ARG002
        """Send one message. Telegram knows no `key`: what is Unknown may arrive twice."""
        shown = drawn(message)
        sent = await self._tried(
            address,
            self._bot.send_message(
                _number(address.chat), shown.text, entities=shown.entities,
                reply_markup=shown.keyboard, link_preview_options=_NO_PREVIEW,
                message_thread_id=_number(address.thread) if address.thread else None,
            ),
        )  # fmt: skip
        return Sent(str(sent.message_id))

    async def edit(self, address: Address, sent: Sent, message: Message) -> None:
        """Replace a message; that it already reads like that is a success."""
        shown = drawn(message)
        await self._tried(address, self._edited(address, sent, shown))

    async def delete(self, address: Address, sent: Sent) -> None:
        """Take a message back; that it is not there any more is a success."""
        await self._tried(address, self._deleted(address, sent))

    async def _edited(self, address: Address, sent: Sent, shown: Drawn) -> None:
        try:
            await self._bot.edit_message_text(
                shown.text, _number(address.chat), _number(sent.id), entities=shown.entities,
                reply_markup=shown.keyboard, link_preview_options=_NO_PREVIEW,
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

    async def _tried(self, address: Address, call: Awaitable[Result]) -> Result:
        self._calls += 1
        self._idle.clear()
        try:
            return await call
        except TelegramError as error:
            failure = errors.classified(error, address)
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

    async def _fetch(self, offset: int, wait: int, limit: int = 100) -> list[Json]:
        fields = {"offset": offset, "timeout": wait, "limit": limit, "allowed_updates": KINDS}
        url = f"{self._bot.base_url}/getUpdates"
        try:
            found = await self._requests.call(url, fields, wait + POLL_GRACE)
        except Conflict as error:
            # Left over from another program: while it stands, nobody may poll.
            if "webhook is active" in error.message:
                log.warning("A webhook stands for this bot; it is removed, as Herald polls.")
                await self._bot.delete_webhook()
            raise
        return [update for update in found if isinstance(update, dict)]

    async def _finish(self, inbox: Inbox, answers: Answers) -> None:
        """What is on its way gets a moment; then Telegram hears what is done."""
        loop = asyncio.get_running_loop()
        until = loop.time() + STOP_SECONDS
        try:
            await inbox.end(STOP_SECONDS)
            await answers.end(max(0.0, until - loop.time()))
        finally:
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
