"""Compares what we have with all that an archive's site shows, and acts on the difference.

A 304 hides much: posts dated back or published late, edits of old ones, and whatever is gone.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import structlog

from bot.archive.absence import Seen, Verdict, judged
from bot.archive.backfill import NOWHERE
from bot.archive.discover import place
from bot.archive.document import Document, Unreadable
from bot.archive.intake import Intake, listing_way
from bot.archive.judging import Judge
from bot.archive.kinship import BESIDE, are_akin, grown, has_strangers, is_strange
from bot.archive.paged import FEED
from bot.archive.parse_process import read_apart
from bot.archive.refound import is_back
from bot.archive.rest import NAME as REST
from bot.archive.rest import Rest
from bot.archive.site import ways
from bot.archive.visitor import Visitor
from bot.archive.ways import ListingWay, NoWay, Unheard, Way
from storage import Storage
from storage.model import Archive, Correcting, Draft, Fate, History, Known, Reading, Saved

log = structlog.get_logger()

ASKED = 50  # pages of missing releases that are looked at in one reconcile
FRESH = timedelta(days=1)  # for so long a cache may not know of a release
_GONE = frozenset({404, 410})

CUT = "The feed has only excerpts now: whole texts are read from the releases' own pages."
OTHER = (
    "The archive's url leads to other releases than before: none of them are taken in. Is it still"
    " the right one? Then herald backfill brings them in."
)
STRANGE = (
    "The site's list of posts has others than the archive's now: it is not believed, and the"
    " feed or the pages are read instead."
)


class Reconcile:
    """One comparison of an archive with its site. Afterwards `intake` has what was shown.

    `missed` are releases that were missed once more: they are counted with the history, at once.
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
    ) -> None:
        self._storage = storage
        self._visitor = visitor
        self._archive = archive
        self._judge = judge
        self._clock = clock
        self._reading = Reading(archive.name, archive.url)
        self._log = log.bind(archive=archive.name)
        self.withdrawn = 0
        self.missed: tuple[int, ...] = ()
        self._is_odd = False
        self.intake = Intake(
            storage, visitor, archive, judge, self._news, correcting=correcting, clock=clock
        )

    async def run(self, history: History) -> History:
        """Compare, act, and say how the history stands now. Raises Unheard or NoWay."""
        self._reading = await self._storage.archives.reading(self._archive)
        await self._find_own_feed()
        # Before the site is asked: what is published meanwhile was not there to be shown.
        listed = await self._storage.histories.listed(self._archive)
        try:
            way, seen = await self._looked(history, listed)
        except (NoWay, Unheard):
            await self._tell()
            raise
        await self._tell()
        verdict = judged(listed, self.intake.found, seen)
        await self._act(verdict, [one for one in listed if one.id in self.intake.found])
        cut = CUT if self.intake.excerpts.cut else ""
        notice = verdict.notice or (STRANGE if self._is_odd else cut)
        if not seen.whole:  # nothing was learnt of what is gone
            notice = history.notice or notice
        now = self._clock()
        return replace(history, way=way.name, url=way.url, reconciled_at=now, notice=notice)

    async def _find_own_feed(self) -> None:
        """Where another one has been read for a while, see whether the archive's own is back."""
        reading, now = self._reading, self._clock()
        if not reading.lost_feed:
            return
        try:
            answer = await self._visitor.get(reading.lost_feed, tries=1)
        except (NoWay, Unheard):
            return
        if await is_back(answer, self._archive, reading, self._judge, now):
            await self._storage.archives.feed_is(self._archive, reading.lost_feed)
            self._reading = replace(reading, feed_url=reading.lost_feed, lost_feed="")
            self._log.info("The archive's own feed is back, and read again.")

    async def _looked(self, history: History, listed: Sequence[Known]) -> tuple[Way, Seen]:
        """Take in all that the site shows, in the best way there is."""
        why = NOWHERE
        async for way in self._ways(history):
            try:
                if lists := listing_way(way):
                    return way, await self._look_at_list(lists, history, len(listed))
                if way.url != history.url and await is_strange(way, self._judge, self._clock()):
                    raise NoWay(OTHER)
                return way, await self._walk(way)
            except NoWay as error:
                why = str(error)
                self._log.info("The archive cannot be read like this.", way=way.name, reason=why)
        raise NoWay(why)

    async def _ways(self, history: History) -> AsyncIterator[Way]:
        """The API where it was found before: that saves looking for it. Then what there is now."""
        if history.way == REST:
            url = await grown(self._visitor, self._archive, history.url)
            yield Rest(self._visitor, self._archive, url, self._clock)
        found = await ways(self._visitor, self._archive, self._reading.feed_url, self._clock)
        for way in found:
            if not (self._is_odd and listing_way(way)):
                yield way

    async def _look_at_list(self, way: ListingWay, history: History, listed: int) -> Seen:
        """Take in a list, if it is the archive's: a site may forget what it was asked for."""
        witness = await self._witness()
        listing = await way.listing()
        known = await self.intake.known(listing)
        odd = has_strangers(listing.glimpses, known, listed)
        if not odd and witness and isinstance(way, Rest) and any(one is None for one in known):
            newest = await way.newest(len(witness.drafts) + BESIDE)
            odd = not are_akin(newest, witness.drafts)
        if odd:
            self._is_odd = True
            raise NoWay(STRANGE)
        await self.intake.take_listed(way, listing, known)
        if self._reading.feed_url:
            await self._take_feed(witness)
        since = self._clock() - FRESH
        fresh = await self._storage.histories.found_since(
            self._archive, max(since, history.filled_at or since)
        )
        oldest = (
            min((draft.published for draft in witness.drafts), default=None) if witness else None
        )
        return Seen(
            sure=True, feed=oldest, fresh=fresh,
            nothing=not listing.glimpses, whole=listing.whole,
        )  # fmt: skip

    async def _walk(self, way: Way) -> Seen:
        number, oldest = 0, date.max
        while page := await way.page(number + 1):
            number += 1
            await self.intake.take(page)
            oldest = min([oldest, *(draft.published for draft in page.drafts)])
        if way.name != FEED and self._reading.feed_url:
            await self._take_feed(await self._witness())
        # It may have broken off, and one page alone may be all that is ever given.
        return Seen(since=oldest, alone=number == 1, nothing=number == 0)

    async def _witness(self) -> Document | None:
        """What the archive's own feed, or its page, shows now; None where it cannot be read."""
        try:
            answer = await self._visitor.get(self._reading.feed_url or place(self._archive.url))
            if answer.status != 200:
                return None
            found = await read_apart(answer.body, self._archive, self._clock(), answer.url)
        except (NoWay, Unheard):
            return None  # the poll says what is wrong with it
        except Unreadable:
            found = Document(())
        if not found.drafts and not found.refused and self._reading.feed_url:
            # The poll is to say so: a 304 would hide it, for the validators are the whole site's.
            await self._storage.archives.doubt(self._archive)
        return found if found.complete and found.drafts else None

    async def _take_feed(self, feed: Document | None) -> None:
        """Another way says nothing of the feed, which the polls live on: has it whole texts?"""
        if feed is None:
            return
        try:
            await self.intake.take(feed)
        except (NoWay, Unheard):
            return  # its posts are asked for again at the next time

    async def _news(self, unknown: Sequence[Draft]) -> Sequence[Draft]:
        """What may be news is judged at the end: all of it is one find."""
        if self._reading.first_read_at is None:
            return ()
        return await self._judge.news(unknown, self._clock())

    async def _tell(self) -> None:
        """Keep what was put aside, with what becomes of it."""
        if not self.intake.aside:
            return
        fated = await self._judge.fated(self.intake.aside, self._reading, self._clock())
        kept = await self.intake.keep(fated)
        held = sum(
            saved is Saved.NEW and fate is Fate.HOLD
            for saved, (_, fate) in zip(kept, fated, strict=True)
        )
        if held:
            self._log.warning("Too many releases at once: they are held, not announced.", held=held)

    async def _act(self, verdict: Verdict, shown: Sequence[Known]) -> None:
        asked = verdict.asked
        if len(asked) > ASKED:  # others the next time
            asked = tuple(random.sample(asked, ASKED))
        away = {one.id for one in verdict.gone} | await self._away(asked, shown)
        await self._storage.histories.withdraw(sorted(away))
        self.missed = tuple(one.id for one in verdict.missed if one.id not in away)
        self.withdrawn = len(away)
        if away:
            self._log.info("The site has taken releases back.", withdrawn=len(away))

    async def _away(self, asked: Sequence[Known], shown: Sequence[Known]) -> set[int]:
        """Those whose own pages are gone. Where the page of a shown one is, that says nothing."""
        away = set[int]()
        try:
            if asked and shown and await self._is_gone(random.choice(shown)):  # noqa: S311
                return away
            for one in asked:
                if await self._is_gone(one):
                    away.add(one.id)
        except Unheard:
            pass
        return away

    async def _is_gone(self, one: Known) -> bool:
        try:
            return bool(one.link) and (await self._visitor.get(one.link)).status in _GONE
        except NoWay:
            return False
