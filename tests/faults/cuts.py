"""Where a life was cut off: what was under way then, and which repeats that explains."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from storage import Seal, open_storage
from storage.outbox import State
from tests.faults.audit import Push
from tests.faults.books import read_books


@dataclass(frozen=True, slots=True)
class Cut:
    """When (Unix seconds), and the deliveries (announcement, chat) whose intent was kept and
    whose result was not.
    """

    at: float
    under_way: frozenset[tuple[int, str]]


async def under_way(database: Path, seal: Seal, platform: str) -> frozenset[tuple[int, str]]:
    """Read it in a copy, so that the next life finds the file as the last one left it."""
    with tempfile.TemporaryDirectory(prefix="herald-cut-") as scratch:
        copy = Path(scratch) / database.name
        for end in ("", "-wal"):
            left = database.with_name(database.name + end)
            if left.exists():
                await asyncio.to_thread(shutil.copyfile, left, copy.with_name(copy.name + end))
        async with open_storage(copy, seal, checkpoints=False) as storage:
            books = await read_books(storage, seal, platform)
    return frozenset(
        (each.announcement, each.chat)
        for each in books.deliveries
        if each.platform == platform and each.state is State.INTENT
    )


def blamed(
    twice: Sequence[Sequence[Push]], cuts: Collection[Cut]
) -> tuple[Counter[float], list[Push]]:
    """How many repeats each cut has to answer for, by its moment, and those that none explains.

    Each repeat needs a cut of its own before it that found this delivery under way.
    """
    repeats: Counter[float] = Counter()
    unexplained = []
    for sent in twice:
        free = [cut for cut in cuts if (sent[0].announcement, sent[0].chat) in cut.under_way]
        for _, again in pairwise(sent):
            before = [cut for cut in free if cut.at < again.at]
            if before:
                repeats[before[0].at] += 1
                free.remove(before[0])
            else:
                unexplained.append(again)
    return repeats, unexplained
