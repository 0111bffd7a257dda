"""A push to a million costs each piece of work no more than a push to a few.

Measured in SQLite's own steps, which a busy machine does not change.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage import Seal, Storage, open_storage
from storage.database import Connection, Transaction
from storage.facts import JOINED, set_fact
from storage.model import Lane
from storage.outbox import State
from tests.storage.conftest import (
    DAY,
    NOON,
    SECRET,
    TELEGRAM,
    announced,
    chat,
    claim,
    ended,
    fan_out,
    said,
)

FEW, MANY = 1200, 6000
WORK: dict[str, Callable[[Storage], Awaitable[object]]] = {
    "claim": lambda s: claim(s, 50),
    "claim after the cancelled": lambda s: claim(s, 50, without={4}),
    "claim of what is blocked": lambda s: s.outbox.claim(TELEGRAM, 1, [Lane.RELEASE], 50, NOON),
    "claim of fresh ones": lambda s: claim(s, 50, fresh=True),
    "claim for one": lambda s: s.outbox.claim_for(4, FEW, TELEGRAM, 1, NOON),
    "owed to one": lambda s: s.outbox.owed(4, FEW),
    "next due": lambda s: s.outbox.next_due(TELEGRAM),
    "recover": lambda s: s.outbox.recover(TELEGRAM, 2, NOON),
    "hasten": lambda s: s.outbox.hasten(TELEGRAM, NOON, NOON + 30 * DAY),
    "progress": lambda s: s.outbox.progress(3),
    "running": lambda s: s.outbox.running(),
    "queue": lambda s: s.outbox.queue(),
    "totals": lambda s: s.outbox.totals(),
    "reports": lambda s: s.statements.reports(),
    "cancel": lambda s: s.outbox.cancel(4),
    "tidy what was cancelled": lambda s: s.outbox.tidy(NOON),
    "unsubscribe": lambda s: s.subscribers.unsubscribe(chat(7)),
    "forget": lambda s: s.subscribers.forget(chat(8)),
}


async def people(storage: Storage, count: int) -> None:
    """Subscribers as the shelf would write them, in one transaction."""
    seal, rows = Seal(SECRET), []
    for n in range(1, count + 1):
        at = chat(n)
        rows.append((TELEGRAM, seal.seal(at, n), seal.address_hash(at), seal.chat_hash(at), n))
    async with storage.database.write() as tx:
        await tx.run_many(
            "INSERT INTO subscribers (platform, address, address_hash, chat_hash, active, joined)"
            " VALUES (?, ?, ?, ?, 1, ?)",
            rows,
        )
        await set_fact(tx, JOINED, str(count))


@asynccontextmanager
async def burdened(path: Path, count: int) -> AsyncIterator[Storage]:
    """Everybody waits: for a release that will be due tomorrow, for one that this is in the way
    of, for a statement that was cancelled after some had it, and for another statement."""
    async with open_storage(path, Seal(SECRET)) as storage:
        await people(storage, count)
        await announced(storage, "one")
        await fan_out(storage)
        async with storage.database.write() as tx:
            await tx.run("UPDATE deliveries SET due_at = due_at + 86400000")
        await announced(storage, "two")
        await said(storage)
        await fan_out(storage)
        await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage, count // 2))
        await storage.outbox.cancel(3)
        await said(storage)
        await fan_out(storage)
        await claim(storage, 20)
        yield storage


async def steps(storage: Storage, work: Callable[[Storage], Awaitable[object]]) -> int:
    """How many hundreds of steps SQLite took for it."""
    taken = 0

    def stepped() -> bool:
        nonlocal taken
        taken += 1
        return False

    writer = storage.database._writer
    await writer.set_progress_handler(stepped, 100)
    await work(storage)
    await writer.set_progress_handler(lambda: False, 1_000_000)
    return taken


async def measured(path: Path, count: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    async with burdened(path, count) as storage:

        @asynccontextmanager
        async def read(seconds: float = 2.0) -> AsyncIterator[Connection]:
            yield Transaction(storage.database._writer)

        monkeypatch.setattr(storage.database, "read", read)  # so that readers are counted, too
        return {name: await steps(storage, work) for name, work in WORK.items()}


async def test_no_work_grows_with_what_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With five times as many people, who wait for all kinds of reasons, each work is as long."""
    few = await measured(tmp_path / "few.db", FEW, monkeypatch)
    many = await measured(tmp_path / "many.db", MANY, monkeypatch)
    grown = {name: (few[name], many[name]) for name in WORK if many[name] > few[name] * 1.1 + 3}

    assert {} == grown
    assert few["claim"] > 0, "steps are counted"
