"""Reading the text of a release, for its words and names, without holding up anybody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Characters that take some 20 ms to read.
LONG = 20_000


async def aside(reader: Callable[..., T], *texts: str) -> T:
    """What a pure function makes of these texts: in a thread if they are long."""
    if sum(map(len, texts)) < LONG:
        return reader(*texts)
    return await asyncio.to_thread(reader, *texts)
