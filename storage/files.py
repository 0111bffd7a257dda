"""Files that change places: onto the disk first, then in one step, what was there kept beside."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from storage.errors import DatabaseError
from storage.seal import sync_folder


def put(draft: Path, target: Path) -> Path | None:
    """The draft becomes the target; returns where the one before it is kept."""
    kept = keep_beside(target)
    rename(draft, target)
    return kept


def set_aside(target: Path) -> None:
    """The target is no more; it is kept beside."""
    keep_beside(target)
    target.unlink(missing_ok=True)


def keep_beside(target: Path) -> Path | None:
    """Keep the present file as NAME.before-restore, too; its log goes there. None if none is."""
    kept = target.with_name(f"{target.name}.before-restore") if target.exists() else None
    if kept is not None:
        let_go(target)
        for end in ("", "-wal", "-shm"):
            _with(kept, end).unlink(missing_ok=True)
        os.link(target, kept)  # so that there is a database at every instant
        if _with(target, "-wal").exists():
            _with(target, "-wal").rename(_with(kept, "-wal"))
    for end in ("-wal", "-shm"):
        _with(target, end).unlink(missing_ok=True)
    return kept


def let_go(target: Path) -> None:
    """Bring the log into the present file. Raises DatabaseError while another process has it."""
    try:
        with closing(sqlite3.connect(target, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise DatabaseError(f"The file {target} is in use: try again later.") from None


def rename(draft: Path, target: Path) -> None:
    """Onto the disk first, then in one step into its place."""
    try:
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise DatabaseError(f"{target} could not be written: {error.strerror}.") from None


def beside(target: Path) -> Path:
    """Where a draft of the target lies."""
    return target.with_name(f".{target.name}.{os.getpid()}.part")


def _with(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def remove(draft: Path) -> None:
    """Leave nothing of a draft."""
    for file in draft.parent.glob(f"{draft.name}*"):
        file.unlink(missing_ok=True)
