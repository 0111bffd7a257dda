"""The SQLite file: one write transaction at a time, whatever is cancelled, full or busy."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import database as module
from storage.database import Database, open_database
from storage.errors import DatabaseError
from storage.facts import fact, set_fact

HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
held.execute("INSERT INTO facts VALUES ('theirs', '1') ON CONFLICT DO NOTHING")
held.execute("COMMIT")
print("done", flush=True)
"""


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    opened = await open_database(path)
    yield opened
    await opened.close()


@contextmanager
def write_lock_elsewhere(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the write lock until it is sent a line."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.communicate("\n" if process.poll() is None else None)


async def keep(database: Database, name: str, value: str = "1") -> None:
    async with database.write() as tx:
        await set_fact(tx, name, value)


async def names(database: Database) -> set[str]:
    async with database.read() as connection:
        return {row[0] for row in await connection.rows("SELECT name FROM facts")}


async def hold_the_thread(database: Database) -> threading.Event:
    """Keep the writer's thread busy until the event is set: what is queued waits behind it."""
    go = threading.Event()
    await database._writer.create_function("hold", 0, lambda: go.wait(30) and None)
    database._writer._tx.put_nowait((None, lambda: database._writer._conn.execute("SELECT hold()")))
    return go


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_neighbours_write_never_joins_a_transaction(database: Database) -> None:
    """What a neighbour writes meanwhile stays, though the transaction beside it is rolled back."""
    begun, fail = asyncio.Event(), asyncio.Event()

    async def failing() -> None:
        async with database.write() as tx:
            await set_fact(tx, "lost", "1")
            begun.set()
            await fail.wait()
            raise ValueError

    task = asyncio.create_task(failing())
    await begun.wait()
    neighbour = asyncio.create_task(keep(database, "neighbour"))
    await turns()
    assert not neighbour.done()
    fail.set()
    await neighbour
    with pytest.raises(ValueError):  # noqa: PT011 - our own, without words
        await task

    assert await names(database) == {"neighbour"}


async def test_an_error_rolls_all_of_it_back(database: Database) -> None:
    """A transaction whose block raises leaves nothing, and the next one works."""
    with pytest.raises(KeyError):
        async with database.write() as tx:
            await set_fact(tx, "lost", "1")
            raise KeyError
    await keep(database, "kept")

    assert await names(database) == {"kept"}


async def test_a_statement_that_fails_is_our_error_and_rolls_back(database: Database) -> None:
    """SQLite's own error does not leave the room, and what was written before it is undone."""
    with pytest.raises(DatabaseError):
        async with database.write() as tx:
            await set_fact(tx, "lost", "1")
            await tx.run("INSERT INTO facts VALUES ('lost', '2')")

    assert await names(database) == set()


async def test_cancelled_while_begin_is_queued(database: Database) -> None:
    """A writer cancelled before its BEGIN has run leaves no transaction open behind it."""
    go = await hold_the_thread(database)
    task = asyncio.create_task(keep(database, "never"))
    await turns()
    task.cancel()
    await turns()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await keep(database, "next")

    assert await names(database) == {"next"}


async def test_cancelled_in_the_middle(database: Database) -> None:
    """A writer cancelled while a statement runs is rolled back, and the next one works."""
    ready = asyncio.Event()

    async def writing() -> None:
        async with database.write() as tx:
            await set_fact(tx, "never", "1")
            go.append(await hold_the_thread(database))
            ready.set()
            await set_fact(tx, "neither", "1")

    go: list[threading.Event] = []
    task = asyncio.create_task(writing())
    await ready.wait()
    await turns()
    task.cancel()
    await turns()
    go[0].set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await keep(database, "next")

    assert await names(database) == {"next"}


@pytest.mark.parametrize("times", [1, 3])
async def test_cancelled_at_commit_has_committed(database: Database, times: int) -> None:
    """A writer cancelled at its commit, however often, has committed, and is told it was."""
    written = asyncio.Event()
    go: list[threading.Event] = []

    async def writing() -> None:
        async with database.write() as tx:
            await set_fact(tx, "kept", "1")
            go.append(await hold_the_thread(database))
            written.set()

    task = asyncio.create_task(writing())
    await written.wait()
    for _ in range(times):
        await turns()
        task.cancel()
    await turns()
    assert not task.done()
    go[0].set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await keep(database, "next")

    assert await names(database) == {"kept", "next"}


async def test_busy_elsewhere_waits_for_its_turn(database: Database) -> None:
    """A write that finds another process writing waits, and both are kept."""
    with write_lock_elsewhere(database.path) as other:
        ours = asyncio.create_task(keep(database, "ours"))
        await turns()
        other.communicate("\n")
        await ours

    assert await names(database) == {"ours", "theirs"}


async def test_busy_elsewhere_for_too_long_is_an_error_of_ours(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write lock that another process never gives up is a DatabaseError, no more."""
    monkeypatch.setattr(module, "BUSY_MS", 50)
    database = await open_database(path)
    with write_lock_elsewhere(path):
        with pytest.raises(DatabaseError, match="locked"):
            await keep(database, "never")
        assert await names(database) == set()
    await keep(database, "later")
    assert await names(database) == {"later", "theirs"}
    await database.close()


async def test_a_full_disk_loses_nothing_that_was_kept(database: Database) -> None:
    """No room left: the transaction is refused whole, reading and later writing go on."""
    await keep(database, "before")
    pages = (await rows_of(database, "PRAGMA page_count"))[0][0]
    await database._writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseError, match="full"):
        async with database.write() as tx:
            await set_fact(tx, "small", "1")
            await set_fact(tx, "large", "x" * 100_000)
    assert await names(database) == {"before"}
    await database._writer.execute("PRAGMA max_page_count = 1000000")
    await keep(database, "after")

    assert await names(database) == {"before", "after"}


async def rows_of(database: Database, sql: str) -> list[tuple[object, ...]]:
    async with database.read() as connection:
        return await connection.rows(sql)


async def test_a_reader_sees_the_last_commit(database: Database) -> None:
    """What is being written is not seen before it is committed, and does not hold readers up."""
    await keep(database, "name", "old")
    async with database.write() as tx:
        await set_fact(tx, "name", "new")
        async with database.read() as connection:
            assert await fact(connection, "name") == "old"
    async with database.read() as connection:
        assert await fact(connection, "name") == "new"


ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


async def test_a_reader_that_takes_too_long_is_stopped(database: Database) -> None:
    """A query past its time is a DatabaseError, and its reader serves the next one."""
    for _ in range(module.READERS + 1):
        with pytest.raises(DatabaseError):
            async with database.read(seconds=0.02) as connection:
                await connection.rows(ENDLESS)

    assert await names(database) == set()


async def test_a_cancelled_reader_stops_at_once(database: Database) -> None:
    """Whoever stops waiting for a long query stops the query too: the database can be closed."""
    begun = asyncio.Event()

    async def reading() -> None:
        async with database.read(seconds=3600) as connection:
            asyncio.get_running_loop().call_later(0.05, begun.set)
            await connection.rows(ENDLESS)

    tasks = [asyncio.create_task(reading()) for _ in range(module.READERS)]
    await begun.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert await names(database) == set()


async def test_closing_waits_for_readers(path: Path) -> None:
    """A reader at work when the database is closed finishes, and its thread ends too."""
    others = set(threading.enumerate())
    database = await open_database(path)
    async with database.read() as connection:
        closing = asyncio.create_task(database.close())
        await turns()
        assert await fact(connection, "name") == ""
        ours = set(threading.enumerate()) - others
    await closing
    for thread in ours:
        thread.join(10)

    assert [thread.is_alive() for thread in ours] == [False, False]


async def test_the_log_is_not_emptied_while_a_reader_holds_it(database: Database) -> None:
    """An open reader keeps the log, which is said; once it has gone the log is empty."""
    await keep(database, "name")
    reader = sqlite3.connect(database.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM facts").fetchall()
    await keep(database, "name", "2")
    assert not await database.truncate_log()
    await keep(database, "writing goes on")
    reader.close()
    assert await database.truncate_log()

    assert Path(f"{database.path}-wal").stat().st_size == 0


async def test_another_process_is_noticed(database: Database) -> None:
    """The version changes when somebody else has written, not when we have."""
    before = await database.version()
    await keep(database, "ours")
    assert await database.version() == before
    with sqlite3.connect(database.path) as other:
        other.execute("INSERT INTO facts VALUES ('theirs', '1')")
    other.close()

    assert await database.version() != before


async def test_every_connection_is_strict_about_durability(database: Database) -> None:
    """Foreign keys, full sync, the log and overwriting are on, for the writer and the readers."""
    wanted = {
        "foreign_keys": 1, "synchronous": 2, "journal_mode": "wal", "secure_delete": 1,
        "trusted_schema": 0, "busy_timeout": module.BUSY_MS,
    }  # fmt: skip
    async with database.write() as tx, database.read() as reader:
        for connection in (tx, reader):
            found = {name: await connection.value(f"PRAGMA {name}") for name in wanted}
            assert found == wanted


@pytest.mark.parametrize(("checkpoints", "pages"), [(True, 1000), (False, 0)])
async def test_only_the_bot_checkpoints(path: Path, checkpoints: bool, pages: int) -> None:
    """Other processes leave the log alone."""
    database = await open_database(path, checkpoints=checkpoints)
    async with database.write() as tx:
        assert await tx.value("PRAGMA wal_autocheckpoint") == pages
    await database.close()


async def test_folders_are_made_and_nobody_else_may_read(tmp_path: Path) -> None:
    """Missing folders are made; the file and its log are its owner's alone; no other file."""
    path = tmp_path / "deep" / "down" / "herald.db"
    database = await open_database(path)
    await keep(database, "name")
    files = {f.name: stat.S_IMODE(f.stat().st_mode) for f in path.parent.iterdir()}
    assert files == dict.fromkeys(("herald.db", "herald.db-wal", "herald.db-shm"), 0o600)
    await database.close()

    assert [f.name for f in path.parent.iterdir()] == ["herald.db"]


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, b"plain words, and plenty of them " * 40])
async def test_what_is_no_database_is_refused_in_one_sentence(path: Path, content: bytes) -> None:
    """A file that is something else is named, left as it is, and refused; an empty one is used."""
    path.write_bytes(content)
    if not content:
        await (await open_database(path)).close()
        return
    with pytest.raises(DatabaseError, match=r"^The database \S+ cannot be \w+: [^.\n]+\.$"):
        await open_database(path)

    assert path.read_bytes() == content


async def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    """A folder is no database, and that is one sentence."""
    with pytest.raises(DatabaseError, match=r"^The database \S+ cannot be opened: [^\n]+\.$"):
        await open_database(tmp_path)


async def test_a_copy_never_overwrites(database: Database, tmp_path: Path) -> None:
    """A copy is a whole database; a file that is there already stays as it is."""
    await keep(database, "name")
    await database.copy(tmp_path / "copy.db")
    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("SELECT name FROM facts").fetchall() == [("name",)]
    copy.close()
    (tmp_path / "other").write_text("words")
    with pytest.raises(DatabaseError):
        await database.copy(tmp_path / "other")

    assert (tmp_path / "other").read_text() == "words"
