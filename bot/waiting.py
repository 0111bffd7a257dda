"""The running loop's own seconds, which never jump, and waiting for something only so long."""

from __future__ import annotations

import asyncio
from contextlib import suppress


def loop_seconds() -> float:
    """Seconds by which to measure and to wait; nobody can set this clock."""
    return asyncio.get_running_loop().time()


async def rung(bell: asyncio.Event, seconds: float) -> None:
    """Until the bell rings, but no longer than so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await bell.wait()
