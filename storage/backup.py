"""The whole database in one file, and back from it without telling anybody anything twice."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from storage.database import Database, Transaction, open_database
from storage.errors import DatabaseError
from storage.facts import ALIVE, CHANGE, FORGOTTEN, RESTORED, fact, next_number, set_fact
from storage.files import beside, let_go, put, remove, rename, set_aside
from storage.schema import migrations
from storage.vaults import TABLE, Drafts, copy_vaults, drafted

HEADER = b"SQLite format 3\0"

# What came after the backup is not in it, and who was told of it is not told the same number
# again: some platforms drop a delivery they know already, and an open page knows its letters.
SPARE_IDS = 1_000_000_000
SPARED = ("deliveries", "letters")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back, and where the database that was there before lies now."""

    releases: int
    subscribers: int
    kept: Path | None


@dataclass(frozen=True, slots=True)
class _State:
    """How many asked to be forgotten, the letters' last change, and the last id of each table."""

    forgotten: int = 0
    change: int = 0
    last: dict[str, int] = field(default_factory=dict)


async def backup(database: Database, target: Path, *, replace: bool = False) -> None:
    """Write one consistent copy, also while Herald runs: whole, on the disk, its owner's alone.

    Raises DatabaseError if `target` is there already, unless told to replace it.
    """
    draft = beside(target)
    if not target.parent.is_dir():
        raise DatabaseError(f"{target} cannot be written: there is no folder {target.parent}.")
    if not replace and _taken(target):
        raise DatabaseError(f"{target} is there already: choose another name.")
    try:
        await database.copy(draft)
        await asyncio.to_thread(copy_vaults, database.path, draft)
        await asyncio.to_thread(rename, draft, target)
    finally:
        remove(draft)


async def restore(source: Path, target: Path) -> Restored:
    """Put a backup in the place of the database, which is kept beside as NAME.before-restore.

    Nothing old is announced afterwards: the next reading of each archive is a first one, and
    what the backup still owed is skipped, for it may have been sent since; drafts of statements
    are deleted, and no author is told any more. Numbers that were given out since are not given
    out again. Its vaults are put in their places likewise. The caller holds the run lock. Raises
    DatabaseError if `source` is no sound database of ours or a file is in use; then nothing was
    changed.
    """
    await asyncio.to_thread(_checked, source)
    if _same(source, target):
        raise DatabaseError(f"{source} is the database itself: name a backup of it.")
    present = await asyncio.to_thread(_present, target)
    draft, vaults = beside(target), Drafts()
    try:
        await asyncio.to_thread(_copied, source, draft)
        vaults = await asyncio.to_thread(drafted, source, target)
        database = await open_database(draft)
        try:
            async with database.write() as tx:
                await _quieten(tx, present)
                releases = await tx.value("SELECT count(*) FROM releases")
                people = await tx.value("SELECT count(*) FROM subscribers WHERE active = 1")
        finally:
            await database.close()
        kept = await asyncio.to_thread(_put_all, draft, target, vaults)
        return Restored(releases, people, kept)
    finally:
        for left in (draft, *vaults.vaults):
            remove(left)


async def forgotten_since(source: Path, target: Path) -> int:
    """How many people would be brought back who asked to be forgotten after this backup.

    0 where there is no present database. Raises DatabaseError if `source` is no sound one.
    """
    backed_up = await asyncio.to_thread(_checked, source)
    present = await asyncio.to_thread(_present, target)
    return max(0, present.forgotten - backed_up.forgotten)


async def _quieten(tx: Transaction, present: _State) -> None:
    """Make the backup one from which nothing goes out that may have gone out already."""
    await tx.run(
        "UPDATE archives SET first_read_at = NULL, etag = '', last_modified = '', newest = ''"
    )
    # What came out since a history was begun may have been announced since.
    await tx.run("UPDATE histories SET begun_at = NULL WHERE filled_at IS NULL")
    await tx.run(
        "UPDATE announcements SET fanned = 1, skipped = skipped + (SELECT count(*) FROM deliveries"
        " WHERE announcement_id = announcements.id AND state IN (0, 1, 4))"
    )
    await tx.run("UPDATE deliveries SET state = 5 WHERE state IN (0, 1, 4)")
    # A draft may have been confirmed since, and an author told how it ended: neither happens twice.
    await tx.run("DELETE FROM statements WHERE announcement_id IS NULL")
    await tx.run(
        "UPDATE statements SET reported = 1, author = x'', chat_hash = x'' WHERE reported = 0"
    )
    # From the backup until now Herald was not down: it lived in another file.
    await tx.run("DELETE FROM facts WHERE name = ?", (ALIVE,))
    await next_number(tx, RESTORED)
    await tx.run(f"DROP TABLE IF EXISTS {TABLE}")
    await _skip_numbers(tx, present)


