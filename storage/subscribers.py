"""Who asked for releases: a sealed address and their choices, and nothing else of a person."""

from __future__ import annotations

import asyncio
from datetime import date
from enum import StrEnum

from storage.authors import move_author
from storage.database import Connection, Database, Row, Transaction
from storage.facts import FORGOTTEN, JOINED, next_number
from storage.following.audience import settle
from storage.following.rows import only_languages
from storage.leaving import any_kept, deactivate, erase_chat, forget_copies, kept, merge
from storage.model import Address, Subscriber
from storage.seal import Seal, SealError

# Sends refused as "gone" on this many days, not before, end a subscription.
REFUSED_DAYS = 3

# How often the log is tried to be emptied after someone asked to be forgotten, 50 ms apart: a
# person waits for it. A reader that takes longer, such as a backup, lets it be asked again.
LOG_TRIES = 18

_SELECT = """
SELECT id, platform, address, active, language, timezone,
       (SELECT group_concat(value) FROM subscription_filters
        WHERE subscriber_id = subscribers.id AND kind = 'language')
FROM subscribers
"""


class Joined(StrEnum):
    """What a wish to subscribe came to."""

    NEW = "new"
    ALREADY = "already"


async def begin(tx: Transaction, number: int) -> None:
    """A subscription begins, or goes on: it gets what is announced from now on."""
    await tx.run(
        "UPDATE subscribers SET active = 1, gone = 0, joined = ?, refused_days = 0,"
        " refused_on = '' WHERE id = ?",
        (await next_number(tx, JOINED), number),
    )


