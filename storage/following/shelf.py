"""What subscribers follow: names and words they want releases on, and what they do not want."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from storage.database import Database
from storage.following import terms
from storage.following.audience import settle
from storage.following.counting import COUNTING_SECONDS, count
from storage.following.matching import opposite, same
from storage.following.rows import MOST, WANTED, drop, followed, put, remove
from storage.following.wishes import Meaning, bare, fitting, meaning, taken_apart, tidied
from storage.leaving import deactivate
from storage.model import Address, Follow, Naming
from storage.subscribers import Subscribers, begin

__all__ = ["LONGEST", "MOST", "Ended", "Following", "Follows", "Meaning", "bare",
           "has_operators", "is_quoted", "short"]  # fmt: skip

LONGEST = 60  # characters of one


class Following(StrEnum):
    """What a wish to follow something came to."""

    NEW = "new"
    NARROWED = "narrowed"  # new, and all that arrives from now on: until now everything did
    ALREADY = "already"
    FULL = "full"  # no more than MOST
    OPPOSITE = "opposite"  # the very thing is left out, or followed
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

        None if there is no word in them, or more than words: see `has_operators`.
        """
        value = tidied(value)
        if not taken_apart(value).parts or has_operators(value):
            return None
        async with self._database.read() as connection:
            named = (await meaning(connection, value, self._naming)).named
        return Follow("name" if named else "keyword", value)

    async def meaning(self, follow: Follow) -> Meaning:
        """How a release meets this."""
        async with self._database.read() as connection:
            return fitting(follow, await meaning(connection, follow.value, self._naming))

    async def past(self, follow: Follow) -> tuple[int, bool]:
        """How many of the releases up to now a follow is met by, and whether there are more."""
        meant = await self.meaning(follow)
        async with self._database.read(seconds=COUNTING_SECONDS) as connection:
            return await count(connection, follow, self._naming, meant)

    async def renew(self) -> None:
        """Derive anew what was derived by other rules, or when the campaign knew other names.

        Before anything is announced: what was followed would not be met. Raises DatabaseError.
        """
        async with self._database.read() as connection:
            if await terms.is_current(connection, self._naming):
                return
        done: Follow | None = None
        while True:
            async with self._database.write() as tx:
                done = await terms.renew(tx, self._naming, done)
            if done is None:
                return

    async def add(self, address: Address, follow: Follow, *, narrow: bool = False) -> Following:
        """Follow it, or exclude it; whoever was not subscribed is, to what is followed alone.

        A subscription to everything is made one to this alone only if it shall be `narrow`.
        """
        meant = await self.meaning(follow)
        async with self._database.write() as tx:
            number = await self._subscribers.entered(tx, address)
            active = await tx.value("SELECT active FROM subscribers WHERE id = ?", (number,))
            there = await followed(tx, number)
            wished = follow.kind in WANTED
            everything = active and not any(known.kind in WANTED for known in there)
            twin = any(same(follow, known, self._naming) for known in there)
            if twin and (active or not wished):
                return Following.ALREADY
            if not twin and any(opposite(follow, known, self._naming) for known in there):
                return Following.OPPOSITE
            if wished and everything and not narrow:
                return Following.EVERYTHING
            if len(there) >= MOST and not twin:
                return Following.FULL
            await settle(tx, number)
            if wished and not active:
                await begin(tx, number)
            if not twin:
                await put(tx, number, follow, self._naming, meant)
        return Following.NARROWED if wished and everything else Following.NEW

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
            await settle(tx, number)
            await remove(tx, number, [found])
            last = found.kind in WANTED and sum(f.kind in WANTED for f in there) == 1
            if last:
                await deactivate(tx, number)
        return Ended(found, last)

    async def everything(self, address: Address) -> list[Follow]:
        """Not only what is followed, but every release: returns what was followed alone."""
        async with self._database.write() as tx:
            number = await self._subscribers.number(tx, address)
            if number is None:
                return []
            await settle(tx, number)
            return await drop(tx, number, WANTED)


def has_operators(value: str) -> bool:
    """Whether more is asked for than words: a search can do that, following cannot."""
    return taken_apart(value).operators


def is_quoted(value: str) -> bool:
    """Whether something in it stands in quotes, and is followed as it is written."""
    return taken_apart(value).quoted
