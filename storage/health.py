"""How the database is: looked at without changing, migrating or making anything."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from storage.database import BUSY_MS, OLDEST_SQLITE
from storage.facts import KEY_CHECK
from storage.model import History, Reading
from storage.schema import migrations
from storage.times import from_ms

SOUND_SECONDS = 10.0
HISTORIES = 4  # the schema that has them; a database of before is migrated by the next start

# Two connections that write and checkpoint in the same instant can damage a file. Mended in
# 3.51.3, and in 3.50.7 and 3.44.6 for those who stay there (sqlite.org/wal.html, walresetbug).
_SAFE_SQLITE = ((3, 44, 6), (3, 50, 7))
_SAFE_FROM = (3, 51, 3)


@dataclass(frozen=True, slots=True)
class Health:
    """What was found. Each complaint is "" where all is well; sizes are bytes.

    `open_to_all`: every user of the machine may read or write it. `whole` is False where the
    search for damage was ended by its time limit. `archives` have their name, url, releases, and
    whether they rest, `histories` their way and notice, and whether all of it was brought in;
    `key_check` is as Seal.check.
    """

    exists: bool
    size: int
    log: int
    free: int
    open_to_all: bool = False
    schema: int = 0
    known: int = 0
    unreadable: str = ""
    unwritable: str = ""
    damage: str = ""
    whole: bool = True
    key_check: str = ""
    subscribers: int = 0
    archives: tuple[Reading, ...] = ()
    histories: tuple[History, ...] = ()


async def health(path: Path, *, thorough: bool = False) -> Health:
    """Look at the database; thoroughly takes as long as it takes, else about ten seconds."""
    return await asyncio.to_thread(_health, path, thorough)


def is_running(path: Path) -> bool:
    """Whether a `herald run` holds this database's lock; no lock is made."""
    try:
        with path.with_name(f"{path.name}.lock").open("rb") as file:
            # Shared, and let go at once.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def trouble(path: Path, platform: str) -> str:
    """What a run last wrote of why this platform is not well; "" where it is, or was not in it."""
    try:
        with closing(_connection(path, "ro")) as reader:
            found = reader.execute(
                "SELECT why FROM platforms WHERE name = ? AND ok = 0", (platform,)
            ).fetchone()
    except sqlite3.Error:
        return ""  # what is wrong with the database itself, health() says
    return str(found[0]) if found else ""


def sqlite_version() -> tuple[str, bool, bool]:
    """SQLite's version, whether it is new enough, and whether its known fault is mended."""
    found = sqlite3.sqlite_version_info
    mended = found >= _SAFE_FROM or any(v <= found < (*v[:2], 99) for v in _SAFE_SQLITE)
    return sqlite3.sqlite_version, found >= OLDEST_SQLITE, mended


def _health(path: Path, thorough: bool) -> Health:
    made = Health(_there(path), _size(path), _size(_log(path)), _free(path), _open_to_all(path))
    if not made.exists:
        writable = os.access(_folder(path), os.W_OK | os.X_OK)
        return made if writable else replace(made, unwritable="its folder may not be written")
    try:
        with _opened(path) as (reader, writer):
            made = _looked(made, reader)
            made = replace(made, unwritable=_unwritable(writer))
            return _searched(made, reader, thorough)
    except sqlite3.Error as error:
        return replace(made, unreadable=str(error))


@contextmanager
def _opened(path: Path) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    """A reader and a writer that leave the files behind as they were.

    The last to close brings a log that was left over into the file, unless it may only read;
    where none was left, the writer's end takes away the empty one that it made.
    """
    left_over = _size(_log(path)) > 0
    with ExitStack() as stack:
        made = [
            stack.enter_context(closing(_connection(path, mode)))
            for mode in (("ro", "rw") if left_over else ("rw", "ro"))
        ]
        yield (made[0], made[1]) if left_over else (made[1], made[0])


def _connection(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


def _looked(made: Health, reader: sqlite3.Connection) -> Health:
    schema = reader.execute("PRAGMA user_version").fetchone()[0]
    made = replace(made, schema=schema, known=len(migrations()))
    if not 0 < schema <= made.known:
        return made
    key = reader.execute("SELECT value FROM facts WHERE name = ?", (KEY_CHECK,)).fetchone()
    people = reader.execute("SELECT count(*) FROM subscribers").fetchone()[0]
    archives = reader.execute(
        "SELECT name, url, resting, last_error, (SELECT count(*) FROM releases"
        " WHERE archive_id = archives.id AND withdrawn = 0) FROM archives ORDER BY id"
    )
    readings = tuple(
        Reading(name, url, resting=bool(resting), last_error=error, releases=kept)
        for name, url, resting, error, kept in archives
    )
    histories = _histories(reader) if schema >= HISTORIES else ()
    return replace(
        made, key_check=key[0] if key else "", subscribers=people, archives=readings,
        histories=histories,
    )  # fmt: skip


def _histories(reader: sqlite3.Connection) -> tuple[History, ...]:
    rows = reader.execute(
        "SELECT archives.name, way, filled_at, notice FROM histories"
        " JOIN archives ON archives.id = archive_id"
    )
    return tuple(
        History(name, way, filled_at=from_ms(filled), notice=notice)
        for name, way, filled, notice in rows
    )


def _unwritable(writer: sqlite3.Connection) -> str:
    """A real write, rolled back."""
    try:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("CREATE TABLE doctor (x)")
        writer.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            return f"another program has been writing for {BUSY_MS // 1000} seconds"
        return str(error)
    return ""


def _searched(made: Health, reader: sqlite3.Connection, thorough: bool) -> Health:
    until = time.monotonic() + SOUND_SECONDS
    if not thorough:
        reader.set_progress_handler(lambda: time.monotonic() > until, 10_000)
    search = "PRAGMA integrity_check(1)" if thorough else "PRAGMA quick_check(1)"
    try:
        said = reader.execute(search).fetchone()[0]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return replace(made, whole=False)
    return replace(made, damage="" if said == "ok" else str(said).splitlines()[-1])


def _there(path: Path) -> bool:
    """Whether there is something, be it out of our reach."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _open_to_all(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o007)
    except OSError:
        return False


def _free(path: Path) -> int:
    """Bytes that are free where the database lies or will lie."""
    return shutil.disk_usage(_folder(path)).free


def _folder(path: Path) -> Path:
    """The nearest folder above it that is there."""
    return next(f for f in path.absolute().parents if _there(f))
