"""Keeps the outbox and the mailboxes small: what is over is counted, what is old is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.waiting import rung
from storage import Storage

LOOK_SECONDS = 2.0
PAUSE_SECONDS = 0.05  # between two pieces of work: others write, too


async def tidy(storage: Storage, clock: Callable[[], datetime], stopping: asyncio.Event) -> None:
    """Do a piece of it whenever there is something. Runs until stopped."""
    while not stopping.is_set():
        more = await storage.outbox.tidy(clock())
        more |= await storage.mailboxes.tidy(clock())
        await rung(stopping, PAUSE_SECONDS if more else LOOK_SECONDS)
