"""The archives, and how it stands with reading each: validators, due times, troubles."""

from __future__ import annotations

from datetime import datetime

from storage.database import Connection, Database, Row, Transaction
from storage.model import Archive, Reading
from storage.times import from_ms, to_ms

_READING = """
SELECT name, url, feed_url, etag, last_modified, first_read_at, last_read_at, next_read_at,
       last_error,
       (SELECT count(*) FROM releases WHERE archive_id = archives.id AND withdrawn = 0),
       (SELECT count(*) FROM releases WHERE archive_id = archives.id AND withdrawn = 1),
       moved_to, moved_times, failures, newest
FROM archives
"""


def _reading(row: Row) -> Reading:
    instants = [from_ms(ms) for ms in row[5:8]]
    return Reading(*row[:5], *instants, *row[8:])


async def archive_id(tx: Transaction, archive: Archive) -> int:
    """The row of this archive, made if need be. A changed url is a move: it is found anew there."""
    found = await tx.row("SELECT id, url FROM archives WHERE name = ?", (archive.name,))
    if found is None:
        return await tx.insert(
            "INSERT INTO archives (name, url) VALUES (?, ?)", (archive.name, archive.url)
        )
    if found[1] != archive.url:
        await tx.run(
            "UPDATE archives SET url = ?, feed_url = '', etag = '', last_modified = '',"
            " newest = '', resting = 0, next_read_at = NULL, failures = 0, moved_to = '',"
            " moved_times = 0 WHERE id = ?",
            (archive.url, found[0]),
        )
    return int(found[0])


async def keep_reading(tx: Transaction, reading: Reading) -> None:
    """Write what is known of reading an archive now; the archive must exist."""
    await tx.run(
        "UPDATE archives SET feed_url = ?, etag = ?, last_modified = ?, first_read_at = ?,"
        " last_read_at = ?, next_read_at = ?, resting = ?, last_error = ?, moved_to = ?,"
        " moved_times = ?, failures = ?, newest = ? WHERE name = ?",
        (
            reading.feed_url, reading.etag, reading.last_modified, to_ms(reading.first_read_at),
            to_ms(reading.last_read_at), to_ms(reading.next_read_at), reading.next_read_at is None,
            reading.last_error, reading.moved_to, reading.moved_times, reading.failures,
            reading.newest, reading.archive,
        ),
    )  # fmt: skip


class Archives:
    """The shelf of archives, each known by its name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reading(self, archive: Archive) -> Reading:
        """How it stands with this archive, which is entered if it is new or has moved."""
        async with self._database.write() as tx:
            await archive_id(tx, archive)
            return await _one(tx, archive.name)

    async def keep(self, reading: Reading) -> None:
        async with self._database.write() as tx:
            await keep_reading(tx, reading)

    async def all(self) -> list[Reading]:
        async with self._database.read() as connection:
            return [_reading(row) for row in await connection.rows(_READING + "ORDER BY id")]

    async def oldest_reading(self) -> datetime | None:
        """When the archive that waited longest was last read."""
        async with self._database.read() as connection:
            at: int | None = await connection.value("SELECT min(last_read_at) FROM archives")
        return from_ms(at)


async def _one(connection: Connection, name: str) -> Reading:
    row = await connection.row(_READING + "WHERE name = ?", (name,))
    assert row is not None, "the archive was entered in this transaction"
    return _reading(row)
