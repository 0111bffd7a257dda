"""What is shown on the web port to those who watch over Herald: /metrics, /healthz, /readyz."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from bot import __version__
from bot.health import Health, Part
from bot.metrics import Metrics, Snapshot
from bot.server import Page, Server
from bot.waiting import loop_seconds
from storage import DatabaseError, Storage
from storage.model import Archive, Reading

FRESH_SECONDS = 1.0  # what was found is true for so long
LOOK_SECONDS = 2.0  # and nobody waits longer for it

DATABASE = "database"

T = TypeVar("T")


def listen(
    server: Server,
    metrics: Metrics,
    health: Health,
    look: Callable[[], Awaitable[Snapshot]],
    writable: Callable[[], Awaitable[bool]],
) -> None:
    """Show the figures and the health from now on.

    `look` takes a look at the database; `writable` tells, with a transaction that changes
    nothing, that it can be written. Both raise DatabaseError where they cannot.
    """
    looks, writes = Latest(look), Latest(writable)

    async def figures(headers: Mapping[str, str]) -> Page:
        snapshot = await looks.found()
        return Page(200, *metrics.shown(headers.get("accept", ""), snapshot))

    async def alive(_headers: Mapping[str, str]) -> Page:
        # That this is answered at all says that the loop turns.
        return _json(200, {"status": "ok", "version": __version__})

    async def ready(_headers: Mapping[str, str]) -> Page:
        waiting = health.waiting
        if not await writes.found() and all(part.name != DATABASE for part in waiting):
            waiting.append(Part(DATABASE, False, "it cannot be written"))
        if waiting:
            return _json(503, {"ready": False, **_named(waiting, "waiting_for")})
        return _json(200, {"ready": True})

    server.get("/metrics", figures)
    server.get("/healthz", alive)
    server.get("/readyz", ready)


async def look_at(storage: Storage, archives: Iterable[Archive], now: datetime) -> Snapshot:
    """What is in the database now, of the archives that are read: it knows former ones, too."""
    readings = {reading.archive: reading for reading in await storage.archives.all()}
    return Snapshot(
        at=now,
        queue=await storage.outbox.queue(),
        outbox=await storage.outbox.totals(),
        subscribers=await storage.subscribers.counts(),
        releases=await storage.releases.count(),
        held=await storage.releases.held(),
        archives=[readings.get(a.name, Reading(a.name, a.url)) for a in archives],
        database_bytes=_size(storage.database.path),
    )


async def can_write(storage: Storage) -> bool:
    """True, or a DatabaseError: the file is locked, read-only or gone. Nothing is changed."""
    async with storage.database.write():
        return True


class Latest(Generic[T]):
    """What was found a moment ago: one look at a time, at most one a second."""

    def __init__(self, look: Callable[[], Awaitable[T]]) -> None:
        self._look = look
        self._looking: asyncio.Task[None] | None = None
        self._found: T | None = None
        self._at = -math.inf

    async def found(self) -> T | None:
        """None where the database does not answer in time."""
        if loop_seconds() - self._at < FRESH_SECONDS:
            return self._found
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._take())
        looking = self._looking
        await asyncio.wait({looking}, timeout=LOOK_SECONDS)
        if not looking.done():
            looking.cancel()  # it may take its time to end: nobody waits for that
            self._keep(None)
        elif not looking.cancelled():
            looking.result()  # anything but the database's trouble is a fault of ours: it flies
        return self._found

    async def _take(self) -> None:
        try:
            self._keep(await self._look())
        except DatabaseError:
            self._keep(None)

    def _keep(self, found: T | None) -> None:
        self._found, self._at = found, loop_seconds()


def _named(parts: Iterable[Part], name: str = "parts") -> dict[str, object]:
    return {name: [{"part": part.name, "why": part.why} for part in parts]}


def _json(status: int, value: Mapping[str, object]) -> Page:
    return Page(status, "application/json", (json.dumps(value) + "\n").encode())


def _size(file: Path) -> int:
    """Bytes of the file and its log."""
    files = (file, file.with_name(f"{file.name}-wal"))
    try:
        return sum(each.stat().st_size for each in files if each.exists())
    except OSError:
        raise DatabaseError("The database's files cannot be looked at.") from None
