"""Vaults in the backup and back: one file holds all, also for another machine."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from storage import DatabaseError, Seal, Storage, open_storage
from storage.backup import SPARE_IDS, backup, restore
from storage.files import beside
from storage.model import Content, Letter
from storage.schema import migrations
from storage.vault import vault_file
from storage.vaults import TABLE, vaults
from tests.storage.conftest import NOON, SECRET, chat
from tests.storage.test_backup import ONE_SENTENCE, saved

__all__ = ["saved"]  # a fixture

Kept = dict[str, list[tuple[str, bytes]]]


async def fill(path: Path, saved: Path) -> None:
    """A database with two vaults, backed up while one is open, and living on with a third."""
    async with open_storage(path, Seal(SECRET)) as storage:
        await storage.subscribers.subscribe(chat(1))
        with storage.vault("keys") as keys, storage.vault("rooms") as rooms:
            keys.put("kind", "a", b"1")
            keys.put("kind", "b", b"2")
            rooms.put("kind", "a", b"3")
            await backup(storage.database, saved)
            keys.put("kind", "a", b"later")
            rooms.delete("kind", "a")
        with storage.vault("new") as new:
            new.put("kind", "a", b"4")


async def kept(path: Path, *names: str) -> Kept:
    """What is in these vaults."""
    found: Kept = {}
    async with open_storage(path, Seal(SECRET), checkpoints=False) as storage:
        for name in names:
            with storage.vault(name) as vault:
                found[name] = vault.all("kind")
    return found


async def test_a_backup_of_vaults_is_one_file(path: Path, saved: Path) -> None:
    """Nothing lies beside it, it is its owner's alone, and it holds no value in the clear."""
    await fill(path, saved)

    assert [saved.name] == [f.name for f in saved.parent.iterdir()]
    assert 0o600 == stat.S_IMODE(saved.stat().st_mode)
    with closing(sqlite3.connect(saved)) as copy:
        assert [("keys", 2), ("rooms", 1)] == copy.execute(
            f"SELECT vault, count(*) FROM {TABLE} GROUP BY vault ORDER BY vault"
        ).fetchall()
        assert ("ok",) == copy.execute("PRAGMA integrity_check").fetchone()


async def test_vaults_come_back_with_the_database(path: Path, saved: Path) -> None:
    """As they were then; what was there is kept beside, and what is newer is set aside."""
    await fill(path, saved)
    await restore(saved, path)

    assert sorted(f.name for f in path.parent.iterdir() if f.is_file()) == [
        "herald.db", "herald.db.before-restore",
        "herald.db.keys.vault", "herald.db.keys.vault.before-restore",
        "herald.db.new.vault.before-restore",
        "herald.db.rooms.vault", "herald.db.rooms.vault.before-restore",
    ]  # fmt: skip
    assert {"keys": [("a", b"1"), ("b", b"2")], "rooms": [("a", b"3")]} == await kept(
        path, "keys", "rooms"
    )
    vault_file(path, "keys").with_name("herald.db.keys.vault.before-restore").rename(
        vault_file(path, "keys")
    )
    assert {"keys": [("a", b"later"), ("b", b"2")]} == await kept(path, "keys")


async def test_a_restore_is_undone_by_another(path: Path, saved: Path) -> None:
    """Going back to what was kept beside brings the vaults of that moment, too."""
    await fill(path, saved)
    await restore(saved, path)
    await restore(path.with_name("herald.db.before-restore"), path)

    assert {"keys": [("a", b"later"), ("b", b"2")], "rooms": [], "new": [("a", b"4")]} == (
        await kept(path, "keys", "rooms", "new")
    )
    await restore(path.with_name("herald.db.before-restore"), path)
    assert {"keys": [("a", b"1"), ("b", b"2")], "rooms": [("a", b"3")]} == await kept(
        path, "keys", "rooms"
    )


async def test_vaults_come_back_beside_a_broken_database(path: Path, saved: Path) -> None:
    """The broken one and its vaults are kept as they are."""
    await fill(path, saved)
    path.write_bytes(b"nothing that anybody could read")
    await restore(saved, path)

    assert b"nothing that anybody could read" == (
        path.with_name("herald.db.before-restore").read_bytes()
    )
    assert {"keys": [("a", b"1"), ("b", b"2")]} == await kept(path, "keys")


async def test_vaults_come_to_another_machine(tmp_path: Path, path: Path, saved: Path) -> None:
    """Under another name, in a folder that is just made, for their owner alone."""
    await fill(path, saved)
    other = tmp_path / "new" / "other.sqlite"
    await restore(saved, other)

    assert {"keys": [("a", b"1"), ("b", b"2")], "rooms": [("a", b"3")]} == await kept(
        other, "keys", "rooms"
    )
    assert 0o600 == stat.S_IMODE(vault_file(other, "keys").stat().st_mode)
    with closing(sqlite3.connect(other)) as restored:
        ours = restored.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (TABLE,))
        assert ours.fetchall() == [], "they are not kept twice"


async def test_a_restored_database_is_backed_up_again(path: Path, saved: Path) -> None:
    """Backup of a backup: what the vaults hold now, once."""
    await fill(path, saved)
    await restore(saved, path)
    async with open_storage(path, Seal(SECRET)) as storage:
        await backup(storage.database, saved, replace=True)
    async with open_storage(saved, Seal(SECRET)) as copied:  # opened as it is, without restoring
        again = saved.with_name("again.db")
        await backup(copied.database, again)
    with closing(sqlite3.connect(saved)) as copy:
        assert copy.execute(f"SELECT count(*) FROM {TABLE}").fetchone() == (3,)
    with closing(sqlite3.connect(again)) as copy:
        assert copy.execute(f"SELECT count(*) FROM {TABLE}").fetchone() == (0,)


