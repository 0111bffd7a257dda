"""Puts what is pushed into the visitors' mailboxes, and hands it on to their open pages.

All goes through one hand, in the order of its changes: a page that has seen one change has seen
all before it, and needs to name only the last when it comes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from bot.chat import Later
from bot.waiting import loop_seconds
from storage import DatabaseError
from storage.mailboxes import Mailboxes
from storage.model import Address, Content, Letter

TOGETHER_SECONDS = 0.01  # sends this close to each other are one transaction
MOST = 500  # of them; more would hold up other writers
LEAVING_SECONDS = 60.0  # longer than any send takes that began before
AGAIN_SECONDS = 2.0

T = TypeVar("T")

Deliver = Callable[[Address, Letter], None]
Change = Callable[[], Coroutine[Any, Any, Letter | None]]


@dataclass(frozen=True, slots=True, eq=False)
class _Parcel:
    """Something to put in, and who waits for it."""

    address: Address
    key: str
    content: Content
    done: asyncio.Future[Letter]


class Mailroom:
    """The one hand. `deliver` gets each letter that was kept, in the order of its changes."""

    def __init__(self, mailboxes: Mailboxes, deliver: Deliver, now: Callable[[], datetime]) -> None:
        self._mailboxes = mailboxes
        self._deliver = deliver
        self._now = now
        self._parcels: list[_Parcel] = []
        self._order = asyncio.Lock()
        self._working: set[asyncio.Task[Any]] = set()
        self._putting: asyncio.Task[None] | None = None
        self._leaving: dict[str, float] = {}

    async def put(self, address: Address, key: str, content: Content) -> Letter:
        """Keep this; the same key twice is one letter. Raises Later where it was not kept."""
        if self._leaves(address):
            raise Later("the visitor is leaving", AGAIN_SECONDS)
        parcel = _Parcel(address, key, content, asyncio.get_running_loop().create_future())
        self._parcels.append(parcel)
        if self._putting is None or self._putting.done():
            self._putting = self._begun(self._put_all())
        # Who stops waiting does not stop the letter: others may have come after it.
        return await parcel.done

    async def alter(self, address: Address, number: int, content: Content) -> Letter | None:
        """Put this in a letter's place; None if there is no such letter. Raises Later."""

        async def change() -> Letter | None:
            kept = content
            if content.picture is None:  # a new text leaves the picture above it as it is
                picture = await self._mailboxes.picture(address, number)
                kept = Content(content.words, picture)
            return await self._mailboxes.alter(address, number, kept)

        return await asyncio.shield(self._begun(self._changed(address, change)))

    async def take_back(self, address: Address, number: int) -> None:
        """Empty a letter, if it is there. Raises Later."""

        async def change() -> Letter | None:
            return await self._mailboxes.take_back(address, number)

        await asyncio.shield(self._begun(self._changed(address, change)))

    def leaving(self, address: Address) -> None:
        """From now on nothing is put in for this visitor, who is about to be forgotten."""
        now = loop_seconds()
        self._leaving = {chat: until for chat, until in self._leaving.items() if until > now}
        self._leaving[address.chat] = now + LEAVING_SECONDS

    def stays(self, address: Address) -> None:
        """The visitor thought better of it."""
        self._leaving.pop(address.chat, None)

    async def end(self) -> None:
        """Finish what was begun."""
        while self._working:
            await asyncio.wait(self._working)

    def _leaves(self, address: Address) -> bool:
        return self._leaving.get(address.chat, 0.0) > loop_seconds()

    def _begun(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Work that goes on to its end, whoever stops waiting for it."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._working.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody may have

    async def _put_all(self) -> None:
        """Put in what there is, and what comes meanwhile."""
        try:
            while self._parcels:
                await asyncio.sleep(TOGETHER_SECONDS)
                parcels, self._parcels = self._parcels[:MOST], self._parcels[MOST:]
                async with self._order:
                    await self._put(parcels)
        finally:
            for parcel in self._parcels:
                parcel.done.cancel()
            self._parcels = []

    async def _put(self, parcels: list[_Parcel]) -> None:
        going = [parcel for parcel in parcels if self._leaves(parcel.address)]
        parcels = [parcel for parcel in parcels if not self._leaves(parcel.address)]
        _fail(going, Later("the visitor is leaving", AGAIN_SECONDS))
        wanted = [(parcel.address, parcel.key, parcel.content) for parcel in parcels]
        try:
            letters = await self._mailboxes.put(wanted, self._now())
        except DatabaseError:
            return _fail(parcels, _unwritten())
        except BaseException as error:
            _fail(parcels, error)  # each of them is told; the next ones may do better
            if not isinstance(error, Exception):
                raise
            return None
        kept = list(zip(parcels, letters, strict=True))
        for parcel, letter in sorted(kept, key=lambda pair: pair[1].change):
            self._deliver(parcel.address, letter)
            if not parcel.done.done():
                parcel.done.set_result(letter)
        return None

    async def _changed(self, address: Address, change: Change) -> Letter | None:
        async with self._order:
            try:
                letter = await change()
            except DatabaseError:
                raise _unwritten() from None
            if letter is not None:
                self._deliver(address, letter)
            return letter


def _unwritten() -> Later:
    return Later("the mailboxes cannot be written", scope="platform")


def _fail(parcels: list[_Parcel], error: BaseException) -> None:
    for parcel in parcels:
        if not parcel.done.done():
            parcel.done.set_exception(error)
