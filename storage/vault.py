"""Vaults: what a platform's library keeps, sealed, each in a SQLite file beside the database.

Synchronous, for such libraries are; quick, for they run in the event loop; for any thread.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from storage.errors import DatabaseError
from storage.schema import new_file
from storage.seal import Seal, SealError, sync_folder

BUSY_SECONDS = 5.0
VERSION = 1

NAME = re.compile(r"[a-z0-9_-]+")

SCHEMA = """
BEGIN;
CREATE TABLE entries (
    id     INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    hash   BLOB NOT NULL,   -- keyed, of the name
    sealed BLOB NOT NULL,   -- name and value, bound to this vault, kind and hash
    UNIQUE (kind, hash)
) STRICT;
PRAGMA user_version = 1;
COMMIT;
"""

# A library that keeps its state in two places at once loses it: each vault is opened once.
_open: set[Path] = set()
_opening = threading.Lock()


def vault_file(database: Path, name: str) -> Path:
    """Where the vault of this name lies. Names are a few small letters, digits, - and _."""
    if not NAME.fullmatch(name):
        raise ValueError("A vault's name is made of small letters, digits, - and _.")
    return database.with_name(f"{database.name}.{name}.vault")


class Vault:
    """Values by kind and name, for one library. A name and its value are read with the key only.

    What is put or deleted is on the disk when the call returns, or when `together` ends. Every
    call may raise DatabaseError, and SealError where an entry was not sealed with this key.
    """

    def __init__(self, path: Path, name: str, seal: Seal) -> None:
        self._path = path
        self._name = name
        self._box = seal.vaults
        self._lock = threading.RLock()
        self._depth = 0
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        with self._lock:
            _taken(self._path)
            try:
                self._connection = _connected(self._path)
                self._check()
            except BaseException:
                self._close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        with self._lock:
            self._close()

    def get(self, kind: str, name: str) -> bytes | None:
        """The value of this name; None if there is none."""
        hashed = self._hash(kind, name)
        rows = self._run("SELECT sealed FROM entries WHERE kind = ? AND hash = ?", (kind, hashed))
        return self._opened(kind, hashed, rows[0][0])[1] if rows else None

    def put(self, kind: str, name: str, value: bytes) -> None:
        """Keep this value under this name, in place of an earlier one."""
        hashed = self._hash(kind, name)
        words = name.encode()
        sealed = self._box.seal(
            len(words).to_bytes(4, "big") + words + value, self._bound(kind, hashed)
        )
        self._run(
            "INSERT INTO entries (kind, hash, sealed) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, hash) DO UPDATE SET sealed = excluded.sealed",
            (kind, hashed, sealed),
        )

    def delete(self, kind: str, name: str) -> None:
        """Keep nothing under this name."""
        self._run("DELETE FROM entries WHERE kind = ? AND hash = ?", (kind, self._hash(kind, name)))

    def all(self, kind: str) -> list[tuple[str, bytes]]:
        """Every name of this kind and its value, the oldest name first."""
        rows = self._run("SELECT hash, sealed FROM entries WHERE kind = ? ORDER BY id", (kind,))
        return [self._opened(kind, hashed, sealed) for hashed, sealed in rows]

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is put and deleted inside is kept, or nothing of it; other threads wait.

        Inside another one it is kept with that, if that is. Nothing may be awaited inside.
        """
        with self._lock:
            self._run(f"SAVEPOINT part{self._depth}" if self._depth else "BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                self._undo()
                raise
            self._depth -= 1
            self._end()

    def _end(self) -> None:
        try:
            self._run(f"RELEASE part{self._depth}" if self._depth else "COMMIT")
        except DatabaseError:
            self._undo()
            raise

    def _undo(self) -> None:
        connection = self._connection
        if connection is None or not connection.in_transaction:
            return  # SQLite rolls back by itself, as where the disk is full
        with _sentence(self._path):
            if self._depth:
                connection.execute(f"ROLLBACK TO part{self._depth}")
                connection.execute(f"RELEASE part{self._depth}")
            else:
                connection.rollback()

    def _run(self, sql: str, values: Iterable[Any] = ()) -> list[Any]:
        with self._lock, _sentence(self._path):
            if self._connection is None:
                raise DatabaseError(f"The vault {self._path} is not open.")
            if self._depth and not self._connection.in_transaction:
                # SQLite rolled back by itself: what follows must not be kept without the rest.
                raise DatabaseError(f"The vault {self._path} could not keep what went before.")
            return self._connection.execute(sql, tuple(values)).fetchall()

    def _check(self) -> None:
        """One entry tells whether the key is the right one."""
        for kind, hashed, sealed in self._run("SELECT kind, hash, sealed FROM entries LIMIT 1"):
            self._opened(kind, hashed, sealed)

    def _opened(self, kind: str, hashed: bytes, sealed: bytes) -> tuple[str, bytes]:
        words = self._box.open(sealed, self._bound(kind, hashed))
        if words is None:
            raise SealError(
                f"The vault {self._path} was not sealed with this key. Put the right key file in"
                " place, or restore the backup that belongs to this key."
            )
        end = 4 + int.from_bytes(words[:4], "big")
        return words[4:end].decode(), words[end:]

    def _hash(self, kind: str, name: str) -> bytes:
        return self._box.hash(self._name, kind, name)

    def _bound(self, kind: str, hashed: bytes) -> bytes:
        return b" ".join((self._name.encode(), kind.encode(), hashed))

    def _close(self) -> None:
        try:
            if self._connection is not None:
                with _sentence(self._path):
                    self._connection.close()
        finally:
            self._connection = None
            with _opening:
                _open.discard(self._path.absolute())


@contextmanager
def _sentence(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DatabaseError(f"The vault {path} cannot be used: {error}.") from None
    except OSError as error:
        raise DatabaseError(f"The vault {path} cannot be made: {error.strerror}.") from None


def _taken(path: Path) -> None:
    with _opening:
        if path.absolute() in _open:
            raise DatabaseError(f"The vault {path} is open already.")
        _open.add(path.absolute())


def _connected(path: Path) -> sqlite3.Connection:
    with _sentence(path):
        if not path.exists():
            new_file(path)
            sync_folder(path.parent)
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in (
                "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON",
                "trusted_schema = OFF",
            ):  # fmt: skip
                connection.execute(f"PRAGMA {pragma}")
            _made(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _made(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise DatabaseError(f"The vault {path} was written by a newer Herald. Upgrade Herald.")
    if version == 0:
        connection.executescript(SCHEMA)