async def test_a_backup_that_knows_no_vaults_leaves_them(path: Path, saved: Path) -> None:
    """One of before there were any says nothing of them: they stay as they are."""
    await fill(path, saved)
    with closing(sqlite3.connect(saved)) as old:
        old.execute(f"DROP TABLE {TABLE}")
    await restore(saved, path)

    assert {"keys": [("a", b"later"), ("b", b"2")], "rooms": [], "new": [("a", b"4")]} == (
        await kept(path, "keys", "rooms", "new")
    )
    assert not list(path.parent.glob("*.vault.before-restore"))


async def test_an_old_backup_restores_as_before(path: Path, saved: Path) -> None:
    """Of the second schema: it is brought up to date, and nothing of its making is left beside."""
    with closing(sqlite3.connect(saved)) as old:
        old.executescript("".join(migrations()[:2]))
    await restore(saved, path)

    assert ["herald.db"] == [f.name for f in path.parent.iterdir() if f.is_file()]
    async with open_storage(path, Seal(SECRET)) as storage:
        assert [] == await storage.mailboxes.since(chat(1))


async def test_a_vault_in_use_is_not_pulled_away(path: Path, saved: Path) -> None:
    """While a process has it open nothing is changed, the database neither."""
    await fill(path, saved)
    before = path.read_bytes()
    async with open_storage(path, Seal(SECRET)) as storage:
        vault = storage.vault("keys")
    with vault:
        with pytest.raises(DatabaseError, match="in use"):
            await restore(saved, path)
        assert b"later" == vault.get("kind", "a")

    assert before == path.read_bytes()
    assert not list(path.parent.glob("*.before-restore"))
    assert not list(path.parent.glob(".*.part*"))


@pytest.mark.parametrize("name", ["../away", "Keys", "", "a\nb"])
async def test_a_backup_that_names_no_vault_of_ours_is_refused(
    path: Path, saved: Path, name: str
) -> None:
    """A name that would lead elsewhere writes nothing anywhere."""
    await fill(path, saved)
    with closing(sqlite3.connect(saved)) as odd:
        odd.execute(f"UPDATE {TABLE} SET vault = ? WHERE vault = 'rooms'", (name,))
        odd.commit()
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match=ONE_SENTENCE):
        await restore(saved, path)

    assert before == path.read_bytes()
    assert [saved.name] == [f.name for f in saved.parent.iterdir()]
    assert sorted(f.name for f in path.parent.iterdir() if not f.name.endswith(("wal", "shm"))) == [
        "elsewhere", "herald.db", "herald.db.keys.vault", "herald.db.new.vault",
        "herald.db.rooms.vault",
    ]  # fmt: skip


async def test_a_broken_vault_fails_the_backup(storage: Storage, saved: Path) -> None:
    """A backup that lacks something is none: it says so in a sentence, and leaves nothing."""
    vault_file(storage.database.path, "keys").write_text("nothing that anybody could read" * 99)
    with pytest.raises(DatabaseError, match=ONE_SENTENCE):
        await backup(storage.database, saved)

    assert [] == list(saved.parent.iterdir())


async def test_a_vault_that_is_just_being_made_is_empty(storage: Storage, saved: Path) -> None:
    """A file without a table yet holds nothing, and is no reason against a backup."""
    vault_file(storage.database.path, "keys").touch()
    await backup(storage.database, saved)

    with closing(sqlite3.connect(saved)) as copy:
        assert copy.execute(f"SELECT count(*) FROM {TABLE}").fetchone() == (0,)


async def test_only_its_own_vaults_are_a_databases(path: Path, saved: Path) -> None:
    """Those of a neighbour, what is kept of a restore and drafts are no vaults of this one."""
    names = ["herald.db.keys.vault", "herald.db.a.b.vault", "herald.other.db.keys.vault",
             "herald.db.keys.vault.before-restore", "herald.db.keys.vault-wal"]  # fmt: skip
    for name in names:
        path.with_name(name).touch()
    beside(vault_file(path, "keys")).touch()

    assert {"keys": vault_file(path, "keys")} == vaults(path)


async def test_open_pages_hear_of_what_comes_after_restoring(path: Path, saved: Path) -> None:
    """No letter gets an id or a change that a page may know already, here or on another machine."""

    async def put(storage: Storage, key: str) -> Letter:
        [letter] = await storage.mailboxes.put([(chat(1), key, Content(key))], NOON)
        return letter

    async with open_storage(path, Seal(SECRET)) as storage:
        await put(storage, "one")
        await backup(storage.database, saved)
        for number in range(5):
            known = await put(storage, f"later {number}")
    fresh = saved.parent / "herald.db"
    for target in (path, fresh):
        await restore(saved, target)
        async with open_storage(target, Seal(SECRET)) as storage:
            letter = await put(storage, "after")
            assert letter.id > known.id + SPARE_IDS // 2
            assert letter.change > known.change + SPARE_IDS // 2
            since = await storage.mailboxes.since(chat(1), known.change)
            assert [letter] == since
