"""A Bot API, a database of subscribers, and Herald's lives between them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from storage import Seal
from storage.model import Address
from storage.seal import make_key
from tests.fakes.archive import LivingWordPress
from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi.distance import Distance
from tests.fakes.releases import ARCHIVE
from tests.faults.audit import Audit, Excuses, Push, compare, pushes
from tests.faults.home import PATIENCE, Home
from tests.running import environment

FIRST = 1001  # the first subscriber's chat
ADMIN = 900
FAR = Distance(latency=0.04, jitter=0.02)  # seconds, as to a real server


@dataclass(kw_only=True)
class World(Home):
    """Everything around Herald. `people` are the chats of subscribers."""

    api: FakeBotAPI
    people: Sequence[int]
    _read: int = 0
    _told: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def accepted(self) -> int:
        """How many sends were accepted so far, answers and repeats included."""
        return self.api.log.tally.accepted

    async def sends(self, more: int, seconds: float = PATIENCE) -> None:
        """Until so many more sends are accepted."""
        wanted = self.accepted + more
        await self.api.wait_for(lambda: self.accepted >= wanted, seconds)

    def told(self) -> Counter[tuple[str, str]]:
        """How often each title arrived in each chat, so far."""
        for entry in self.api.truth[self._read :]:
            if entry["effect"] == "accepted" and entry["method"].startswith("send"):
                for title in (t for t in self.titles if t in entry["text"]):
                    self._told[title, entry["chat"]] += 1
        self._read = len(self.api.truth)
        return self._told

    def owed(self) -> int:
        """How many of the people have not been told of one of the titles yet."""
        return len(self.titles) * len(self.people) - len(self.told())

    async def audit(self, excuses: Excuses | None = None) -> Audit:
        """The truth and the database, compared; best while Herald is not there."""
        books = await self.books()
        moved = excuses.moved if excuses else None
        entries = list(self.api.truth)
        return await asyncio.to_thread(
            lambda: compare(books, pushes(entries, books.announced, moved), excuses)
        )

    async def arrived(self) -> list[Push]:
        """Every announced message that was accepted, in order."""
        return pushes(self.api.truth, (await self.books()).announced)

    async def subscribed(self) -> set[str]:
        """The chats that would be told of what is announced now."""
        async with self.storage() as storage:
            found = [
                (chat, await storage.subscribers.find(Address("telegram", str(chat))))
                for chat in self.people
            ]
        return {str(chat) for chat, subscriber in found if subscriber and subscriber.active}


@asynccontextmanager
async def world(
    folder: Path, people: int | Sequence[int], **settings: object
) -> AsyncIterator[World]:
    """People who subscribed, a server as far away as a real one, an archive with nothing new.

    `people` are their number, or their chats; those below 0 are groups. The admin has started the
    bot and is no subscriber.
    """
    chats = range(FIRST, FIRST + people) if isinstance(people, int) else people
    (folder / "data").mkdir(parents=True, exist_ok=True)
    seal = Seal(make_key(folder / "herald.key"))
    truth = folder / "truth.jsonl"
    async with (
        FakeBotAPI(repeat_wait=0, conflict_wait=0, truth_file=truth) as api,
        LivingWordPress() as site,
    ):
        api.distance = FAR
        for chat in (*chats, ADMIN):
            _add(api, chat)
        env = environment(
            folder, DATABASE=folder / "data" / "herald.db",
            TELEGRAM__TOKEN=api.token, TELEGRAM__API_URL=api.url, WEB__PORT="0",
            ARCHIVES=[{"name": ARCHIVE.name, "url": site.url, "poll_seconds": 86400}],
            ALLOW_PRIVATE_NETWORKS="true", **settings,
        )  # fmt: skip
        made = World(folder=folder, env=env, seal=seal, api=api, people=chats)
        async with made.storage() as storage:
            for chat in chats:
                await storage.subscribers.subscribe(Address("telegram", str(chat)))
        yield made


def _add(api: FakeBotAPI, chat: int) -> None:
    if chat > 0:
        api.add_user(chat, started=True)
    else:
        api.add_chat(chat, "supergroup" if str(chat).startswith("-100") else "group")
