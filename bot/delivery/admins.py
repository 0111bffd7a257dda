"""What admins are told of deliveries, in their own chats with us: trouble, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot.chat import Later, Message, Platform, Refused, SendError
from storage import DatabaseError, Storage
from storage.model import Address, Lane

log = structlog.get_logger()

TRIES = 3
TRY_SECONDS = 60.0
AGAIN_SECONDS = 30.0
MOST = 20  # messages on their way at once

Build = Callable[[str], Message]
Lasts = Callable[[], bool]


def over() -> bool:
    """Of what is told once."""
    return False


class Admins:
    """The admins of all platforms. `language` is the campaign's, until one has chosen another."""

    def __init__(self, platforms: Sequence[Platform], storage: Storage, language: str) -> None:
        self._platforms = platforms
        self._storage = storage
        self._language = language
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, build: Build, lasts: Lasts = over) -> None:
        """Tell all of them what `build` makes for a language; returns at once.

        Whom it does not reach it is told again, as long as it `lasts`.
        """
        if len(self._tasks) >= MOST:
            log.warning("Too much is to be told to the admins; a message was dropped.")
            return
        task = asyncio.create_task(self._tell(build, lasts))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        """Tell nobody any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def sent(
        self, platform: Platform, address: Address, message: Message, tries: int = TRIES
    ) -> bool:
        """Send one of them this; False if they are not reached. Raises Refused."""
        for _ in range(tries):
            try:
                async with asyncio.timeout(TRY_SECONDS):
                    async with platform.budget.turn(Lane.ANSWER, address):
                        await platform.send(address, message, key="")
            except Later:
                await asyncio.sleep(1.0)
            except Refused:
                raise
            except (SendError, TimeoutError) as error:
                log.info("An admin was not reached.", end=type(error).__name__)
                return False
            else:
                return True
        return False

    async def _tell(self, build: Build, lasts: Lasts) -> None:
        left = [(platform, one) for platform in self._platforms for one in platform.admins]
        left = [one for one in left if not await self._told(*one, build)]
        while left and lasts():
            await asyncio.sleep(AGAIN_SECONDS)
            if lasts():
                left = [one for one in left if not await self._told(*one, build)]

    async def _told(self, platform: Platform, address: Address, build: Build) -> bool:
        message = build(await self._language_of(address))
        try:
            return await self.sent(platform, address, message)
        except Refused as error:
            log.warning("A word to the admins was refused.", reason=str(error))
            return True  # it would be, however often

    async def _language_of(self, address: Address) -> str:
        try:
            known = await self._storage.subscribers.find(address)
        except DatabaseError:
            return self._language
        return (known.language if known else "") or self._language
