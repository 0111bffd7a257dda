"""Telegram as a Platform: takes requests in, sends, edits and deletes messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog
from telegram.error import Conflict, TelegramError
from telegram.ext import ExtBot

from bot import chat
from bot.chat import Answer, Host, Message, Sent
from bot.i18n import texts
from bot.platforms.telegram import Options
from bot.platforms.telegram.answers import Answers
from bot.platforms.telegram.budget import budget
from bot.platforms.telegram.drawing import LIMITS
from bot.platforms.telegram.errors import Ambiguous
from bot.platforms.telegram.forms import Form, Forms, formed
from bot.platforms.telegram.inbox import App, Bot, Inbox
from bot.platforms.telegram.inline import Inline
from bot.platforms.telegram.parts import parts
from bot.platforms.telegram.poll import Json, Trouble, outcome, poll
from bot.platforms.telegram.post import Post
from bot.platforms.telegram.probe import Probe
from bot.platforms.telegram.requests import Requests
from bot.platforms.telegram.updates import KINDS, NAME
from bot.platforms.telegram.webhook import Webhook
from storage.model import Address, RichText

log = structlog.get_logger(__name__)

STOP_SECONDS = 4.0  # for answers on their way when we are told to stop
SENDS_SECONDS = 7.5  # for sends that others began
CONFIRM_SECONDS = 1.0
POLL_GRACE = 15.0  # seconds an answer to a long poll may be late


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Telegram:
    """One bot."""

    name = NAME
    limits = LIMITS
    kept: Sequence[str] = ()
    once = False

    def __init__(
        self, options: Options, host: Host, now: Callable[[], datetime] = _utc_now
    ) -> None:
        # The library's lines for debugging hold the token, addresses and words.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        self.budget = budget(options)
        self.admins: Sequence[Address] = [Address(NAME, str(n)) for n in options.admins]
        self._options = options
        self._username = ""
        self._webhook_url = options.webhook_url
        self._host = host
        self._now = now
        self._requests = Requests(host.proxy)
        self._bot: Bot = ExtBot(
            options.token.get_secret_value(), base_url=f"{options.api_url}/bot",
            base_file_url=f"{options.api_url}/file/bot",
            request=self._requests, get_updates_request=self._requests,
        )  # fmt: skip
        self._post = Post(self._bot, self._requests, self.budget, paid=options.paid)
        self._forms = Forms()
        self._probe = self._made_probe() if options.probing else None
        self.probe: chat.Probe | None = self._probe

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
            if self._probe is not None:
                await self._probe.begun()
            elif self._options.probe_seconds:
                log.warning("Without an admin it cannot be looked for what was left in doubt.")
            chores.begin()
            await self._listen(inbox, inline, ready)
        finally:
            await chores.end()
            try:
                await self._finish(inbox, inline, answers)
            finally:
                await self._close(inbox.application)

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        """Send one message. Telegram knows no `key`: what is Unknown may arrive twice."""
        sending = self._sent(address, message, pushed=bool(key))
        if self._probe is not None:
            sending = self._probe.watched(address, sending)
        number = await sending
        return Sent("" if number is None else str(number))

    async def edit(self, address: Address, sent: Sent, message: Message) -> None:
        """Replace a message; that it already reads like that is a success."""
        pictured = message.picture is not None
        await self._post.edit(address, sent.id, self._pushed(message), pictured=pictured)

    async def delete(self, address: Address, sent: Sent) -> None:
        """Take a message back; that it is not there any more is a success."""
        await self._post.delete(address, sent.id)

    async def _sent(self, address: Address, message: Message, *, pushed: bool) -> int | None:
        if pushed:
            return await self._post.push(address, self._pushed(message), message.picture)
        return await self._post.send(address, formed(message, self._username), message.picture)

    def _pushed(self, message: Message) -> Form:
        return self._forms.of(message, self._username)

    def _made_probe(self) -> Probe:
        t = texts(self._host.campaign.language)

        def greeting() -> Form:
            said = t("I am back. (This message goes away by itself.)")
            return formed(Message(RichText(said)), self._username)

        return Probe(
            self._post, self.budget, self.admins, self._pushed,
            greeting=greeting, seconds=self._options.probe_seconds,
        )  # fmt: skip

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
            if self._probe is not None:
                self._probe.heard(update)
            (inline if "inline_query" in update else inbox).handle(update)

        if self._webhook_url:
            webhook = Webhook(self._bot, self._webhook_url, inbox.ledger, handle)
            await webhook.run(self._host.server, ready)
        else:
            await poll(self._fetch, handle, inbox.ledger, ready, self._host.report)

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
                await self._post.idle.wait()
        except TimeoutError:
            log.warning("Messages were still under way when Herald stopped.", n=self._post.calls)
        await application.shutdown()
        await self._bot.shutdown()
        await self._requests.shutdown()
