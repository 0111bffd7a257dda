"""Herald's side of a scenario, on whichever platform: its database, its lives and its cuts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from storage import Seal, Storage, open_storage
from storage.model import Fate
from tests.fakes.releases import ARCHIVE, draft
from tests.faults.books import Books, read_books, waiting
from tests.faults.cuts import Cut, under_way
from tests.faults.lives import HERALD, Life, launched

LOOK_SECONDS = 0.25
PATIENCE = 240.0  # seconds; only what never ends takes longer


@dataclass(kw_only=True)
class Home:
    """A folder with a database in it. `titles` is what is owed, `kills` how Herald was ended."""

    folder: Path
    env: dict[str, str]
    seal: Seal
    titles: list[str] = field(default_factory=list)
    kills: list[Cut] = field(default_factory=list)
    platform: str = "telegram"

    @property
    def database(self) -> Path:
        return self.folder / "data" / "herald.db"

    @asynccontextmanager
    async def storage(self) -> AsyncIterator[Storage]:
        """The database, as another process of Herald's has it."""
        async with open_storage(self.database, self.seal, checkpoints=False) as opened:
            yield opened

    @asynccontextmanager
    async def life(
        self, *, ready: bool = False, program: Sequence[str] = HERALD, **more: str
    ) -> AsyncIterator[Life]:
        """`herald run` from its first instruction, or once it is `ready`."""
        async with launched(self.env | more, program) as life:
            if ready:
                await life.says("ready")
            yield life

    async def kill(self, life: Life) -> None:
        """End it without a word, and keep what was under way then."""
        at = now()
        await life.kill()
        self.kills.append(await self.cut(at))

    async def cut(self, at: float) -> Cut:
        """What was under way when a life was ended, or put to sleep, at this moment."""
        return Cut(at, await under_way(self.database, self.seal, self.platform))

    async def announce(self, title: str = "") -> str:
        """Keep a release that is news: it is owed to everybody from now on. Returns its title."""
        title = title or f"Statement [{len(self.titles) + 1}]"
        number, at = len(self.titles) + 100, datetime.now(UTC)
        async with self.storage() as storage:
            await storage.keep(ARCHIVE, [(draft(number, title, day=at.date()), Fate.ANNOUNCE)], at)
        self.titles.append(title)
        return title

    async def settled(self, seconds: float = PATIENCE) -> None:
        """Until Herald has nothing left to try."""
        async with asyncio.timeout(seconds):
            while await self.waits():
                await asyncio.sleep(LOOK_SECONDS)

    async def waits(self) -> int:
        """How many deliveries are to be tried still."""
        async with self.storage() as storage:
            return await waiting(storage, self.platform)

    async def books(self) -> Books:
        """What the database says now."""
        async with self.storage() as storage:
            return await read_books(storage, self.seal, self.platform)


def now() -> float:
    """Unix seconds, as the truth has them."""
    return time.time()
