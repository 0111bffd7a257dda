"""One run at a time: a lock on a file beside the database, let go by the kernel at any end."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from storage.errors import DatabaseError

AGAIN_SECONDS = 0.05


class Locked(DatabaseError):
    """Another process runs Herald on this database."""


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold `path` plus ".lock" while the block runs. Raises Locked if another does.

    The file stays: were it removed, two processes could each hold a lock of that name.
    """
    name = path.with_name(f"{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        name.touch(mode=0o600)
        file = name.open("rb")
    except OSError as error:
        raise DatabaseError(f"The lock {name} cannot be made: {error.strerror}.") from None
    with file:
        try:
            _held(file)
        except BlockingIOError:
            raise Locked(f"Herald is already running on {path}: stop it first.") from None
        except OSError as error:
            raise DatabaseError(f"The lock {name} cannot be held: {error.strerror}.") from None
        yield


def _held(file: IO[bytes]) -> None:
    """Twice, for who only looks whether there is a run holds it for an instant (health.py)."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(AGAIN_SECONDS)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
