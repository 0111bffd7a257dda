"""Corrections of very many copies: each piece of work is as long as with a few."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from storage import Seal, Storage, open_storage
from storage.correcting import SETTLED_MS
from storage.model import Correcting, Fate, Lane
from storage.outbox import State
from tests.storage.conftest import (
    ARCHIVE,
    LATER,
    SECRET,
    TELEGRAM,
    announced,
    draft,
    ended,
    fan_out,
    query,
)
from tests.storage.test_scaling import people, steps

FEW, MANY = 1200, 6000
DUE = LATER + timedelta(milliseconds=SETTLED_MS)
LANES = [Lane.LATER]
WEEK = Correcting(timedelta(days=7), 20)


async def edit(storage: Storage, words: str) -> None:
    drafts = [(draft("About news", words, key="news"), Fate.QUIET)]
    await storage.keep(ARCHIVE, drafts, LATER, listed=True, correcting=WEEK)


WORK: dict[str, Callable[[Storage], Awaitable[object]]] = {
    "begin to write down": lambda s: s.outbox.fan_out(500),
    "go on writing down": lambda s: s.outbox.fan_out(500),
    "write down all": fan_out,
    "claim": lambda s: s.outbox.claim(TELEGRAM, 1, LANES, 50, DUE),
    "claim where nothing was sent": lambda s: s.outbox.claim(TELEGRAM, 1, LANES, 50, DUE),
    "edit once more": lambda s: edit(s, "Best words."),
    "withdraw": lambda s: s.histories.withdraw([1]),
    "tidy": lambda s: s.outbox.tidy(LATER),
}


@asynccontextmanager
async def told(path: Path, count: int) -> AsyncIterator[Storage]:
    """So many have the release or wait for it, the first hundred have it; then it is edited."""
    async with open_storage(path, Seal(SECRET)) as storage:
        await people(storage, count)
        await announced(storage)
        await fan_out(storage)
        async with storage.database.write() as tx:
            await tx.run("UPDATE deliveries SET state = 2, message = id WHERE id <= 50")
            await tx.run("UPDATE announcements SET sent = 50")
        await edit(storage, "Better words.")
        yield storage


async def measured(path: Path, count: int) -> dict[str, int]:
    async with told(path, count) as storage:
        return {name: await steps(storage, work) for name, work in WORK.items()}


async def test_no_work_grows_with_the_copies(tmp_path: Path) -> None:
    """With five times as many people only the writing down of all takes longer."""
    few = await measured(tmp_path / "few.db", FEW)
    many = await measured(tmp_path / "many.db", MANY)
    grown = {name: (few[name], many[name]) for name in WORK if many[name] > few[name] * 1.1 + 3}

    assert ["write down all"] == list(grown)


async def test_what_needs_no_correction_is_settled_in_bounded_pieces(tmp_path: Path) -> None:
    """The copies that are there get theirs, though very many before and behind have none."""
    async with told(tmp_path / "many.db", MANY) as storage:
        await fan_out(storage)
        claims, found = 0, 0
        while await storage.outbox.next_due(TELEGRAM) is not None and claims < 1000:
            claimed = await storage.outbox.claim(TELEGRAM, 1, LANES, 20, DUE)
            found += len(claimed)
            claims += 1
            await storage.outbox.record(ended(d, State.SENT) for d in claimed)
            if not await query(
                storage, "SELECT 1 FROM deliveries WHERE announcement_id = 2 AND state = 0 LIMIT 1"
            ):
                break

    assert 50 == found
    assert 10 < claims < 100
