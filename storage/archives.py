"""The archives, and how it stands with reading each: validators, due times, troubles."""

from __future__ import annotations

from typing import Any

from storage.database import Connection, Database, Row, Transaction
from storage.model import Archive, Reading
from storage.times import from_ms, to_ms

_READING = """
SELECT name, url, feed_url, etag, last_modified, newest, first_read_at, last_read_at, next_read_at,
       resting, failures, last_error, moved_to, moved_times, lost_feed
"""
_COUNTED = f"""
{_READING},
       (SELECT count(*) FROM releases WHERE archive_id = archives.id AND withdrawn = 0),
       (SELECT count(*) FROM releases WHERE archive_id = archives.id AND withdrawn = 1)
FROM archives ORDER BY id
"""


def _reading(row: Row) -> Reading:
    values: list[Any] = list(row)
    values[6:9] = [from_ms(ms) for ms in row[6:9]]
    values[9] = bool(row[9])
    return Reading(*values)


async def archive_id(tx: Transaction, archive: Archive) -> int:
    """The row of this archive, made if need be.

    A changed url is a move: the feed is found anew there, and its first reading makes no news.
    """
    found = await tx.row("SELECT id, url FROM archives WHERE name = ?", (archive.name,))
    if found is None:
        return await tx.insert(
            "INSERT INTO archives (name, url) VALUES (?, ?)", (archive.name, archive.url)
        )
    if found[1] != archive.url:
        await tx.run(
            "UPDATE archives SET url = ?, feed_url = '', etag = '', last_modified = '',"
            " newest = '', first_read_at = NULL, next_read_at = NULL, resting = 0, failures = 0,"
            " moved_to = '', moved_times = 0, lost_feed = '' WHERE id = ?",
            (archive.url, found[0]),
        )
        await tx.run("DELETE FROM histories WHERE archive_id = ?", (found[0],))
    return int(found[0])


async def keep_reading(tx: Transaction, reading: Reading) -> None:
    """Write what is known of reading an archive now; the archive must exist.

    Its first reading stays the first: a backfill may have ended while this one was under way.
    """
    await tx.run(
        "UPDATE archives SET feed_url = ?, etag = ?, last_modified = ?,"
        " first_read_at = coalesce(first_read_at, ?), last_read_at = ?, next_read_at = ?,"
        " resting = ?, last_error = ?, moved_to = ?, moved_times = ?, failures = ?, newest = ?,"
        " lost_feed = ? WHERE name = ?",
        (
            reading.feed_url, reading.etag, reading.last_modified, to_ms(reading.first_read_at),
            to_ms(reading.last_read_at), to_ms(reading.next_read_at), reading.resting,
            reading.last_error, reading.moved_to, reading.moved_times, reading.failures,
            reading.newest, reading.lost_feed, reading.archive,
        ),
    )  # fmt: skip


class Archives:
    """The shelf of archives, each known by its name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reading(self, archive: Archive) -> Reading:
        """How it stands with this archive, which is entered if it is new or has moved."""
        async with self._database.read() as connection:
            found = await _one(connection, archive.name)
        if found is not None and found.url == archive.url:
            return found
        async with self._database.write() as tx:
            await archive_id(tx, archive)
            entered = await _one(tx, archive.name)
        assert entered is not None, "the archive was entered in this transaction"
        return entered

    async def keep(self, reading: Reading) -> None:
        async with self._database.write() as tx:
            await keep_reading(tx, reading)

    async def doubt(self, archive: Archive) -> None:
        """What its feed answers now cannot be right: the next poll is no conditional one."""
        async with self._database.write() as tx:
            await tx.run(
                "UPDATE archives SET etag = '', last_modified = '', newest = '' WHERE name = ?",
                (archive.name,),
            )

    async def feed_is(self, archive: Archive, feed_url: str) -> None:
        """Its feed is at this address, whatever was thought before."""
        async with self._database.write() as tx:
            await tx.run(
                "UPDATE archives SET feed_url = ?, etag = '', last_modified = '', newest = '',"
                " moved_to = '', moved_times = 0, lost_feed = '' WHERE name = ?",
                (feed_url, archive.name),
            )

    async def all(self) -> list[Reading]:
        """How it stands with every archive there ever was, with its releases counted."""
        async with self._database.read() as connection:
            return [_reading(row) for row in await connection.rows(_COUNTED)]


async def _one(connection: Connection, name: str) -> Reading | None:
    row = await connection.row(_READING + "FROM archives WHERE name = ?", (name,))
    return _reading(row) if row is not None else None
