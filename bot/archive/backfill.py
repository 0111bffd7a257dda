"""Brings in all that an archive ever published: oldest first, quietly, from where it stopped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.archive.intake import Intake, listing_way
from bot.archive.judging import Judge
from bot.archive.rest import NAME as REST
from bot.archive.rest import Rest
from bot.archive.site import ways
from bot.archive.visitor import Visitor
from bot.archive.ways import NoWay, Way
from storage import Storage
from storage.model import Archive, Correcting, Draft, History

log = structlog.get_logger()

NOWHERE = "Nothing at the archive's url can be read as its releases."


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is: in this way, so many releases are read of about `total` (None: not known).

    `again`: all are there, and what moved meanwhile is looked for.
    """

    way: str
    done: int = 0
    total: int | None = None
    again: bool = False


class Backfill:
    """Brings in the history of one archive, or what is new in it since.

    `announces` says whether anybody waits for news now: then what is news is left to the poll, so
    that it is announced. `on_step` is called as it goes on. Afterwards `intake` has what came.
    """

    def __init__(
        self,
        storage: Storage,
        visitor: Visitor,
        archive: Archive,
        judge: Judge,
        *,
        correcting: Correcting | None,
        clock: Callable[[], datetime],
        announces: Callable[[], Awaitable[bool]],
        on_step: Callable[[Step], None] = lambda _: None,
    ) -> None:
        self._storage = storage
        self._visitor = visitor
        self._archive = archive
        self._judge = judge
        self._clock = clock
        self._announces = announces
        self._on_step = on_step
        self._since = clock()
        self.intake = Intake(
            storage, visitor, archive, judge, self._left, correcting=correcting, clock=clock
        )

    async def run(self) -> None:
        """All of it, or what is new since it was whole. Raises NoWay or Unheard.

        Whatever ends it, it goes on where it was.
        """
        reading = await self._storage.archives.reading(self._archive)  # a move begins it anew
        history = await self._storage.histories.of(self._archive)
        began = history.begun_at or self._clock()
        self._since = reading.first_read_at or began
        if history.filled_at is not None and history.way == REST and await self._compared(history):
            return
        found = await ways(self._visitor, self._archive, reading.feed_url, self._clock)
        why = NOWHERE
        for way in _as_before(found, history):
            mark = history.mark if way.name == history.way else 0
            history = replace(history, way=way.name, url=way.url, mark=mark, begun_at=began)
            try:
                await self._by(way, history)
            except NoWay as error:
                why = str(error)
                log.info("One way through the archive has ended.", way=way.name, reason=why)
            else:
                return
        raise NoWay(why)

    async def _by(self, way: Way, history: History) -> None:
        """All of it, in this way, and written down that it is."""
        if history.filled_at is not None:
            await self._newest(way)
        else:
            read = await self._walk(way, history)
            await self._look_again(way, read)
        await self._done(replace(history, mark=0))

    async def _done(self, history: History) -> None:
        now = self._clock()
        later = now + timedelta(seconds=self._archive.reconcile_seconds)
        history = replace(
            history,
            filled_at=history.filled_at or now,
            reconcile_at=history.reconcile_at or later,
        )
        await self._storage.histories.filled(self._archive, history, self._since)
        self._all(history.way)

    def _all(self, way: str) -> None:
        """Say that it is at its end."""
        found = len(self.intake.found)
        self._on_step(Step(way, found, found, again=True))

    async def _compared(self, history: History) -> bool:
        """What is new or changed, by the list alone; False where that way has ended."""
        way = Rest(self._visitor, self._archive, history.url, self._clock)
        try:
            listing = await self.intake.compare(way)
        except NoWay:
            return False
        self._all(REST)
        return bool(listing.glimpses)

    async def _newest(self, way: Way) -> None:
        """From the newest page to one that has nothing new, and one more."""
        if lists := listing_way(way):
            await self.intake.compare(lists)
            return
        number, known_ground = 1, False
        while page := await way.page(number):
            is_known = not await self.intake.take(page)
            self._on_step(Step(way.name, len(self.intake.found), None, again=True))
            if known_ground:
                return
            number, known_ground = number + 1, is_known

    async def _walk(self, way: Way, history: History) -> int:
        """Every page from the oldest on, but for those done before; returns how many releases.

        A page that was read last is read again: meanwhile its end may have moved.
        """
        last = await way.last()
        if last == 0:
            raise NoWay(NOWHERE)
        mark = min(history.mark, last)
        size, read = 0, 0
        for place in range(max(1, mark), last + 1):
            page = await way.page(place if way.oldest_first else last + 1 - place)
            if page is None:
                continue
            size = max(size, len(page.drafts) + len(page.refused))
            read = read or (place - 1) * size
            self._on_step(Step(way.name, read, way.total or last * size))
            # With its mark in one transaction, so that a kill costs one page at most.
            await self.intake.take(page, replace(history, mark=max(mark, place)))
            read += len(page.drafts) + len(page.refused)
            self._on_step(Step(way.name, read, way.total or max(read, last * size)))
        return read

    async def _look_again(self, way: Way, read: int) -> None:
        """What moved while it was read, and so was missed, is taken in now."""
        self._on_step(Step(way.name, read, read, again=True))
        if lists := listing_way(way):
            await self.intake.compare(lists)
            return
        number = 1
        while page := await way.page(number):
            await self.intake.take(page)
            number += 1

    async def _left(self, unknown: Sequence[Draft]) -> Sequence[Draft]:
        """What is news is left to the poll, where somebody waits for it."""
        if not await self._announces():
            return ()
        return await self._judge.news(unknown, self._clock(), self._since)


def _as_before(found: Sequence[Way], history: History) -> list[Way]:
    """The ways, first the one that was begun with; a filled archive is read in the best way."""
    if history.filled_at is not None:
        return list(found)
    return sorted(found, key=lambda way: way.name != history.way)