class Subscribers:
    """The shelf of subscribers. Without a key (`seal` is None) it only counts."""

    def __init__(self, database: Database, seal: Seal | None) -> None:
        self._database = database
        self._sealed = seal

    @property
    def _seal(self) -> Seal:
        if self._sealed is None:
            raise SealError("The key is needed to open addresses.")
        return self._sealed

    async def find(self, address: Address) -> Subscriber | None:
        async with self._database.read() as connection:
            row = await connection.row(
                _SELECT + "WHERE address_hash = ?", (self._seal.address_hash(address),)
            )
        return self.opened(row) if row is not None else None

    def opened(self, row: Row) -> Subscriber:
        """The Subscriber in a row of id, platform, address, active, language, zone, languages."""
        number, platform, sealed, active, language, timezone, only = row
        return Subscriber(
            id=number, address=self._seal.open(sealed, platform, number), active=bool(active),
            language=language, timezone=timezone,
            only=frozenset(only.split(",")) if only else frozenset(),
        )  # fmt: skip

    async def subscribe(self, address: Address) -> Joined:
        """From now on this address gets every new release. Twice changes nothing."""
        async with self._database.write() as tx:
            number = await self.entered(tx, address)
            active = await tx.value("SELECT active FROM subscribers WHERE id = ?", (number,))
            if active:
                return Joined.ALREADY
            await begin(tx, number)
        return Joined.NEW

    async def gone(self, address: Address, *, thread: bool = False) -> None:
        """The platform says nobody is there: every topic of the chat rests until it is back.

        With `thread` it is only this topic that was closed.
        """
        async with self._database.write() as tx:
            for (number,) in await tx.rows(
                "SELECT id FROM subscribers WHERE chat_hash = ? AND active = 1"
                " AND (address_hash = ? OR NOT ?)",
                (self._seal.chat_hash(address), self._seal.address_hash(address), thread),
            ):
                await deactivate(tx, number, gone=True)

    async def back(self, address: Address, *, thread: bool = False) -> bool:
        """Somebody is there again: a subscription that rested goes on, with nothing old.

        With `thread` it is only this topic that is open again.
        """
        async with self._database.write() as tx:
            rows = await tx.rows(
                "SELECT id FROM subscribers WHERE chat_hash = ? AND gone = 1"
                " AND (address_hash = ? OR NOT ?)",
                (self._seal.chat_hash(address), self._seal.address_hash(address), thread),
            )
            for (number,) in rows:
                await begin(tx, number)
        return bool(rows)

    async def unsubscribe(self, address: Address) -> bool:
        """Nothing more goes there, what waits neither. False if it was not subscribed."""
        async with self._database.write() as tx:
            row = await tx.row(
                "SELECT id, active FROM subscribers WHERE address_hash = ?",
                (self._seal.address_hash(address),),
            )
            if row is not None:
                await deactivate(tx, row[0])
        return row is not None and bool(row[1])

    async def choose(
        self,
        address: Address,
        *,
        language: str | None = None,
        timezone: str | None = None,
        only: frozenset[str] | None = None,
    ) -> None:
        """Keep a choice of this address, subscribed or not; None leaves one as it is."""
        async with self._database.write() as tx:
            number = await self.entered(tx, address)
            await tx.run(
                "UPDATE subscribers SET language = coalesce(?, language),"
                " timezone = coalesce(?, timezone) WHERE id = ?",
                (language, timezone, number),
            )
            if only is not None:
                await settle(tx, number)
                await only_languages(tx, number, only)

    async def kept(self, address: Address) -> bool:
        """Whether anything of this chat is kept that `forget` would erase."""
        async with self._database.read() as connection:
            return await kept(connection, self._seal.chat_hash(address))

    async def forget(self, address: Address) -> bool:
        """Erase all that is kept of this chat, on the disk too, before it returns.

        False if nothing was kept. Raises TimeoutError if the log could not be emptied.
        """
        async with self._database.write() as tx:
            erased = await erase_chat(tx, self._seal.chat_hash(address))
            if erased:
                await next_number(tx, FORGOTTEN)
        for _ in range(LOG_TRIES):
            if await self._database.truncate_log():
                return erased
            await asyncio.sleep(0.05)
        raise TimeoutError("The database's log is held by a reader.")

    async def refused(self, number: int, today: date) -> bool:
        """A send was refused as gone; true if that was one day too many and ends it."""
        async with self._database.write() as tx:
            await tx.run(
                "UPDATE subscribers SET refused_days = refused_days + 1, refused_on = ?"
                " WHERE id = ? AND refused_on <> ?",
                (today.isoformat(), number, today.isoformat()),
            )
            days = await tx.value("SELECT refused_days FROM subscribers WHERE id = ?", (number,))
            ended = days is not None and days >= REFUSED_DAYS
            if ended:
                await deactivate(tx, number, gone=True)
        return ended

    async def move(self, old: Address, new: Address) -> None:
        """The chat has a new address: its rows follow; where the new one is known they merge."""
        async with self._database.write() as tx:
            rows = await tx.rows(_SELECT + "WHERE chat_hash = ?", (self._seal.chat_hash(old),))
            for row in rows:
                before = self.opened(row)
                after = Address(new.platform, new.chat, before.address.thread)
                await forget_copies(tx, before.id)
                await self._moved(tx, before, after)
            await move_author(tx, self._seal, old, new)

    async def _moved(self, tx: Transaction, before: Subscriber, after: Address) -> None:
        there = await self.number(tx, after)
        number = before.id
        if there is not None and there != before.id:
            # The later row stays: no audience that is being written has passed it by alone.
            old, number = sorted((before.id, there))
            await merge(tx, old, number)
        await self._write_address(tx, number, after)

    async def counts(self) -> dict[str, int]:
        """How many are subscribed, by platform."""
        async with self._database.read() as connection:
            return dict(
                await connection.rows(
                    "SELECT platform, count(*) FROM subscribers WHERE active = 1"
                    " GROUP BY platform ORDER BY platform"
                )
            )

    async def any(self) -> bool:
        """Whether anything of anybody is kept."""
        async with self._database.read() as connection:
            return await any_kept(connection)

    async def number(self, connection: Connection, address: Address) -> int | None:
        """The id of an address that is kept."""
        found: int | None = await connection.value(
            "SELECT id FROM subscribers WHERE address_hash = ?", (self._seal.address_hash(address),)
        )
        return found

    async def entered(self, tx: Transaction, address: Address) -> int:
        """The id of an address, which is kept from now on."""
        found = await self.number(tx, address)
        if found is not None:
            return found
        # The row must exist before its address can be bound to it.
        number = await tx.insert(
            "INSERT INTO subscribers (platform, address, address_hash, chat_hash, active)"
            " VALUES (?, x'', ?, x'', 0)",
            (address.platform, self._seal.address_hash(address)),
        )
        await self._write_address(tx, number, address)
        return number

    async def _write_address(self, tx: Transaction, number: int, address: Address) -> None:
        await tx.run(
            "UPDATE subscribers SET platform = ?, address = ?, address_hash = ?, chat_hash = ?"
            " WHERE id = ?",
            (
                address.platform, self._seal.seal(address, number),
                self._seal.address_hash(address), self._seal.chat_hash(address), number,
            ),
        )  # fmt: skip
