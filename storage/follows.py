"""What subscribers follow: names and words they want releases on, and what they do not want."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from storage.database import Database, Transaction
from storage.facts import JOINED, next_number
from storage.followed import WANTED, drop, followed, put, remove
from storage.leaving import deactivate
from storage.matching import has_words, looks_like_a_name, name_words, same
from storage.model import Address, Follow, Naming
from storage.search.names.resolved import SOUNDS, Reading
from storage.search.people import resolve
from storage.search.vocabulary import Vocabulary
from storage.subscribers import Subscribers

MOST = 30  # follows of one chat
LONGEST = 60  # characters of one


class Following(StrEnum):
    """What a wish to follow something came to."""

    NEW = "new"
    ALREADY = "already"
    FULL = "full"  # no more than MOST
    EVERYTHING = "everything"  # all releases come already: nothing was changed


@dataclass(frozen=True, slots=True)
class Ended:
    """What is followed no more, and whether that was the last and ended the subscription."""

    follow: Follow
    last: bool


def short(follow: Follow) -> str:
    """A short name for a button: whatever else the list has meanwhile, it means this one."""
    return hashlib.sha256(f"{follow.kind}\0{follow.value}".encode()).hexdigest()[:12]


class Follows:
    """The shelf of what is followed."""

    def __init__(self, database: Database, subscribers: Subscribers, naming: Naming) -> None:
        self._database = database
        self._subscribers = subscribers
        self._naming = naming

    async def of(self, address: Address) -> list[Follow]:
        """What this address follows: names, words, then what is excluded."""
        async with self._database.read() as connection:
            number = await self._subscribers.number(connection, address)
            return await followed(connection, number) if number is not None else []

    async def meant(self, value: str) -> Follow | None:
        """These words as a name, where the archive knows it or it looks like one, or as keywords.

        None if there is no word in them.
        """
        if not has_words(value):
            return None
        return Follow("name" if await self._is_name(value) else "keyword", value)

    async def add(self, address: Address, follow: Follow, *, narrow: bool = False) -> Following:
        """Follow it, or exclude it; whoever was not subscribed is, to what is followed alone.

        A subscription to everything is made one to this alone only if it shall be `narrow`.
        """
        named = follow.kind == "name" or (
            follow.kind == "exclusion" and await self._is_name(follow.value)
        )
        async with self._database.write() as tx:
            number = await self._subscribers.entered(tx, address)
            active = await tx.value("SELECT active FROM subscribers WHERE id = ?", (number,))
            there = await followed(tx, number)
            wants = any(known.kind in WANTED for known in there)
            wished = follow.kind in WANTED
            twin = any(same(follow, known, self._naming) for known in there)
            if twin and (active or not wished):
                return Following.ALREADY
            if wished and active and not wants and not narrow:
                return Following.EVERYTHING
            if len(there) >= MOST and not twin:
                return Following.FULL
            if wished and not active:
                await self._wake(tx, number)
            if not twin:
                await put(tx, number, follow, self._naming, named=named)
        return Following.NEW

    async def end(self, address: Address, mark: str) -> Ended | None:
        """Follow no more what has this short name; None if it is not followed.

        The end of the last that was wanted ends the subscription: it never becomes everything.
        """
        async with self._database.write() as tx:
            number = await self._subscribers.number(tx, address)
            there = await followed(tx, number) if number is not None else []
            found = next((follow for follow in there if short(follow) == mark), None)
            if number is None or found is None:
                return None
            await remove(tx, number, [found])
            last = found.kind in WANTED and sum(f.kind in WANTED for f in there) == 1
            if last:
                await deactivate(tx, number)
        return Ended(found, last)

    async def everything(self, address: Address) -> list[Follow]:
        """Not only what is followed, but every release: returns what was followed alone."""
        async with self._database.write() as tx:
            number = await self._subscribers.number(tx, address)
            return await drop(tx, number, WANTED) if number is not None else []

    async def _wake(self, tx: Transaction, number: int) -> None:
        await tx.run(
            "UPDATE subscribers SET active = 1, gone = 0, joined = ?, refused_days = 0,"
            " refused_on = '' WHERE id = ?",
            (await next_number(tx, JOINED), number),
        )

    async def _is_name(self, value: str) -> bool:
        words = name_words(value)
        if not words:
            return False
        if looks_like_a_name(value):
            return True
        async with self._database.read() as connection:
            resolved = await resolve(connection, words, self._naming, (), Vocabulary())
        return all(reading is not None for reading in resolved.readings) and any(
            _is_sure(reading) for reading in resolved.readings if reading is not None
        )


def _is_sure(reading: Reading) -> bool:
    """Whether it is a name in the archive, and no ordinary word that began with a capital once."""
    sure = reading.sure or not reading.plain
    return sure and any(spelling.grade < SOUNDS for spelling in reading.spellings)
