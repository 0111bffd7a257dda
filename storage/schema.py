"""The schema: numbered migrations, applied in order, a copy set aside before each but the first."""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path

import aiosqlite

from storage.errors import DatabaseError


def new_file(path: Path) -> None:
    """A new, empty file that is its owner's alone; VACUUM INTO writes into it."""
    path.touch(mode=0o600, exist_ok=False)


def migrations() -> list[str]:
    """The texts of all migrations, in order; each carries its own BEGIN, COMMIT and version."""
    folder = resources.files("storage") / "migrations"
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


async def migrate(writer: aiosqlite.Connection, path: Path) -> None:
    """Bring the schema up to date, a copy set beside the file before each step of an old one."""
    version = await _version(writer)
    steps = migrations()
    if version > len(steps):
        raise DatabaseError(
            f"The database {path} was written by a newer Herald (schema {version}, this one knows"
            f" {len(steps)}). Upgrade Herald."
        )
    for number, step in enumerate(steps[version:], start=version + 1):
        if number > 1:
            copy = path.with_name(f"{path.name}.before-{number:04}")
            copy.unlink(missing_ok=True)
            new_file(copy)
            await writer.execute("VACUUM INTO ?", (str(copy),))
        try:
            await writer.executescript(step)
        except sqlite3.Error:
            await writer.rollback()
            if await _version(writer) < number:  # else another process was quicker
                raise


async def _version(writer: aiosqlite.Connection) -> int:
    async with writer.execute("PRAGMA user_version") as cursor:
        row = await cursor.fetchone()
    return int(row[0]) if row else 0
