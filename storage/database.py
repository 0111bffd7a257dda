"""The SQLite file: open and migrate it, one write transaction at a time, readers apart, backup."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage.errors import DatabaseError
from storage.schema import migrate, new_file

OLDEST_SQLITE = (3, 37, 0)  # STRICT tables came with 3.37
BUSY_MS = 5000
READERS = 2
READ_SECONDS = 2.0

T = TypeVar("T")
Row = tuple[Any, ...]


class Connection:
    """Runs statements: all that a shelf ever sees of a database."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str, values: Iterable[Any] = ()) -> list[Row]:
        given = values if isinstance(values, Mapping) else tuple(values)
        # One way into the connection's thread and back, where a cursor takes three.
        return [tuple(row) for row in await self._connection.execute_fetchall(sql, given)]

    async def row(self, sql: str, values: Iterable[Any] = ()) -> Row | None:
        """The first of at most a few."""
        found = await self.rows(sql, values)
        return found[0] if found else None

    async def value(self, sql: str, values: Iterable[Any] = ()) -> Any:
        found = await self.row(sql, values)
        return found[0] if found is not None else None


class Transaction(Connection):
    """An open write transaction. Functions that take one never open their own."""

    async def run(self, sql: str, values: Iterable[Any] = ()) -> int:
        """Run one statement; returns how many rows it changed."""
        async with self._connection.execute(sql, tuple(values)) as cursor:
            return cursor.rowcount

    async def insert(self, sql: str, values: Iterable[Any] = ()) -> int:
        """Run one INSERT; returns the new row's id."""
        async with self._connection.execute(sql, tuple(values)) as cursor:
            return cursor.lastrowid or 0

    async def run_many(self, sql: str, values: Iterable[Iterable[Any]]) -> None:
        """Run one statement for each of these rows of values; for none, nothing."""
        rows = [tuple(v) for v in values]
        if rows:
            await self._connection.executemany(sql, rows)


class Database:
    """One writer behind a lock, and a few readers; every connection has a thread of its own."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, checkpoints: bool) -> None:
        self.path = path
        self._writer = writer
        self._checkpoints = checkpoints
        self._writing = asyncio.Lock()
        self._idle: asyncio.LifoQueue[aiosqlite.Connection | None] = asyncio.LifoQueue()
        for _ in range(READERS):
            self._idle.put_nowait(None)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """One write transaction: committed when the block ends, rolled back when it raises.

        Nothing leaves the process from inside it. A block cancelled at its commit has committed.
        """
        async with self._writing:
            try:
                # BEGIN stands inside the try: cancelled while queued, it still runs in its thread.
                await self._writer.execute("BEGIN IMMEDIATE")
                yield Transaction(self._writer)
                await _to_the_end(self._commit())
            except BaseException as error:
                await _to_the_end(self._roll_back())
                if isinstance(error, sqlite3.Error):
                    raise DatabaseError(f"The database cannot be written: {error}.") from error
                raise

    async def _commit(self) -> None:
        await self._writer.commit()

    async def _roll_back(self) -> None:
        # Asked in the thread, behind a BEGIN that may be queued there still; without one, nothing.
        await self._writer.rollback()

    @asynccontextmanager
    async def read(self, seconds: float = READ_SECONDS) -> AsyncIterator[Connection]:
        """A reader that sees the last commit. Raises DatabaseError, after `seconds` in any case."""
        reader = await self._idle.get()
        try:
            if reader is None:
                reader = await _connect(self.path, self._checkpoints)
            until = time.monotonic() + seconds
            await reader.set_progress_handler(lambda: time.monotonic() > until, 2000)
            yield Connection(reader)
        except sqlite3.Error as error:
            raise DatabaseError(f"The database cannot be read: {error}.") from error
        except asyncio.CancelledError:
            if reader is not None:
                await reader.interrupt()
            raise
        finally:
            self._idle.put_nowait(reader)

    async def truncate_log(self) -> bool:
        """Move all from the log into the file and empty the log; False while a reader holds it."""
        async with self._writing:
            return await _to_the_end(self._truncate())

    async def _truncate(self) -> bool:
        # No waiting for the reader in SQLite: every other write would wait with it.
        await self._writer.execute("PRAGMA busy_timeout = 0")
        try:
            async with self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                row = await cursor.fetchone()
        finally:
            await self._writer.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        return row is not None and row[0] == 0

    async def version(self) -> int:
        """A number that changes when another process has written."""
        async with self._writing:
            # In one piece: a statement that a cancelled task leaves half read would keep a read
            # open on the writer, and the log could not be emptied.
            rows = await self._writer.execute_fetchall("PRAGMA data_version")
        return int(next(iter(rows))[0])

    async def copy(self, target: Path) -> None:
        """Write one consistent copy to a new file. Raises DatabaseError if it is there already."""
        try:
            new_file(target)
        except OSError as error:
            raise DatabaseError(f"The copy {target} cannot be made: {_reason(error)}.") from None
        try:
            async with self.read(seconds=3600) as reader:
                await reader.rows("VACUUM INTO ?", (str(target),))
        except DatabaseError as error:
            raise DatabaseError(f"The copy {target} could not be written. {error}") from None

    async def close(self) -> None:
        async with self._writing:
            for _ in range(READERS):
                reader = await self._idle.get()
                if reader is not None:
                    await reader.close()
            await self._writer.close()


async def _to_the_end(work: Awaitable[T]) -> T:
    """Await work to its end whoever cancels us meanwhile; then let the cancellation go on."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = not task.cancelled()
    if cancelled:
        task.result()
        raise asyncio.CancelledError
    return task.result()


async def open_database(path: Path, *, checkpoints: bool = True) -> Database:
    """Open the file, made and migrated if need be. Raises DatabaseError in one sentence.

    `checkpoints` is for the one process that runs the bot: others leave the log alone.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise DatabaseError(
            f"SQLite {sqlite3.sqlite_version} is too old: Herald needs 3.37 or newer."
            " Use a newer Python."
        )
    try:
        _prepare(path)
        writer = await _connect(path, checkpoints)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(f"The database {path} cannot be opened: {_reason(error)}.") from None
    try:
        await migrate(writer, path, beside=not checkpoints)
    except BaseException as error:
        await writer.close()
        if isinstance(error, sqlite3.Error):
            raise DatabaseError(f"The database {path} cannot be used: {_reason(error)}.") from None
        raise
    return Database(path, writer, checkpoints)


def _prepare(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)  # its log takes after it
    # Refused here, and not in aiosqlite's thread, which would outlive a loop that ends with this.
    sqlite3.connect(path).close()


def _reason(error: Exception) -> str:
    return (error.strerror or "unknown error") if isinstance(error, OSError) else str(error)


async def _connect(path: Path, checkpoints: bool) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    try:
        await connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        await _write_ahead(connection)
        for pragma in (
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
            "trusted_schema = OFF",
            f"wal_autocheckpoint = {1000 if checkpoints else 0}",
        ):
            await connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        await connection.close()
        raise
    return connection


async def _write_ahead(connection: aiosqlite.Connection) -> None:
    """Switch the log on. SQLite does not wait while another process does so: we ask again."""
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            await connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            await asyncio.sleep(0.02)
        else:
            return
