"""Takes in what a walk through an archive shows, page by page, and counts what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar, cast

from bot.archive.document import Document
from bot.archive.excerpts import Excerpts, Group
from bot.archive.judging import Judge
from bot.archive.visitor import Visitor
from bot.archive.ways import Listing, ListingWay, Way
from storage import Storage
from storage.model import Archive, Correcting, Draft, Fate, Glimpse, History, Kind, Known, Saved

AT_ONCE = 100

_T = TypeVar("_T")

# Of what is unknown, what is not to be kept quietly.
Aside = Callable[[Sequence[Draft]], Awaitable[Sequence[Draft]]]


class Intake:
    """What is taken in of one archive.

    `found` has how each release that was shown was met, by its id; `refused` why something was
    none, by its link; `aside` is what `set_aside` chose of the unknown: it is not kept yet.
    """

    def __init__(
        self,
        storage: Storage,
        visitor: Visitor,
        archive: Archive,
        judge: Judge,
        set_aside: Aside,
        *,
        correcting: Correcting | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.found: dict[int, Saved] = {}
        self.refused: dict[str, str] = {}
        self._aside: dict[tuple[str, ...], Group] = {}
        self.excerpts = Excerpts(storage, visitor, archive, clock)
        self._storage = storage
        self._archive = archive
        self._judge = judge
        self._set_aside = set_aside
        self._correcting = correcting
        self._clock = clock

    @property
    def aside(self) -> list[Group]:
        """What was put aside, each once."""
        return [*self._aside.values()]

    def count(self, saved: Saved) -> int:
        """How many releases were met like this."""
        return sum(one is saved for one in self.found.values())

    async def take(self, document: Document, history: History | None = None) -> bool:
        """Keep what a page shows, in one transaction; whether there was anything unknown."""
        groups, protected = await self.excerpts.made_whole(document.drafts, again=True)
        self.refused.update(dict((*document.refused, *protected)))
        unknown = await self._judge.unknown([group[0] for group in groups])
        later = set(await self._set_aside(unknown)) if unknown else set()
        self._aside.update((_name(g[0]), g) for g in groups if g[0] in later)
        quiet = [group for group in groups if group[0] not in later]
        await self.keep([(d, Fate.QUIET) for group in quiet for d in group], history)
        return bool(unknown)

    async def keep(
        self, fated: Sequence[tuple[Draft, Fate]], history: History | None = None
    ) -> list[Saved]:
        """Keep these as they are."""
        kept = await self._storage.keep(
            self._archive, fated, self._clock(),
            history=history, listed=True, correcting=self._correcting,
        )  # fmt: skip
        for saved, number in kept:
            if self.found.get(number, Saved.KNOWN) is Saved.KNOWN:
                self.found[number] = saved
        return [saved for saved, _ in kept]

    async def compare(self, way: ListingWay) -> Listing:
        """Take in what is new in the way's list, or was changed since it was kept."""
        listing = await way.listing()
        await self.take_listed(way, listing, await self.known(listing))
        return listing

    async def take_listed(
        self, way: ListingWay, listing: Listing, known: Sequence[Known | None]
    ) -> None:
        """The same of a list that is there already, each beside what we know of it."""
        there = [one.id for one in known if one]
        pairs = zip(listing.glimpses, known, strict=True)
        wanted = [glimpse.number for glimpse, one in pairs if _is_other(glimpse, one)]
        for numbers in _pieces(wanted):
            await self.take(await way.posts(numbers))
        await self._storage.histories.seen(there)
        for number in there:
            self.found.setdefault(number, Saved.KNOWN)

    async def known(self, listing: Listing) -> list[Known | None]:
        """For each that is listed the release that it is; None for one that would be new."""
        known: list[Known | None] = []
        for some in _pieces(listing.glimpses):
            known += await self._storage.histories.known(self._archive, some)
        return known


def _name(draft: Draft) -> tuple[str, ...]:
    return draft.aliases or (draft.fingerprint,)


def listing_way(way: Way) -> ListingWay | None:
    """The way as one that can list, if it can."""
    return cast(ListingWay, way) if hasattr(way, "listing") else None


def _is_other(glimpse: Glimpse, known: Known | None) -> bool:
    """Whether the site has something else than we have, or more of it."""
    if known is None or known.kind < Kind.REST:
        return True
    return bool(glimpse.modified) and glimpse.modified != known.modified


def _pieces(values: Sequence[_T]) -> list[Sequence[_T]]:
    return [values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE)]