async def _skip_numbers(tx: Transaction, present: _State) -> None:
    """Give out no number again that was given out since, also in tables that were empty then."""
    for name, last in {**dict.fromkeys(SPARED, 0), **present.last}.items():
        known = await tx.run(
            "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (last, name)
        )
        if not known:
            await tx.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last))
    for name in SPARED:
        await tx.run("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ?", (SPARE_IDS, name))
    for name, last in ((FORGOTTEN, present.forgotten), (CHANGE, present.change)):
        await set_fact(tx, name, str(max(last, int(await fact(tx, name) or 0))))
    await next_number(tx, CHANGE, SPARE_IDS)


def _checked(source: Path) -> _State:
    """What the backup says of itself. Raises DatabaseError if it is not a sound one of ours."""
    try:
        with source.open("rb") as file:
            header = file.read(len(HEADER))
    except OSError as error:
        raise DatabaseError(f"The backup {source} cannot be read: {error.strerror}.") from None
    if header != HEADER:
        raise DatabaseError(f"{source} is no backup: it is not a database.")
    try:
        with closing(_opened(source)) as connection:
            return _sound(connection, source)
    except sqlite3.Error:
        raise DatabaseError(f"The backup {source} is damaged and cannot be restored.") from None


def _sound(connection: sqlite3.Connection, source: Path) -> _State:
    if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        raise DatabaseError(f"The backup {source} is damaged and cannot be restored.")
    ours = "SELECT count(*) FROM sqlite_master WHERE name IN ('facts', 'releases', 'subscribers')"
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0 or connection.execute(ours).fetchone() != (3,):
        raise DatabaseError(f"{source} is a database, but none of Herald's.")
    if version > len(migrations()):
        raise DatabaseError(f"The backup {source} was written by a newer Herald. Upgrade Herald.")
    return _state(connection)


def _present(target: Path) -> _State:
    """What the present database says of itself; nothing if there is none that can be read."""
    if not target.exists():
        return _State()
    try:
        with closing(_opened(target)) as connection:
            return _state(connection)
    except sqlite3.Error:  # a broken database is a good reason to restore one
        return _State()


def _state(connection: sqlite3.Connection) -> _State:
    facts = dict(connection.execute("SELECT name, value FROM facts").fetchall())
    last = connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
    return _State(int(facts.get(FORGOTTEN, 0)), int(facts.get(CHANGE, 0)), dict(last))


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _copied(source: Path, draft: Path) -> None:
    try:
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.touch(mode=0o600, exist_ok=False)
        with closing(_opened(source)) as connection:
            connection.execute("VACUUM INTO ?", (str(draft),))
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(f"The backup {source} could not be copied: {error}.") from None


def _put_all(draft: Path, target: Path, vaults: Drafts) -> Path | None:
    """The drafts into their places, once nobody has anything there; the rest is set aside."""
    for place in (*vaults.vaults.values(), *vaults.others, target):
        if place.exists():
            let_go(place)
    kept = put(draft, target)
    if kept is not None and (vaults.vaults or vaults.others):
        _completed(kept, target)
    for each, place in vaults.vaults.items():
        put(each, place)
    for other in vaults.others:
        set_aside(other)
    return kept


def _completed(kept: Path, target: Path) -> None:
    """Make what was there a backup of all that was there: a restore can be undone by another."""
    try:
        copy_vaults(target, kept)
    except DatabaseError:  # the one that was there is broken: it stays as it is
        return


def _taken(target: Path) -> bool:
    return target.exists() or target.is_symlink()


def _same(source: Path, target: Path) -> bool:
    return target.exists() and source.samefile(target)
