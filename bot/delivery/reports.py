"""Tells the author of a statement how far it is: one message, that counts while it goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot import present
from bot.chat import Gone, Later, NoRights, Platform, Refused, SendError, Sent, Unknown
from bot.waiting import loop_seconds, rung
from storage import Storage
from storage.model import Lane, Progress, Report

log = structlog.get_logger()

LOOK_SECONDS = 1.0
EDIT_SECONDS = 3.0  # between two edits: people read, and edits count as messages
TELL_SECONDS = 60.0
LONGEST_SECONDS = 600.0  # between two tries where the author cannot be told
LOST = 3  # so many messages may have arrived without our knowing their number: no more are sent

# The author is not there, or will not have it: whatever is tried later would end like that.
FINAL = (Gone, NoRights, Refused)


@dataclass(slots=True)
class _Told:
    """What the message said last, its id, and when it may be changed again (the loop's time).

    `failures` are those in a row, `lost` those of sends that may have arrived.
    """

    message: str
    progress: Progress | None = None
    until: float = 0.0
    failures: int = 0
    lost: int = 0


class Reports:
    """The statements on their way. One message each, the same after a restart.

    What cannot be kept of a message is remembered here, so let one live as long as the process.
    """

    def __init__(self, storage: Storage, platforms: Sequence[Platform]) -> None:
        self._storage = storage
        self._platforms = {platform.name: platform for platform in platforms}
        self._told: dict[int, _Told] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Until stopped."""
        while not stopping.is_set():
            reports = await self._storage.statements.reports()
            waited_for = {report.statement for report in reports}
            self._told = {n: told for n, told in self._told.items() if n in waited_for}
            for report in reports:
                await self._look(report)
            await rung(stopping, LOOK_SECONDS)

    async def _look(self, report: Report) -> None:
        told = self._told.setdefault(report.statement, _Told(report.message))
        now, over = loop_seconds(), report.progress.over
        if now < told.until and not (over and not told.failures):
            return
        if told.progress != report.progress:
            try:
                async with asyncio.timeout(TELL_SECONDS):
                    await self._tell(report, told)
            except FINAL as error:
                log.info("An author is not told how far it is.", end=type(error).__name__)
                over = True
            except (SendError, TimeoutError) as error:
                log.info("An author could not be told how far it is.", end=type(error).__name__)
                told.failures += 1
                told.until = loop_seconds() + _pause(told, error)
                return
            told.failures, told.progress, told.until = 0, report.progress, now + EDIT_SECONDS
        if over or told.message != report.message:
            await self._storage.statements.reported(report.statement, told.message, over=over)
        if over:
            del self._told[report.statement]

    async def _tell(self, report: Report, told: _Told) -> None:
        """Change the message, or send one where there is none; its id is kept in `told`.

        Nothing for whoever was forgotten while this waited for its turn.
        """
        platform = self._platforms.get(report.author.platform)
        if platform is None:
            raise Gone("the author's platform is not there")
        message = present.progress(report.progress, report.language)
        if told.message:
            try:
                async with platform.budget.turn(Lane.ANSWER, report.author):
                    await self._still_waited_for(report)
                    return await platform.edit(report.author, Sent(told.message), message)
            except Refused:
                log.debug("The message that counts is not there any more; a new one is sent.")
        if told.lost >= LOST:
            raise Gone("what was sent may have arrived, and cannot be found")
        try:
            async with platform.budget.turn(Lane.ANSWER, report.author):
                await self._still_waited_for(report)
                told.message = (await platform.send(report.author, message, key="")).id
        except (Unknown, TimeoutError):
            told.lost += 1
            raise

    async def _still_waited_for(self, report: Report) -> None:
        if not await self._storage.statements.waited_for(report.statement):
            raise Gone("the author was forgotten")


def _pause(told: _Told, error: Exception) -> float:
    """Seconds until the next try."""
    doubled = min(LONGEST_SECONDS, EDIT_SECONDS * 2.0 ** min(told.failures, 10))
    asked = error.seconds if isinstance(error, Later) else None
    return max(doubled, asked or 0.0)
