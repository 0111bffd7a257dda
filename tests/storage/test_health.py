"""The database is looked at as it is, and as it was it is left."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import Storage, open_storage
from storage.health import health, is_running
from storage.lock import run_lock
from storage.model import Reading
from tests.storage.conftest import ARCHIVE, chat, draft, keep


async def made(path: Path) -> None:
    """A database with a release and a subscriber, closed in order."""
    async with open_storage(path) as storage:
        await keep(storage, draft())


def files(path: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in sorted(path.parent.iterdir()) if f.name[-4:] != "-shm"}


async def test_where_there_is_none_none_is_made(path: Path) -> None:
    """A look makes no file."""
    found = await health(path)

    assert (False, 0, "", "") == (found.exists, found.schema, found.unreadable, found.unwritable)
    assert [] == list(path.parent.iterdir())


async def test_a_sound_one_is_left_as_it_was(path: Path) -> None:
    """What was found is told, and no byte of the folder has changed."""
    await made(path)
    before = files(path)
    found = await health(path)

    assert before == files(path)
    assert ("", "", "", True) == (found.unreadable, found.unwritable, found.damage, found.whole)
    assert found.schema == found.known > 0
    assert (Reading(ARCHIVE.name, ARCHIVE.url, releases=1),) == found.archives


async def test_a_log_left_by_a_crash_stays(path: Path, tmp_path: Path) -> None:
    """The log of a run that was killed is read, and neither emptied nor moved into the file."""
    async with open_storage(path) as storage:
        await keep(storage, draft())
        copy = tmp_path / "crashed" / "herald.db"
        copy.parent.mkdir()
        for end in ("", "-wal"):
            copy.with_name(f"{copy.name}{end}").write_bytes(
                path.with_name(f"{path.name}{end}").read_bytes()
            )
    before = files(copy)
    found = await health(copy)

    assert before == files(copy)
    assert found.log > 0
    assert 1 == found.archives[0].releases


async def test_it_is_looked_at_while_it_is_written(storage: Storage, path: Path) -> None:
    """Beside an open database; its subscribers and the key's check value are told."""
    await storage.subscribers.subscribe(chat(1))
    found = await health(path)

    assert (1, "", "") == (found.subscribers, found.unreadable, found.unwritable)
    assert found.key_check


async def test_damage_is_found(path: Path) -> None:
    """A page in the middle overwritten is named damage, or cannot be read at all."""
    await made(path)
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\x5a" * 4096 * 4)
    found = await health(path)

    assert found.damage or found.unreadable


async def test_what_is_no_database_cannot_be_read(path: Path) -> None:
    """Any other file is told from a database."""
    path.write_bytes(b"Dear all, " * 1000)

    assert "not a database" in (await health(path)).unreadable


async def test_a_database_that_others_write_without_end_cannot_be_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its writer's place is taken for longer than anybody waits."""
    await made(path)
    monkeypatch.setattr("storage.health.BUSY_MS", 50)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "another program" in (await health(path)).unwritable


async def test_a_file_that_may_only_be_read_cannot_be_written(path: Path) -> None:
    """A real write is tried."""
    if not os.geteuid():
        pytest.skip("root may write everything")
    await made(path)
    path.chmod(0o400)

    assert "readonly" in (await health(path)).unwritable


async def test_a_long_search_ends_early_unless_it_is_to_be_thorough(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past its time the search for damage is ended, and that is said."""
    async with open_storage(path) as storage:
        await keep(
            storage, *(draft(f"Title {n}", "many words " * 50, key=str(n)) for n in range(300))
        )
    monkeypatch.setattr("storage.health.SOUND_SECONDS", -1.0)

    assert not (await health(path)).whole
    assert (await health(path, thorough=True)).whole


async def test_a_foreign_or_newer_database_is_told_by_its_schema(path: Path) -> None:
    """Nothing is read of one that is not ours, and nothing is brought up to date."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 999")
        other.execute("CREATE TABLE x (y)")
    found = await health(path)

    assert (999, (), "") == (found.schema, found.archives, found.unreadable)


def test_the_lock_tells_whether_it_runs(path: Path) -> None:
    """Held, it runs; let go or never made, it does not; none is made by looking."""
    assert not is_running(path)
    assert not path.with_name("herald.db.lock").exists()
    with run_lock(path):
        assert is_running(path)
    assert not is_running(path)
