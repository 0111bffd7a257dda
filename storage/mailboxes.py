"""What waits for readers who come and go: the newest 50 letters of each, for 90 days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from storage import letters
from storage.database import Database, Transaction
from storage.emptying import Emptying, empty
from storage.letters import COLUMNS, FROM, MAILBOX, NEWEST, ONE, Parcel, letter_of, storable
from storage.model import Address, Attachment, Content, Letter
from storage.seal import Seal, SealError
from storage.times import to_ms


class Mailboxes:
    """The shelf of mailboxes. It knows a reader by the keyed hash of their chat alone."""

    def __init__(self, database: Database, seal: Seal | None) -> None:
        self._database = database
        self._sealed = seal
        self._emptying = Emptying()

    @property
    def _seal(self) -> Seal:
        if self._sealed is None:
            raise SealError("The key is needed to open mailboxes.")
        return self._sealed

    def token(self, address: Address) -> str:
        """What this reader keeps and shows when they come again: for a cookie."""
        return self._seal.token(address)

    def opened(self, token: str, platform: str) -> Address | None:
        """Whose token this is; None if this installation did not make it for this platform."""
        return self._seal.opened(token, platform)

    async def put(
        self, parcels: Sequence[tuple[Address, str, Content]], now: datetime
    ) -> list[Letter]:
        """Put each content into its reader's mailbox, all of them or none.

        The key is the delivery's: where a letter of the same key is in the mailbox, that one is
        given. What is over the bound is dropped, the oldest first.
        """
        if not parcels:
            return []
        digests = letters.digests(content for _, _, content in parcels)
        packed = [
            Parcel(address.platform, self._seal.chat_hash(address), key, content, digest)
            for (address, key, content), digest in zip(parcels, digests, strict=True)
        ]
        async with self._database.write() as tx:
            return await letters.put(tx, packed, to_ms(now), now.date().isoformat())

    async def since(self, address: Address, change: int = 0) -> list[Letter]:
        """At most the newest 50, oldest first.

        With a `change` those that came, were altered or taken back after it, in this order: whoever
        has heard of one has heard of all before it.
        """
        which = "letters.content_id IS NOT NULL ORDER BY letters.id"
        if change > 0:
            which = "letters.change > ? ORDER BY letters.change"
        values = (storable(change),) if change > 0 else ()
        async with self._database.read() as connection:
            rows = await connection.rows(
                f"SELECT {COLUMNS} {FROM} WHERE {MAILBOX} AND {which} DESC LIMIT ?",
                (self._seal.chat_hash(address), *values, NEWEST),
            )
        return [letter_of(row) for row in reversed(rows)]

    async def alter(self, address: Address, letter: int, content: Content) -> Letter | None:
        """Put other content in a letter's place; None if it is not there, or was taken back."""
        chat_hash = self._seal.chat_hash(address)
        async with self._database.write() as tx:
            return await letters.change(tx, chat_hash, storable(letter), content)

    async def take_back(self, address: Address, letter: int) -> Letter | None:
        """Empty a letter, once; None if it is not there."""
        chat_hash = self._seal.chat_hash(address)
        async with self._database.write() as tx:
            return await letters.change(tx, chat_hash, storable(letter))

    async def picture(self, address: Address, letter: int) -> Attachment | None:
        """The picture in a letter of this reader; None if there is none."""
        async with self._database.read() as connection:
            row = await connection.row(
                "SELECT contents.picture, contents.media_type, contents.name, contents.description"
                f" {FROM} WHERE {ONE} AND contents.media_type <> ''",
                (storable(letter), self._seal.chat_hash(address)),
            )
        return Attachment(*row) if row is not None else None

    async def seen(self, address: Address, today: date) -> None:
        """The reader was here: their mailbox is kept for as long again.

        Who never chose anything and was never written to gets none.
        """
        chat_hash, day = self._seal.chat_hash(address), today.isoformat()
        async with self._database.read() as connection:
            known = await connection.value(
                "SELECT seen_on FROM mailboxes WHERE chat_hash = ? UNION ALL"
                " SELECT '' FROM subscribers WHERE chat_hash = ? LIMIT 1",
                (chat_hash, chat_hash),
            )
        if known is None or known == day:
            return
        async with self._database.write() as tx:
            await _seen(tx, address.platform, chat_hash, day)

    async def tidy(self, now: datetime) -> bool:
        """Do one small piece of what keeps mailboxes small; True if there may be more.

        Letters are kept for 90 days, mailboxes (and all else of their reader) for 400 days
        after the last visit.
        """
        async with self._database.read() as connection:
            found = await self._emptying.look(connection, now)
        if found.letters or found.contents or found.mailboxes:
            async with self._database.write() as tx:
                await empty(tx, found, now)
        return found.more


async def _seen(tx: Transaction, platform: str, chat_hash: bytes, day: str) -> None:
    await tx.run("UPDATE mailboxes SET seen_on = ? WHERE chat_hash = ?", (day, chat_hash))
    await tx.run(
        "INSERT INTO mailboxes (platform, chat_hash, seen_on)"
        " SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM subscribers WHERE chat_hash = ?)"
        " ON CONFLICT (chat_hash) DO NOTHING",
        (platform, chat_hash, day, chat_hash),
    )
