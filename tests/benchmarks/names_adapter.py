"""Search by name as a function: releases go in, then queries; ids of the releases found come out.

The database is a new one in a folder of its own, filled as an import fills it and asked as the
chat asks. One event loop answers all queries, so that a query costs no start of its own.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, time
from pathlib import Path

from bot.archive.derive import draft
from bot.archive.document import Entry, When
from bot.cli.opened import naming_of
from config import load_campaign
from storage import Storage, open_storage
from storage.model import Archive, Draft, Fate, Kind

Made = Mapping[str, str]  # id, lang, date, title, body

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ARCHIVE = Archive("press", "https://press.example/")
SHOWN = 10
AT_ONCE = 50


def make(releases: Iterable[Made]) -> Callable[[str], list[str]]:
    """A database with these releases, and how to ask it; it ends with the program."""
    loop = asyncio.new_event_loop()
    opened = AsyncExitStack()
    storage = loop.run_until_complete(filled(opened, list(releases)))

    def search(query: str) -> list[str]:
        return loop.run_until_complete(found(storage, query))

    def end() -> None:
        threading.main_thread().join()
        loop.run_until_complete(opened.aclose())
        loop.close()

    # The program waits for the database's threads before it runs what `atexit` has.
    threading.Thread(target=end).start()
    return search


async def filled(opened: AsyncExitStack, releases: list[Made]) -> Storage:
    """Storage with these releases in it, the oldest first, open until `opened` is closed."""
    folder = opened.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
    naming = naming_of(load_campaign(None))
    storage = await opened.enter_async_context(
        open_storage(Path(folder) / "names.db", checkpoints=False, naming=naming)
    )
    drafts = [drafted(one) for one in sorted(releases, key=lambda one: one["date"])]
    for start in range(0, len(drafts), AT_ONCE):
        pairs = [(one, Fate.QUIET) for one in drafts[start : start + AT_ONCE]]
        await storage.keep(ARCHIVE, pairs, NOW)
    return storage


async def found(storage: Storage, query: str) -> list[str]:
    """The ids of the first page of results, best first."""
    return [hit.release.key for hit in (await storage.search.find(query, SHOWN)).hits]


def drafted(one: Made) -> Draft:
    """The release as the reader of plain texts makes it; its id is the source's own key."""
    day = date.fromisoformat(one["date"])
    entry = Entry(
        kind=Kind.TEXT, source=one["body"], key=one["id"], link=f"{ARCHIVE.url}{one['id']}/",
        title=one["title"], when=When(day, datetime.combine(day, time(12), UTC)),
        language=one["lang"],
    )  # fmt: skip
    return draft(entry, ARCHIVE, NOW)
