"""What the database says of a push: its announcements with their counters, its deliveries."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from storage import Seal, Storage
from storage.database import Connection, Row
from storage.outbox import State

SECONDS = 600.0  # a whole table is read here, which nobody else does


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement and its counters. `words` are its title, or its first line.

    `created_at` is Unix seconds.
    """

    id: int
    lane: int
    words: str
    created_at: float
    broadcast: bool
    fanned: bool
    counted: dict[str, int]

    @property
    def left(self) -> int:
        """How many are still to be tried, by the counters."""
        settled = sum(self.counted[name] for name in ("sent", "failed", "skipped", "unknown"))
        return self.counted["total"] - settled


@dataclass(frozen=True, slots=True)
class Owed:
    """A delivery: a row of the outbox. `message` is the platform's id of what was sent."""

    announcement: int
    platform: str
    chat: str
    state: State
    message: str


@dataclass(frozen=True, slots=True)
class Books:
    """All of it. `integrity` is what SQLite says of its own file: "ok".

    The chats are only known of deliveries on one platform: `here`, whose truth there is.
    """

    announced: tuple[Announced, ...]
    deliveries: tuple[Owed, ...]
    integrity: str
    here: str = "telegram"


async def read_books(storage: Storage, seal: Seal, here: str = "telegram") -> Books:
    """Read everything; the chats only of the deliveries `here`."""
    async with storage.database.read(SECONDS) as connection:
        integrity = await connection.rows("PRAGMA integrity_check")
        announced = [await _announced(connection, row) for row in await connection.rows(_EVERY)]
        rows = await connection.rows(_DELIVERIES)
    # In a thread, for there may be very many, and the servers go on meanwhile.
    owed = await asyncio.to_thread(lambda: tuple(_owed(seal, row, here) for row in rows))
    said = "; ".join(str(row[0]) for row in integrity)
    return Books(tuple(announced), owed, said, here)


def _owed(seal: Seal, row: Row, here: str) -> Owed:
    announcement, state, message, number, sealed, platform = row
    chat = seal.open(sealed, platform, number).chat if platform == here else ""
    return Owed(announcement, platform, chat, State(state), message)


async def unwritten(storage: Storage) -> bool:
    """Whether an audience is not written down whole."""
    async with storage.database.read(SECONDS) as connection:
        return bool(await connection.value(_UNWRITTEN))


async def waiting(storage: Storage, platform: str = "telegram") -> int:
    """How many are to be tried still on this platform; 1 at least while an audience is written."""
    if await unwritten(storage):
        return 1
    async with storage.database.read(SECONDS) as connection:
        return int(await connection.value(_WAITING, (platform,)))


async def _announced(connection: Connection, row: Row) -> Announced:
    number, lane, kind, release, created_at, fanned, *counted = row
    words = await connection.value("SELECT title FROM releases WHERE id = ?", (release,))
    if words is None:
        said = await connection.value(
            "SELECT text FROM statements WHERE announcement_id = ?", (number,)
        )
        words = str(said).strip().partition("\n")[0]
    return Announced(
        number, lane, words, created_at / 1000, kind == "broadcast", bool(fanned),
        dict(zip(("total", "sent", "failed", "skipped", "unknown"), counted, strict=True)),
    )  # fmt: skip


_UNWRITTEN = "SELECT EXISTS (SELECT 1 FROM announcements WHERE fanned = 0)"
_EVERY = """
SELECT id, lane, kind, release_id, created_at, fanned, total, sent, failed, skipped, unknown
FROM announcements ORDER BY id
"""
_DELIVERIES = """
SELECT d.announcement_id, d.state, d.message, s.id, s.address, s.platform
FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id
ORDER BY d.id
"""
_WAITING = """
SELECT count(*) FROM deliveries AS d JOIN announcements AS a ON a.id = d.announcement_id
WHERE d.platform = ? AND d.state IN (0, 1, 4)
"""
