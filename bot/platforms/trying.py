"""How often, and how long apart, what a platform does not take at once is tried again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import structlog

from bot.chat import Later, SendError

log = structlog.get_logger(__name__)

TRIES = 5
LONGEST_WAIT = 90.0  # seconds; after that nobody waits for an answer
LONGEST_PAUSE = 30.0

Turn = Callable[[], AbstractAsyncContextManager[None]]


async def insist(
    turn: Turn, act: Callable[[], Awaitable[object]], again: tuple[type[SendError], ...]
) -> None:
    """Try until it is done, each time when it is this chat's turn.

    Raises the last SendError, or the first that is not of `again`.
    """
    for attempt in range(1, TRIES + 1):
        try:
            await _once(turn, act)
        except again as error:
            pause = error.seconds if isinstance(error, Later) else None
            if attempt == TRIES or (pause or 0.0) > LONGEST_WAIT:
                raise
        else:
            return
        if pause is None:  # else the budget waits for us
            await asyncio.sleep(0.25 * 2**attempt)


async def _once(turn: Turn, act: Callable[[], Awaitable[object]]) -> None:
    """Do it when its turn comes; raises Later if that takes too long, else what it raises."""
    try:
        async with asyncio.timeout(LONGEST_WAIT) as limit, turn():
            limit.reschedule(None)
            await act()
    except TimeoutError:
        raise Later("its turn did not come", LONGEST_WAIT + 1) from None


async def chore(loop: Callable[[], Awaitable[None]]) -> None:
    """Until it is done; what dies is begun again, after longer and longer pauses."""
    failures = 0
    while True:
        try:
            return await loop()
        except Exception:  # there is nobody above to hear of it
            failures += 1
            log.error("A chore died and is begun again.", exc_info=True)
            await asyncio.sleep(pause_after(failures))


def pause_after(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling, with jitter, to half a minute."""
    longest: float = min(LONGEST_PAUSE, 0.5 * 2 ** min(failures, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
