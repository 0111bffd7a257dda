"""Watches one archive: asks on time, keeps what is new or changed, and says what is news."""

from __future__ import annotations

import asyncio
import hashlib
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.archive import polling
from bot.archive.derive import READER
from bot.archive.discover import place
from bot.archive.document import Document, Unreadable
from bot.archive.excerpts import Excerpts, Group
from bot.archive.fetch import Answer, Fetcher, FetchError
from bot.archive.judging import Fated, Judge
from bot.archive.paged import feed_pages, site_pages
from bot.archive.parse_process import read_apart
from bot.archive.refound import Refound, is_lost, refound
from bot.archive.visitor import Visitor
from bot.archive.ways import NoWay, Unheard
from storage import Storage
from storage.model import Archive, Correcting, Draft, Fate, Reading, Saved

log = structlog.get_logger()

SET_BACK = timedelta(minutes=1)  # a reading later than now by so much: the clock was set back

# How often the due time is looked up again: clocks are set, and others may change it.
LOOK_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
FURTHER_PAGES = 30  # of a feed in one reading; whatever lies behind is the reconcile's
WHOLE_SECONDS = 1.2  # for the excerpts of one reading; the reconcile makes whole what is left
STUBBORN = 3  # readings in a row that a further page may spoil


class Watcher:
    """Reads one archive's feed for ever. `on_kept` is called after something new was stored."""

    def __init__(
        self,
        archive: Archive,
        storage: Storage,
        fetcher: Fetcher,
        *,
        judge: Judge,
        correcting: Correcting | None = None,
        clock: Callable[[], datetime],
        on_kept: Callable[[], None],
    ) -> None:
        self.archive = archive
        self._storage = storage
        self._fetcher = fetcher
        self._visitor = Visitor(fetcher, clock, tries=1)  # a poll waits for nobody
        self._judge = judge
        self._correcting = correcting
        self._clock = clock
        self._on_kept = on_kept
        self._log = log.bind(archive=archive.name)

    async def run(self) -> None:
        """Read whenever it is due, until cancelled. Whatever goes wrong, the loop turns on."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self._until_due()
                await self.read_once()
                pause = FIRST_PAUSE
            except Exception:  # noqa: BLE001 the loop turns here
                self._log.exception("Reading the archive failed unexpectedly.")
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    async def read_once(self) -> Reading:
        """Ask once, now, and keep in one transaction all that comes of it."""
        before = await self._storage.archives.reading(self.archive)
        late = polling.jitter(self.archive.poll_seconds, random.random())  # noqa: S311 no secret
        drafts, after = await self._asked(before, late)
        kept = await self._storage.keep(
            self.archive, drafts, self._clock(), after, listed=True, correcting=self._correcting
        )
        self._tell(before, after)
        if any(saved is not Saved.KNOWN for saved, _ in kept):
            self._tell_kept([saved for saved, _ in kept], [fate for _, fate in drafts])
            self._on_kept()
        return after

    async def _until_due(self) -> None:
        """Until the clock says so, or as long as it said at first, if it is set back meanwhile."""
        loop = asyncio.get_running_loop()
        latest, seen = math.inf, None
        while True:
            reading = await self._storage.archives.reading(self.archive)
            wait = LOOK_SECONDS
            if not reading.resting:
                due = reading.next_read_at or self._clock()
                wait = (due - self._clock()).total_seconds()
                if due != seen:
                    latest, seen = loop.time() + self._at_most(wait, reading), due
                wait = min(wait, latest - loop.time())
            if wait <= 0:
                return
            await asyncio.sleep(min(wait, LOOK_SECONDS))

    def _at_most(self, wait: float, reading: Reading) -> float:
        """A wait that was written down before the clock was set back is no wait."""
        last = reading.last_read_at
        return 0.0 if last is not None and last > self._clock() + SET_BACK else wait

    async def _asked(self, reading: Reading, late: float) -> tuple[Fated, Reading]:
        """What one request brings: the drafts with their fates, and how the reading stands."""
        asked = self._clock()
        every = self.archive.poll_seconds
        conditions = polling.conditions(reading) if reading.feed_url else {}
        try:
            if reading.feed_url:
                answer = await self._fetcher.get(reading.feed_url, conditions)
            if not reading.feed_url or await is_lost(answer):
                found = await refound(self._fetcher, self.archive, reading, self._judge, asked)
                return await self._read_found(reading, found, self._clock(), late)
        except FetchError as error:
            return [], polling.unreached(reading, str(error), self._clock(), every, late)
        if answer.status == 304 and conditions:
            return [], polling.read_well(reading, answer, asked, every, late)
        return await self._read(reading, answer, asked, late)

    async def _read_found(
        self, before: Reading, found: Refound, asked: datetime, late: float
    ) -> tuple[Fated, Reading]:
        """What is read where the feed was looked for, which is not always the feed itself."""
        reading = replace(before, feed_url=found.feed_url)
        drafts, after = await self._read(reading, found.answer, asked, late)
        if not found.elsewhere:
            return drafts, after
        if found.feed_url:
            # Until it is believed nothing new is taken from it; then it is judged as news.
            unknown = await self._judge.unknown([draft for draft, _ in drafts])
            drafts = [(draft, fate) for draft, fate in drafts if draft not in unknown]
            after = replace(after, newest="")
        if after.feed_url == found.feed_url:
            # WordPress's validators are those of the whole site: they would match at the feed.
            after = replace(after, feed_url=before.feed_url, etag="", last_modified="")
        else:
            lost = before.lost_feed or before.feed_url
            after = replace(after, lost_feed=lost, etag="", last_modified="")
        return drafts, after

    async def _read(
        self, reading: Reading, answer: Answer, asked: datetime, late: float
    ) -> tuple[Fated, Reading]:
        every = self.archive.poll_seconds
        if answer.status != 200:
            return [], polling.refused(reading, answer, self._clock(), every, late)
        newest = f"{READER} {hashlib.sha256(answer.body).hexdigest()}"
        if newest == reading.newest:
            return [], polling.read_well(reading, answer, asked, every, late)
        try:
            document = await read_apart(answer.body, self.archive, asked, answer.url)
        except Unreadable as error:
            reason = f"What the archive answers cannot be read. {error}"
            return [], polling.read_badly(reading, reason, asked, every, late)
        if not document.drafts and not document.refused:
            return [], polling.read_badly(reading, "The feed is empty.", asked, every, late)
        try:
            groups = await self._whole(document, reading)
        except Unheard as error:
            return [], polling.unreached(reading, str(error), self._clock(), every, late)
        drafts = await self._judge.fated(groups, reading, asked)
        if not document.complete:
            reason = "The feed was cut short on its way."
            return drafts, polling.read_badly(reading, reason, asked, every, late)
        reading = replace(reading, newest=newest, first_read_at=reading.first_read_at or asked)
        return drafts, polling.read_well(reading, answer, asked, every, late)

    async def _whole(self, document: Document, reading: Reading) -> list[Group]:
        """All that is to be kept: what further pages have, too, and whole where it can be had."""
        drafts = document.drafts
        if reading.first_read_at is not None and document.complete and drafts:
            drafts = await self._further(document, reading)
        excerpts = Excerpts(self._storage, self._visitor, self.archive, self._clock)
        groups, _ = await excerpts.made_whole(drafts, within=WHOLE_SECONDS)
        if excerpts.newly:
            self._log.warning("The feed has only excerpts now; whole texts are from the pages.")
        return groups

    async def _further(self, first: Document, reading: Reading) -> tuple[Draft, ...]:
        """The drafts of this page and of those behind it, until one is known ground, and one more.

        Raises Unheard where a page does not answer, unless that has gone on for too long.
        """
        if not await self._judge.unknown(first.drafts[:1]):
            return first.drafts
        begin, url = feed_pages, reading.feed_url
        if not url:
            begin, url = site_pages, place(self.archive.url)
        pages = begin(self._visitor, self.archive, url, self._clock)
        pages.begin(first)
        found, known_ground = first.drafts, False
        for number in range(2, FURTHER_PAGES + 1):
            try:
                page = await pages.page(number)
            except NoWay:
                break
            except Unheard:
                if reading.failures < STUBBORN:
                    raise
                break
            if page is None:
                break
            found = page.drafts + found
            if known_ground:
                break
            known_ground = not await self._judge.unknown(page.drafts)
        return found

    def _tell(self, before: Reading, after: Reading) -> None:
        if after.next_read_at is None:
            self._log.warning("The archive is asked no more.", reason=after.last_error)
        elif after.last_error and not before.last_error:
            self._log.warning("The archive cannot be read.", reason=after.last_error)
        elif before.last_error and not after.last_error:
            self._log.info("The archive can be read again.")

    def _tell_kept(self, saved: list[Saved], decided: list[Fate]) -> None:
        new = Counter(f for s, f in zip(saved, decided, strict=True) if s is Saved.NEW)
        self._log.info(
            "The archive has something new.",
            announced=new[Fate.ANNOUNCE],
            quiet=new[Fate.QUIET],
            changed=saved.count(Saved.CHANGED),
        )
        if new[Fate.HOLD]:
            self._log.warning(
                "Too many releases at once: they are held, not announced.", held=new[Fate.HOLD]
            )
