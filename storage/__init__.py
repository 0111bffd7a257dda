"""What Herald keeps, in one SQLite file. This is the front door: nothing outside sees SQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from storage.archives import Archives, archive_id, keep_reading
from storage.backup import backup
from storage.correcting import correct
from storage.database import Database, open_database
from storage.errors import DatabaseError
from storage.facts import KEY_CHECK, Facts
from storage.following.shelf import Ended, Following, Follows
from storage.histories import Histories, keep_history
from storage.mailboxes import Mailboxes
from storage.model import Archive, Correcting, Draft, Fate, History, Naming, Reading, Saved
from storage.outbox import OutboxShelf, announce
from storage.platforms import Platforms
from storage.releases import Releases
from storage.saving import save
from storage.seal import Seal, SealError
from storage.search.fulltext import Search
from storage.statements import Statements
from storage.subscribers import Joined, Subscribers
from storage.vault import Vault, vault_file

__all__ = [
    "DatabaseError", "Ended", "Following", "Joined", "Seal", "SealError", "Storage", "Vault",
    "open_storage",
]  # fmt: skip


class Storage:
    """All shelves of one database."""

    def __init__(self, database: Database, seal: Seal | None, naming: Naming | None = None) -> None:
        self.database = database
        self.archives = Archives(database)
        self.histories = Histories(database)
        self.facts = Facts(database)
        self.releases = Releases(database)
        self._naming = naming or Naming()
        self.search = Search(database, self._naming)
        self.subscribers = Subscribers(database, seal)
        self.follows = Follows(database, self.subscribers, self._naming)
        self.outbox = OutboxShelf(database, self.subscribers)
        self.statements = Statements(database, seal)
        self.mailboxes = Mailboxes(database, seal)
        self.platforms = Platforms(database)
        self._seal = seal

    def vault(self, name: str) -> Vault:
        """What a platform's library keeps, sealed, in a file beside the database: to be entered."""
        if self._seal is None:
            raise SealError("The key is needed to open a vault.")
        return Vault(vault_file(self.database.path, name), name, self._seal)

    async def version(self) -> int:
        """A number that changes whenever another process has written."""
        return await self.database.version()

    async def backup(self, target: Path) -> None:
        """Copy all of it into one new file. Raises DatabaseError if that cannot be done."""
        await backup(self.database, target)

    async def keep(
        self,
        archive: Archive,
        drafts: Iterable[tuple[Draft, Fate]],
        now: datetime,
        reading: Reading | None = None,
        *,
        history: History | None = None,
        listed: bool = False,
        correcting: Correcting | None = None,
    ) -> list[tuple[Saved, int]]:
        """Keep drafts, oldest first, what is to be announced of them, and how the reading went.

        `listed`: the archive's site shows them now. With `correcting`, copies that were sent of
        what changed are owed its new words. One promise, one transaction: a release that is news
        is stored and owed, or neither.
        """
        kept = []
        async with self.database.write() as tx:
            place = await archive_id(tx, archive)
            for draft, fate in drafts:
                saved, number = await save(tx, place, draft, fate, now, listed=listed)
                if saved is Saved.NEW and fate is Fate.ANNOUNCE:
                    await announce(tx, number, now, self._naming)
                if saved is Saved.CHANGED and correcting is not None:
                    await correct(tx, number, correcting, now)
                kept.append((saved, number))
            if reading is not None:
                await keep_reading(tx, reading)
            if history is not None:
                await keep_history(tx, place, history)
        return kept


@asynccontextmanager
async def open_storage(
    path: Path,
    seal: Seal | None = None,
    *,
    checkpoints: bool = True,
    naming: Naming | None = None,
) -> AsyncIterator[Storage]:
    """Open the database, migrated; with a `seal`, check that it is the one it was sealed with.

    `naming` is what the campaign knows of names.

    Raises DatabaseError or SealError, each one sentence for the operator.
    """
    database = await open_database(path, checkpoints=checkpoints)
    try:
        storage = Storage(database, seal, naming)
        if seal is not None:
            await _check(storage, seal)
        yield storage
    finally:
        await database.close()


async def _check(storage: Storage, seal: Seal) -> None:
    known = await storage.facts.get(KEY_CHECK)
    if known == seal.check:
        return
    if known and await storage.subscribers.any():
        raise SealError(
            "This key is not the one the database's addresses were sealed with."
            " Put the right key file in place, or restore the backup that belongs to this key."
        )
    await storage.facts.set(KEY_CHECK, seal.check)
