"""A platform in virtual time on which each send takes its time, and ends as a rule says."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.chat import Message, SendError, Sent
from bot.waiting import loop_seconds
from storage import Seal, Storage, open_storage
from storage.model import Address
from tests.fakes.platform import FakePlatform
from tests.virtual import clock

ADMIN = Address("fake", "admin")
SECRET = b"k" * 32  # not a secret
HOUR = 3600.0

Rule = Callable[[str], SendError | None]


@dataclass(frozen=True)
class Send:
    """One that began at a second of the loop's; `end` is the error's class, "" if it arrived."""

    at: float
    chat: str
    end: str


def all_well(_: str) -> SendError | None:
    """Everything arrives."""
    return None


class Weather(FakePlatform):
    """`rule` says how a send to a chat ends, `seconds` how long it takes.

    Admins are reached always. Of a send that is lost after it arrived, `rule` says that it is.
    """

    def __init__(
        self, rule: Rule = all_well, admins: Sequence[Address] = (ADMIN,), *, rate: float = 29.0
    ) -> None:
        super().__init__(rate, admins)
        self.rule = rule
        self.seconds: dict[str, float] = {}
        self.sends: list[Send] = []

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        began = loop_seconds()
        await asyncio.sleep(self.seconds.get(address.chat, 0.06))
        error = self.rule(address.chat) if address not in self.admins else None
        self.sends.append(Send(began, address.chat, type(error).__name__ if error else ""))
        if error is not None:
            raise error
        return await super().send(address, message, key=key)

    def count(self, chat: str) -> int:
        """How many sends to this chat have begun."""
        return sum(send.chat == chat for send in self.sends)

    def most(self) -> int:
        """The most that any subscriber was sent."""
        chats = Counter(send.chat for send in self.sends if send.chat != ADMIN.chat)
        return max(chats.values())

    def said(self, words: str) -> int:
        """How often an admin was told something with these words."""
        told = [message.text.text for chat, message in self.arrived if chat == ADMIN.chat]
        return sum(words in text for text in told)


@asynccontextmanager
async def housed(folder: Path) -> AsyncIterator[Storage]:
    """A real database, opened in the loop of the test."""
    async with open_storage(folder / "herald.db", Seal(SECRET)) as storage:
        yield storage


@asynccontextmanager
async def heartbeat(storage: Storage) -> AsyncIterator[None]:
    """Herald lives all the while, and says so."""

    async def beat() -> None:
        while True:
            await storage.facts.alive(clock())
            await asyncio.sleep(60)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def waited(storage: Storage, waiting: int, seconds: float) -> float:
    """The seconds until no more than so many wait, at most these."""
    began = loop_seconds()
    while (await storage.outbox.totals()).waiting > waiting and loop_seconds() - began < seconds:
        await asyncio.sleep(1)
    return loop_seconds() - began
