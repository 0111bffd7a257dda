"""Updates that Telegram brings: each is confirmed once its effect is committed, not before.

Bot API, setWebhook: what is not answered with 2xx comes again.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import NoReturn

import structlog
from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.chat import Server, Stop
from bot.platforms.telegram.errors import UNREADABLE
from bot.platforms.telegram.poll import Json, Ledger, Result, Trouble, outcome, take
from bot.platforms.telegram.updates import KINDS

log = structlog.get_logger(__name__)

PATH = "/telegram"
SHOWN_IN = "x-telegram-bot-api-secret-token"  # the header that carries the secret
HOLD_SECONDS = 8.0  # an update that is not done by then is asked for again
CONNECTIONS = 100  # Bot API, setWebhook, max_connections: one slow chat takes one of them
WATCH_SECONDS = 60.0


def secret(token: str) -> str:
    """What Telegram shows with each update, so that nobody else can bring one.

    Bot API, setWebhook, secret_token. It tells nothing of the token.
    """
    return hmac.new(token.encode(), b"herald: the webhook's secret", "sha256").hexdigest()


class Webhook:
    """One run's way in: sets the webhook at `url`, and sees to it that it stays set."""

    def __init__(self, bot: Bot, url: str, ledger: Ledger, handle: Callable[[Json], None]) -> None:
        self._bot = bot
        self._url = url
        self._secret = secret(bot.token)
        self._ledger = ledger
        self._handle = handle
        self._open = True
        self._late: set[int] = set()  # begun, and not done when Telegram was told to come again
        self._shown = ""  # the address in Telegram's own spelling
        self._failed_at: datetime | None = None
        self._said = ""

    async def run(self, server: Server, ready: Callable[[], None]) -> NoReturn:
        """Until cancelled; `ready` is called once Telegram knows where to bring the updates.

        The webhook stays set: what comes meanwhile waits at Telegram. Raises Stop when it refuses
        the token.
        """
        try:
            server.post(PATH, self.answer, self.knows)
            await self._set()
            ready()
            while True:
                await asyncio.sleep(WATCH_SECONDS)
                await self._look()
        finally:
            self._open = False

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Whether it is Telegram that brings this: it shows the secret."""
        shown = headers.get(SHOWN_IN, "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(shown, self._secret.encode())

    async def answer(self, _headers: Mapping[str, str], body: bytes) -> int:
        """Take one update in hand. 200 once its effect is committed, 503 to have it again."""
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return 400
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return 400
        if not self._open:
            return 503
        return await self._taken(update["update_id"], update)

    async def _taken(self, number: int, update: Json) -> int:
        if number not in self._late:
            take(update, self._ledger, self._handle)
        if await self._ledger.ended(number, HOLD_SECONDS):
            self._late.discard(number)
            return 200
        self._late.add(number)
        return 503

    async def _set(self) -> None:
        """Updates that wait at Telegram are kept."""
        await _insist(
            lambda: self._bot.set_webhook(
                self._url, secret_token=self._secret, allowed_updates=KINDS,
                max_connections=CONNECTIONS,
            )
        )  # fmt: skip
        info = await self._info()
        if info is not None:
            self._shown, self._failed_at = info.url, info.last_error_date

    async def _look(self) -> None:
        """Say what keeps Telegram from bringing updates; set the webhook again where it is gone."""
        info = await self._info()
        if info is None:
            return
        if info.url != (self._shown or info.url):
            log.warning("The webhook was removed or replaced by another program; it is set again.")
            await self._set()
            return
        if info.last_error_date == self._failed_at:
            self._said = ""
        elif info.last_error_message != self._said:
            self._said = info.last_error_message or ""
            log.warning("Telegram could not bring an update to the webhook.", reason=self._said)
        self._failed_at = info.last_error_date

    async def _info(self) -> WebhookInfo | None:
        """How it stands with the webhook, None where nobody says. Raises Stop for a bad token.

        It is good to know, and nothing depends on it: a server of one's own may say less.
        """
        try:
            found = await outcome(self._bot.get_webhook_info())
        except UNREADABLE:
            return None
        if isinstance(found, InvalidToken):
            raise Stop("Telegram refused the bot token")
        return None if isinstance(found, TelegramError) else found


async def _insist(call: Callable[[], Awaitable[Result]]) -> Result:
    """Ask until Telegram answers, with pauses. Raises Stop when it refuses the token."""
    trouble = Trouble()
    while True:
        end = await outcome(call())
        if not isinstance(end, TelegramError):
            trouble.over()
            return end
        await asyncio.sleep(trouble.met(end, started=True))
