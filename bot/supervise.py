"""Keeps loops running: one that dies is logged and begun again, and all end in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from bot.chat import Stop
from bot.waiting import rung
from storage import DatabaseError

log = structlog.get_logger()

RESTART_SECONDS = 5.0
BUSY_SECONDS = 1.0
END_SECONDS = 9.0


async def kept_running(
    name: str, loop: Callable[[], Awaitable[None]], stopping: asyncio.Event
) -> None:
    """Run a loop until we are stopping. Raises Stop, and nothing else."""
    while not stopping.is_set():
        pause = BUSY_SECONDS
        try:
            await loop()
        except Stop:
            raise
        except DatabaseError as error:
            log.warning("The database cannot be used.", part=name, reason=str(error))
        except Exception:  # this is where the loops turn
            log.error("A part died and is started again.", part=name, exc_info=True)
            pause = RESTART_SECONDS
        await rung(stopping, pause)


async def once(name: str, work: Awaitable[None]) -> None:
    """Work that is done once a run: if it dies that is said, and the next run does it."""
    try:
        await work
    except Exception:  # there is nobody above to hear of it
        log.error("A part died; it is done at the next start.", part=name, exc_info=True)


async def ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel these; nobody waits too long for one."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=END_SECONDS)
        for task in late:
            log.error("A part did not end in time.", part=task.get_name())
