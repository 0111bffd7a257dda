"""Tells the author of a statement how far it is: one message, that counts while it goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot import present
from bot.chat import Gone, Message, Platform, Refused, SendError, Sent
from bot.waiting import loop_seconds, rung
from storage import Storage
from storage.model import Lane, Progress, Report

log = structlog.get_logger()

LOOK_SECONDS = 1.0
EDIT_SECONDS = 3.0  # between two edits: people read, and edits count as messages
TELL_SECONDS = 60.0


@dataclass(slots=True)
class _Told:
    """What the message said last, and when it may be changed again (the loop's time)."""

    progress: Progress
    until: float


class Reports:
    """The statements on their way. One message each, the same after a restart."""

    def __init__(self, storage: Storage, platforms: Sequence[Platform]) -> None:
        self._storage = storage
        self._platforms = {platform.name: platform for platform in platforms}
        self._told: dict[int, _Told] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Until stopped."""
        while not stopping.is_set():
            for report in await self._storage.statements.reports():
                await self._look(report)
            await rung(stopping, LOOK_SECONDS)

    async def _look(self, report: Report) -> None:
        told, now = self._told.get(report.statement), loop_seconds()
        over = report.progress.over
        if told is not None and not over and not _is_news(told, report.progress, now):
            return
        self._told[report.statement] = _Told(report.progress, now + EDIT_SECONDS)
        try:
            async with asyncio.timeout(TELL_SECONDS):
                message = await self._tell(report)
        except Gone:
            message, over = report.message, True
        except (SendError, TimeoutError) as error:
            log.info("An author could not be told how far it is.", end=type(error).__name__)
            return
        if over:
            self._told.pop(report.statement, None)
        if over or message != report.message:
            await self._storage.statements.reported(report.statement, message, over=over)

    async def _tell(self, report: Report) -> str:
        """Change the message, or send one where there is none; returns its id."""
        platform = self._platforms.get(report.author.platform)
        if platform is None:
            raise Gone("the author's platform is not there")
        message = present.progress(report.progress, report.language)
        if report.message:
            try:
                async with platform.budget.turn(Lane.ANSWER, report.author):
                    await platform.edit(report.author, Sent(report.message), message)
            except Refused:
                log.debug("The message that counts is not there any more; a new one is sent.")
            else:
                return report.message
        return await _sent(platform, report, message)


async def _sent(platform: Platform, report: Report, message: Message) -> str:
    async with platform.budget.turn(Lane.ANSWER, report.author):
        return (await platform.send(report.author, message, key="")).id


def _is_news(told: _Told, progress: Progress, now: float) -> bool:
    return now >= told.until and told.progress != progress
