"""What waits in the outbox, a line a lane."""

from __future__ import annotations

from bot.chat import Context
from bot.commands._moment import moment
from bot.i18n import Texts
from storage.model import Lane, Queue


async def waiting(t: Texts, context: Context) -> list[str]:
    """A line for each lane in which something waits, what goes first at the top."""
    return [_line(queue, t, context) for queue in await context.storage.outbox.queue()]


async def resting(t: Texts, context: Context) -> list[str]:
    """A line for each platform on which the push rests, because it refuses too many."""
    return [
        t(
            "⏸ {platform} refuses many as if they were gone: the push there rests since {when}, and"
            " I try one every 30 seconds.",
            platform=standing.name.title(), when=moment(standing.paused, t, context),
        )
        for standing in await context.storage.platforms.all()
        if standing.paused is not None
    ]  # fmt: skip


def _line(queue: Queue, t: Texts, context: Context) -> str:
    since = moment(queue.since, t, context)
    if queue.lane is Lane.STATEMENT:
        return t("Statements: {n} waiting since {when}", n=queue.waiting, when=since)
    if queue.lane is Lane.RELEASE:
        return t("Releases: {n} waiting since {when}", n=queue.waiting, when=since)
    return t("Not urgent: {n} waiting since {when}", n=queue.waiting, when=since)
