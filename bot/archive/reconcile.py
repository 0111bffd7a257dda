"""Compares what we have with all that an archive's site shows, and acts on the difference.

A 304 hides much: posts dated back or published late, edits of old ones, and whatever is gone.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import structlog

from bot.archive.backfill import NOWHERE
from bot.archive.document import Unreadable
from bot.archive.intake import Intake, listing_way
from bot.archive.judging import Judge
from bot.archive.paged import FEED
from bot.archive.parse_process import read_apart
from bot.archive.rest import NAME as REST
from bot.archive.rest import Rest
from bot.archive.site import ways
from bot.archive.visitor import Visitor
from bot.archive.ways import NoWay, Unheard, Way
from storage import Storage
from storage.model import Archive, Correcting, Draft, Fate, History, Known, Reading, Saved

log = structlog.get_logger()

FEW, SHARE = 10, 0.10  # more than either of what is listed, gone at once, is rarely true
ASKED = 50  # pages of missing releases that are looked at in one reconcile
LOOKED_AT, STRAY = 3, 2  # so many pages, and so many strangers on them are nothing
TWICE = 2  # readings in a row without a release: then it is gone
_GONE = frozenset({404, 410})

CUT = "The feed has only excerpts now: whole texts are read from the releases' own pages."
OTHER = (
    "The archive's url leads to other releases than before: none of them are taken in. Is it still"
    " the right one? Then herald backfill brings them in."
)
EMPTY = "The site shows no releases at all now: nothing is taken for withdrawn."


@dataclass(frozen=True, slots=True)
class Seen:
    """What one complete look at a site was worth. `sure`: it is a list without a gap.

    What is not dated after `since` it may have left out; `nothing`: it had no release at all;
    not `whole`: nothing follows from what it lacked.
    """

    sure: bool = False
    since: date | None = None
    nothing: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from absence: these are gone, these are if their pages say so, and these were
    missed once more. `notice` is for a person, "" for nothing.
    """

    gone: tuple[Known, ...] = ()
    asked: tuple[Known, ...] = ()
    missed: tuple[Known, ...] = ()
    notice: str = ""


def judged(listed: Sequence[Known], shown: Collection[int], seen: Seen) -> Verdict:
    """What to think of the releases that were `listed` before and are not among the `shown`."""
    if not seen.whole:
        return Verdict()
    absent = tuple(
        one
        for one in listed
        if one.id not in shown and (seen.since is None or one.published > seen.since)
    )
    if seen.nothing:
        return Verdict(asked=absent, notice=EMPTY if absent else "")
    if len(absent) > max(FEW, SHARE * len(listed)):
        notice = (
            f"The site does not show {len(absent)} of {len(listed)} releases any more, all at"
            " once: only those whose own pages are gone are taken for withdrawn."
        )
        return Verdict(asked=absent, notice=notice)
    if seen.sure:
        return Verdict(gone=absent)
    gone = tuple(one for one in absent if one.missed + 1 >= TWICE)
    rest = tuple(one for one in absent if one.missed + 1 < TWICE)
    return Verdict(gone=gone, asked=rest, missed=rest)


class Reconcile:
    """One comparison of an archive with its site. Afterwards `intake` has what was shown."""

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
        self.intake = Intake(
            storage, visitor, archive, judge, self._news, correcting=correcting, clock=clock
        )

    async def run(self, history: History) -> History:
        """Compare, act, and say how the history stands now. Raises Unheard or NoWay."""
        self._reading = await self._storage.archives.reading(self._archive)
        # Before the site is asked: what is published meanwhile was not there to be shown.
        listed = await self._storage.histories.listed(self._archive)
        try:
            way, seen = await self._looked(history, listed)
        except (NoWay, Unheard):
            await self._tell()
            raise
        await self._tell()
        verdict = judged(listed, self.intake.found, seen)
        await self._act(verdict)
        notice = verdict.notice or (CUT if self.intake.excerpts.cut else "")
        if not seen.whole:  # nothing was learnt of what is gone
            notice = history.notice or notice
        now = self._clock()
        return replace(history, way=way.name, url=way.url, reconciled_at=now, notice=notice)

    async def _looked(self, history: History, listed: Sequence[Known]) -> tuple[Way, Seen]:
        """Take in all that the site shows, in the best way there is."""
        why = NOWHERE
        async for way in self._ways(history):
            try:
                if way.url != history.url and await self._is_strange(way, len(listed)):
                    raise NoWay(OTHER)
                seen = await self._look(way)
                if way.name != FEED:
                    await self._look_at_feed()
                return way, seen
            except NoWay as error:
                why = str(error)
                self._log.info("The archive cannot be read like this.", way=way.name, reason=why)
        raise NoWay(why)

    async def _ways(self, history: History) -> AsyncIterator[Way]:
        """The API where it was found before: that saves looking for it. Then what there is now."""
        if history.way == REST:
            yield Rest(self._visitor, self._archive, history.url, self._clock)
        found = await ways(self._visitor, self._archive, self._reading.feed_url, self._clock)
        for way in found:
            yield way

    async def _is_strange(self, way: Way, listed: int) -> bool:
        """Whether a way that is new to us shows much that is old and yet unknown.

        A site whose permalinks are switched off gives its front page for every address.
        """
        if lists := listing_way(way):
            glimpses = (await lists.listing()).glimpses
            return await self.intake.strangers(glimpses) > max(FEW, SHARE * listed)
        drafts: list[Draft] = []
        for number in range(1, LOOKED_AT + 1):
            page = await way.page(number)
            drafts += page.drafts if page else ()
        unknown = await self._judge.unknown(drafts)
        old = len(unknown) - len(await self._judge.news(unknown, self._clock()))
        return old > max(STRAY, SHARE * len(drafts))

    async def _look(self, way: Way) -> Seen:
        if lists := listing_way(way):
            listing = await self.intake.compare(lists)
            return Seen(sure=True, nothing=not listing.glimpses, whole=listing.whole)
        number, oldest = 0, date.max
        while page := await way.page(number + 1):
            number += 1
            await self.intake.take(page)
            oldest = min([oldest, *(draft.published for draft in page.drafts)])
        # One page alone may be all that is given, and not all that there is.
        return Seen(since=oldest if number == 1 else None, nothing=number == 0)

    async def _look_at_feed(self) -> None:
        """Another way says nothing of the feed, which the polls live on: has it whole texts?"""
        if not self._reading.feed_url:
            return
        try:
            answer = await self._visitor.get(self._reading.feed_url)
            if answer.status == 200:
                feed = await read_apart(answer.body, self._archive, self._clock(), answer.url)
                await self.intake.take(feed)
        except (NoWay, Unheard, Unreadable):
            return  # the poll says what is wrong with it

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

    async def _act(self, verdict: Verdict) -> None:
        asked = verdict.asked
        if len(asked) > ASKED:  # others the next time
            asked = tuple(random.sample(asked, ASKED))
        away = {one.id for one in verdict.gone} | await self._away(asked)
        await self._storage.histories.withdraw(sorted(away))
        await self._storage.histories.missed(o.id for o in verdict.missed if o.id not in away)
        self.withdrawn = len(away)
        if away:
            self._log.info("The site has taken releases back.", withdrawn=len(away))

    async def _away(self, asked: Sequence[Known]) -> set[int]:
        """Those whose own pages are gone. A site that does not answer says nothing."""
        away = set()
        for one in asked:
            if not one.link:
                continue
            try:
                answer = await self._visitor.get(one.link)
            except NoWay:
                continue
            except Unheard:
                break
            if answer.status in _GONE:
                away.add(one.id)
        return away
