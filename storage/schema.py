"""The schema: numbered migrations, applied in order; an old database is copied first."""

from __future__ import annotations

import os
import sqlite3
from importlib import resources
from pathlib import Path

import aiosqlite

from storage.errors import DatabaseError
from storage.lock import run_lock


def new_file(path: Path) -> None:
    """A new, empty file that is its owner's alone; VACUUM INTO writes into it."""
    path.touch(mode=0o600, exist_ok=False)


def migrations() -> list[str]:
    """The texts of all migrations, in order; each carries its own BEGIN, COMMIT and version."""
    folder = resources.files("storage") / "migrations"
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


async def migrate(writer: aiosqlite.Connection, path: Path, *, beside: bool = False) -> None:
    """Bring the schema up to date, a copy set beside the file before each step of an old one.

    `beside`: a run may be going on; one of an older version must not write into a newer schema, so
    that is refused (Locked).
    """
    version = await _version(writer)
    steps = migrations()
    if version > len(steps):
        raise DatabaseError(
            f"The database {path} was written by a newer Herald (schema {version}, this one knows"
            f" {len(steps)}). Upgrade Herald."
        )
    if beside and 0 < version < len(steps):
        with run_lock(path):  # only to see that nobody has it
            pass
    for number, step in enumerate(steps[version:], start=version + 1):
        if version:
            await _set_aside(writer, path, number)
        try:
            await writer.executescript(step)
        except sqlite3.Error:
            await writer.rollback()
            if await _version(writer) < number:  # else another process was quicker
                raise


async def _set_aside(writer: aiosqlite.Connection, path: Path, number: int) -> None:
    """Copy the database as it is before this step; a copy that another process made is left."""
    copy = path.with_name(f"{path.name}.before-{number:04}")
    draft = copy.with_name(f".{copy.name}.{os.getpid()}.part")
    draft.unlink(missing_ok=True)
    new_file(draft)
    try:
        await writer.execute("VACUUM INTO ?", (str(draft),))
        if await _version(writer) < number:  # else another process was quicker, and has copied it
            draft.replace(copy)
    finally:
        draft.unlink(missing_ok=True)


async def _version(writer: aiosqlite.Connection) -> int:
    async with writer.execute("PRAGMA user_version") as cursor:
        row = await cursor.fetchone()
    return int(row[0]) if row else 0
