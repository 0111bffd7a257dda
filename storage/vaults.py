"""The vaults beside a database, into its backup and back: one file holds all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from storage.errors import DatabaseError
from storage.files import beside, remove
from storage.schema import new_file
from storage.vault import NAME, SCHEMA, vault_file

TABLE = "vault_entries"


@dataclass(frozen=True, slots=True)
class Drafts:
    """Vaults of a backup, whole, and the places they go to; and the present ones it had not yet."""

    vaults: dict[Path, Path] = field(default_factory=dict)
    others: tuple[Path, ...] = ()


def vaults(database: Path) -> dict[str, Path]:
    """The vaults beside this database, by name."""
    start, end = f"{database.name}.", ".vault"
    found = {
        file.name[len(start) : -len(end)]: file
        for file in sorted(database.parent.iterdir())
        if file.name.startswith(start) and file.name.endswith(end)
    }
    return {name: file for name, file in found.items() if NAME.fullmatch(name)}


def copy_vaults(database: Path, copy: Path) -> None:
    """Add the rows of each vault to the copy of its database, as they are: sealed."""
    with _table(copy) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
        connection.execute(
            f"CREATE TABLE {TABLE} (vault TEXT NOT NULL, kind TEXT NOT NULL, hash BLOB NOT NULL,"
            " sealed BLOB NOT NULL) STRICT"
        )
        for name, file in vaults(database).items():
            # Read and write, for it may have a log that was left over; nothing is written.
            connection.execute("ATTACH ? AS vault", (f"{file.absolute().as_uri()}?mode=rw",))
            if _has(connection, "vault", "entries"):  # else it is just being made
                connection.execute(
                    f"INSERT INTO {TABLE}"
                    " SELECT ?, kind, hash, sealed FROM vault.entries ORDER BY id",
                    (name,),
                )
            connection.execute("DETACH vault")


def drafted(source: Path, target: Path) -> Drafts:
    """Write each vault of a backup into a file of its own, beside the place it goes to.

    A backup of before there were vaults says nothing of them: those that are there stay.
    """
    drafts: dict[Path, Path] = {}
    try:
        with closing(_opened(source, "ro")) as backup:
            if not _has(backup, "main", TABLE):
                return Drafts()
            for (name,) in backup.execute(f"SELECT DISTINCT vault FROM {TABLE}").fetchall():
                place = vault_file(target, f"{name}")
                drafts[beside(place)] = place
                _written(backup, name, beside(place))
    except (OSError, ValueError, sqlite3.Error) as error:
        for draft in drafts:
            remove(draft)
        raise DatabaseError(
            f"The vaults of the backup {source} could not be copied: {error}."
        ) from None
    others = [file for file in vaults(target).values() if file not in drafts.values()]
    return Drafts(drafts, tuple(others))


def _written(backup: sqlite3.Connection, name: str, draft: Path) -> None:
    new_file(draft)
    with closing(_opened(draft, "rw")) as vault:
        vault.executescript(SCHEMA)
        vault.execute("BEGIN")
        vault.executemany(
            "INSERT INTO entries (kind, hash, sealed) VALUES (?, ?, ?)",
            backup.execute(
                f"SELECT kind, hash, sealed FROM {TABLE} WHERE vault = ? ORDER BY rowid", (name,)
            ),
        )
        vault.execute("COMMIT")


@contextmanager
def _table(copy: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(_opened(copy, "rw")) as connection:
            yield connection
    except sqlite3.Error as error:
        raise DatabaseError(f"The vaults could not be copied: {error}.") from None


def _has(connection: sqlite3.Connection, schema: str, table: str) -> bool:
    found = connection.execute(f"SELECT 1 FROM {schema}.sqlite_master WHERE name = ?", (table,))
    return found.fetchone() is not None


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection
