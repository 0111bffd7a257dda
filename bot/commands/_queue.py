"""What waits in the outbox, a line a lane."""

from __future__ import annotations

from bot.chat import Context
from bot.commands._moment import moment
from bot.i18n import Texts
from storage.model import Lane, Queue


async def waiting(t: Texts, context: Context) -> list[str]:
    """A line for each lane in which something waits, what goes first at the top."""
    return [_line(queue, t, context) for queue in await context.storage.outbox.queue()]


def _line(queue: Queue, t: Texts, context: Context) -> str:
    since = moment(queue.since, t, context)
    if queue.lane is Lane.STATEMENT:
        return t("Statements: {n} waiting since {when}", n=queue.waiting, when=since)
    if queue.lane is Lane.RELEASE:
        return t("Releases: {n} waiting since {when}", n=queue.waiting, when=since)
    return t("Not urgent: {n} waiting since {when}", n=queue.waiting, when=since)
