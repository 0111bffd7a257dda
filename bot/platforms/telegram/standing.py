"""The channels that the settings name: subscribed as soon as the bot can post there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from telegram import Chat
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.platforms.telegram.rights import LOOK_SECONDS, Looking, may_write
from bot.platforms.telegram.updates import NAME
from bot.waiting import rung
from storage import DatabaseError
from storage.model import Address
from storage.subscribers import Subscribers

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 30.0, 1800.0


class Standing:
    """Sees to it that these channels are subscribed. `again` asks to look at once."""

    def __init__(
        self, look: Looking, subscribers: Subscribers, names: Sequence[str], language: str
    ) -> None:
        self.again = asyncio.Event()
        self._look = look
        self._subscribers = subscribers
        self._language = language
        self._left = dict(enumerate(names, start=1))
        self._said: dict[int, str] = {}

    async def run(self) -> None:
        """Until all of them are. What is missing is said once in the log, by place in the list."""
        pause = FIRST_PAUSE
        while self._left:
            self.again.clear()
            for place, name in list(self._left.items()):
                missing = await self._missing(name)
                if not missing:
                    del self._left[place]
                elif missing != self._said.get(place):
                    self._said[place] = missing
                    log.warning(
                        "A channel of the settings cannot get releases yet; I will try again.",
                        place=place, missing=missing,
                    )  # fmt: skip
            if self._left:
                await rung(self.again, pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _missing(self, name: str) -> str:
        """Subscribe it; what keeps it from that, "" for nothing."""
        try:
            async with asyncio.timeout(2 * LOOK_SECONDS):
                chat = await self._look.chat(int(name) if name.startswith("-") else name)
                us = await self._look.ours(chat.id)
        except (BadRequest, Forbidden):
            return "the bot is not in it, or there is no such channel"
        except (TelegramError, TimeoutError):
            return "Telegram does not answer"
        if chat.type == Chat.PRIVATE:
            return "it is a person, no channel"
        if not may_write(us, chat.type):
            return "the bot needs to be an administrator with the right to post messages"
        try:
            await self._subscribe(chat)
        except DatabaseError as error:
            return str(error)
        return ""

    async def _subscribe(self, chat: Chat) -> None:
        where = Address(NAME, str(chat.id))
        if await self._subscribers.find(where) is None:
            await self._subscribers.choose(where, language=self._language)
        await self._subscribers.subscribe(where)
