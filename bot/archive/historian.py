"""Keeps an archive's whole history, beside the watcher that keeps its news.

On first contact it brings in all there is, quietly; then it compares, every few hours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.archive.backfill import Backfill
from bot.archive.judging import Judge
from bot.archive.polling import is_asked_to_wait
from bot.archive.reconcile import Reconcile
from bot.archive.visitor import Visitor
from bot.archive.ways import NoWay, Unheard
from storage import Storage
from storage.model import Archive, Correcting, History, Saved

log = structlog.get_logger()

# How often we look whether the first reading has been, and whether the time was changed.
SOON_SECONDS, LOOK_SECONDS = 1.0, 60.0
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0
# Where the site says "later" to the polls we wait, too; not for ever: its feed alone may be ill.
OVERDUE_SECONDS = 3600.0


class Historian:
    """The historian of one archive. `on_kept` is called after something new was stored,
    `on_filled` with the number of releases when all are brought in, `on_notice` with a sentence
    that a person should hear, and with "" when it is over.
    """

    def __init__(
        self,
        archive: Archive,
        storage: Storage,
        visitor: Visitor,
        judge: Judge,
        *,
        correcting: Correcting | None,
        clock: Callable[[], datetime],
        on_kept: Callable[[], None],
        on_filled: Callable[[int], None] = lambda _: None,
        on_notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.archive = archive
        self._storage = storage
        self._visitor = visitor
        self._judge = judge
        self._correcting = correcting
        self._clock = clock
        self._on_kept = on_kept
        self._on_filled = on_filled
        self._on_notice = on_notice
        self._log = log.bind(archive=archive.name)

    async def run(self) -> None:
        """Bring in, then compare whenever it is due, until cancelled. The loop turns on."""
        pause = FIRST_PAUSE
        while True:
            await self._until_due()
            try:
                await self.work()
                pause = FIRST_PAUSE
                continue
            except (NoWay, Unheard) as error:
                self._log.warning("The archive's history cannot be read.", reason=str(error))
            except Exception:  # noqa: BLE001 the loop turns here
                self._log.exception("Reading the archive's history failed unexpectedly.")
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def work(self) -> None:
        """What is due now: bring in all there is, or compare. Raises NoWay or Unheard."""
        history = await self._storage.histories.of(self.archive)
        if history.filled_at is None:
            await self._fill()
        else:
            await self._compare(history)

    async def _fill(self) -> None:
        async def always() -> bool:
            return True

        backfill = Backfill(
            self._storage, self._visitor, self.archive, self._judge,
            correcting=self._correcting, clock=self._clock, announces=always,
        )  # fmt: skip
        await backfill.run()
        found = len(backfill.intake.found)
        self._log.info("All that the archive has is brought in.", releases=found)
        self._on_kept()
        self._on_filled(found)

    async def _compare(self, before: History) -> None:
        reconcile = Reconcile(
            self._storage, self._visitor, self.archive, self._judge,
            correcting=self._correcting, clock=self._clock,
        )  # fmt: skip
        after = before
        try:
            after = await reconcile.run(before)
        except Unheard as error:  # nothing is concluded; it is tried again when it is next due
            self._log.info("The archive could not be compared now.", reason=str(error))
        except NoWay as error:
            after = replace(before, notice=str(error))
        due = self._clock() + timedelta(seconds=self.archive.reconcile_seconds)
        await self._storage.histories.keep(
            self.archive, replace(after, reconcile_at=due), reconcile.missed
        )
        self._tell(reconcile, before, after)

    def _tell(self, reconcile: Reconcile, before: History, after: History) -> None:
        new, changed = (reconcile.intake.count(saved) for saved in (Saved.NEW, Saved.CHANGED))
        if new or changed:
            self._log.info("A comparison found something.", new=new, changed=changed)
        if new or changed or reconcile.withdrawn:
            self._on_kept()
        if bool(after.notice) != bool(before.notice):
            if after.notice:
                self._log.warning("Somebody should look at the archive.", reason=after.notice)
            else:
                self._log.info("The archive is as it should be again.")
            self._on_notice(after.notice)

    async def _until_due(self) -> None:
        """Until the archive was read once, or until the time that was written down has come.

        However that is set, it is no longer than the interval from now.
        """
        loop = asyncio.get_running_loop()
        latest = loop.time() + self.archive.reconcile_seconds
        while True:
            wait = await self._wait(latest - loop.time())
            if wait <= 0:
                return
            await asyncio.sleep(wait)

    async def _wait(self, most: float) -> float:
        """Seconds after which it is due, or to be looked at again."""
        reading = await self._storage.archives.reading(self.archive)
        if reading.resting:
            return LOOK_SECONDS
        if reading.first_read_at is None:
            return SOON_SECONDS
        history = await self._storage.histories.of(self.archive)
        wait, now = 0.0, self._clock()
        if history.filled_at is not None and history.reconcile_at is not None:
            wait = min((history.reconcile_at - now).total_seconds(), most)
        if wait <= 0 and wait > -OVERDUE_SECONDS and is_asked_to_wait(reading, now):
            return SOON_SECONDS
        return min(wait, LOOK_SECONDS)
