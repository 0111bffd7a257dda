"""What a courier would do: write the audience down, and settle what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage import Storage
from storage.model import Address, Lane
from storage.outbox import Result, State

LANES = (Lane.STATEMENT, Lane.RELEASE, Lane.LATER)


async def subscribed(storage: Storage, count: int) -> None:
    """So many people who are subscribed, on two platforms by turns."""
    for number in range(count):
        await storage.subscribers.subscribe(Address(("terminal", "web")[number % 2], f"s{number}"))


async def settled(storage: Storage, now: datetime, ends: Sequence[State]) -> None:
    """Write every audience down; then what is due first ends like this, on all platforms."""
    while await storage.outbox.fan_out():
        pass
    due = [
        delivery
        for platform in ("terminal", "web")
        for delivery in await storage.outbox.claim(
            platform, 1, LANES, 100, now + timedelta(minutes=1)
        )
    ]
    results = [
        Result(d.id, d.announcement.id, state, due_at=now)
        for d, state in zip(due, [*ends, *[State.WAITING] * (len(due) - len(ends))], strict=True)
    ]
    await storage.outbox.record(results)
