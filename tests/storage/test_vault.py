"""Vaults: sealed, durable, whole or not at all, opened once, and from any thread."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import DatabaseError, Seal, SealError, Storage, open_storage
from storage.vault import Vault, vault_file
from tests.storage.conftest import SECRET

OTHER = Seal(b"another secret of thirty-two by.")
ONE_SENTENCE = r"^[^\n]+\.$"

ROOT = Path(__file__).parents[2]

# Puts what it is told, and is gone without a word.
KILLED = """
import os, sys
from pathlib import Path
from storage.seal import Seal
from storage.vault import Vault

vault = Vault(Path(sys.argv[1]), "keys", Seal(b"k" * 32)).__enter__()
vault.put("kind", "kept", b"1")
together = vault.together()
together.__enter__()
vault.put("kind", "half", b"1")
os._exit(9)
"""


@pytest.fixture
def file(path: Path) -> Path:
    return vault_file(path, "keys")


def opened(file: Path, seal: Seal | None = None, name: str = "keys") -> Vault:
    return Vault(file, name, seal or Seal(SECRET))


@pytest.fixture
def vault(file: Path) -> Iterator[Vault]:
    with opened(file) as found:
        yield found


def test_what_is_put_is_there(vault: Vault) -> None:
    """By kind and name, the last value; of a kind all, the oldest name first; else nothing."""
    for name, value in (("b", b"1"), ("a", b""), ("b", bytes(range(256))), ("ü \0", b"3")):
        vault.put("sessions", name, value)
    vault.put("keys", "b", b"another kind")

    assert bytes(range(256)) == vault.get("sessions", "b")
    assert b"" == vault.get("sessions", "a")
    assert None is vault.get("sessions", "c")
    assert [("b", bytes(range(256))), ("a", b""), ("ü \0", b"3")] == vault.all("sessions")
    assert [] == vault.all("nothing")


def test_what_is_deleted_is_gone(vault: Vault) -> None:
    """It alone, and what was never there may be deleted, too."""
    vault.put("kind", "a", b"1")
    vault.put("kind", "b", b"2")
    vault.delete("kind", "a")
    vault.delete("kind", "a")

    assert [("b", b"2")] == vault.all("kind")


def test_it_outlives_its_process(file: Path) -> None:
    """What was put before a kill is there after it, and what was not put together whole is not."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(file)], cwd=ROOT, check=False, timeout=60
    )
    assert 9 == done.returncode
    with opened(file) as vault:
        assert [("kept", b"1")] == vault.all("kind")


def test_nothing_can_be_read_without_the_key(vault: Vault, file: Path) -> None:
    """Neither a name nor a value stands in the file or its log; the file is its owner's alone."""
    vault.put("kind", "a-telling-name", b"a-telling-value")
    kept = file.read_bytes() + file.with_name(f"{file.name}-wal").read_bytes()

    assert b"kind" in kept
    assert b"telling" not in kept
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert 0o600 == stat.S_IMODE(file.with_name(f"{file.name}-wal").stat().st_mode)


def test_another_key_is_told_at_once(file: Path) -> None:
    """In one sentence that says what to do, before anything is read or written."""
    with opened(file) as vault:
        vault.put("kind", "a", b"1")
    with pytest.raises(SealError, match=ONE_SENTENCE) as refused, opened(file, OTHER):
        pytest.fail("it was opened")
    assert "key" in str(refused.value)
    with opened(file) as vault:
        assert b"1" == vault.get("kind", "a")


def test_a_value_belongs_to_its_name(vault: Vault, file: Path) -> None:
    """A row that somebody moved to another name, kind or vault does not open."""
    vault.put("kind", "a", b"1")
    vault.put("kind", "b", b"2")
    vault.put("other", "a", b"3")
    moved = file.with_name(file.name.replace("keys", "more"))
    with closing(sqlite3.connect(file)) as bare:
        bare.execute("UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE id = 2)")
        bare.commit()
        bare.execute("VACUUM INTO ?", (str(moved),))
    assert b"2" == vault.get("kind", "b")
    for kind in ("kind", "other"):
        with pytest.raises(SealError):
            vault.get(kind, "a")
    with pytest.raises(SealError), opened(moved, name="more"):
        pytest.fail("it was opened")


def test_together_is_whole_or_nothing(vault: Vault) -> None:
    """Where something fails in the middle nothing of it is kept, nor what was deleted gone."""
    vault.put("kind", "old", b"1")
    with pytest.raises(KeyError), vault.together():
        vault.put("kind", "new", b"2")
        vault.delete("kind", "old")
        with vault.together():
            vault.put("kind", "inner", b"3")
        raise KeyError
    assert [("old", b"1")] == vault.all("kind")
    with vault.together():
        vault.put("kind", "new", b"2")
        with vault.together():
            vault.delete("kind", "old")

    assert [("new", b"2")] == vault.all("kind")


def test_what_fails_within_together_is_left_out(vault: Vault) -> None:
    """A part that failed leaves nothing behind, and what is around it may go on without it."""
    with vault.together():
        vault.put("kind", "outer", b"1")
        with pytest.raises(KeyError), vault.together():
            vault.put("kind", "inner", b"2")
            raise KeyError
        vault.put("kind", "after", b"3")

    assert [("outer", b"1"), ("after", b"3")] == vault.all("kind")


def test_nothing_follows_what_sqlite_took_back(vault: Vault) -> None:
    """On a full disk SQLite ends a transaction by itself: no second half is kept alone."""
    assert vault._connection is not None
    with pytest.raises(DatabaseError, match=ONE_SENTENCE), vault.together():
        vault.put("kind", "first", b"1")
        vault._connection.rollback()
        with pytest.raises(DatabaseError, match=ONE_SENTENCE):
            vault.put("kind", "second", b"2")

    assert [] == vault.all("kind")
    vault.put("kind", "later", b"3")
    assert b"3" == vault.get("kind", "later")


def test_any_thread_may_use_it(vault: Vault) -> None:
    """Many at once lose nothing of each other, and do not join a transaction that is open."""
    failed: list[Exception] = []

    def work(name: str) -> None:
        try:
            for number in range(20):
                with vault.together():
                    found = int(vault.get("kind", "sum") or b"0")
                    vault.put("kind", "sum", str(found + 1).encode())
                    vault.put(name, str(number), b"1")
        except (DatabaseError, SealError) as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [] == failed
    assert b"80" == vault.get("kind", "sum")
    assert [20] * 4 == [len(vault.all(f"t{n}")) for n in range(4)]


def test_one_process_opens_a_vault_once(file: Path) -> None:
    """Two libraries on one state would ruin it: the second is refused, the first goes on."""
    with opened(file) as first:
        with pytest.raises(DatabaseError, match=ONE_SENTENCE), opened(file):
            pytest.fail("it was opened twice")
        with pytest.raises(DatabaseError, match=ONE_SENTENCE), first:
            pytest.fail("it was entered twice")
        first.put("kind", "a", b"1")
    with opened(file) as again:
        assert b"1" == again.get("kind", "a")


def test_a_closed_vault_says_so(file: Path) -> None:
    """Who comes too late, or too early, is told in one sentence."""
    vault = opened(file)
    with pytest.raises(DatabaseError, match=ONE_SENTENCE):
        vault.get("kind", "a")
    with vault:
        pass
    with pytest.raises(DatabaseError, match=ONE_SENTENCE):
        vault.put("kind", "a", b"1")


def test_nothing_is_left_beside_a_closed_vault(file: Path) -> None:
    """Its log is in the file: one file can be copied away."""
    with opened(file) as vault:
        vault.put("kind", "a", b"1")

    assert [file.name] == [f.name for f in file.parent.iterdir()]


def words(file: Path) -> None:
    file.write_text("This is a letter, and no vault. " * 300)


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as bare:
        bare.execute("PRAGMA user_version = 9")


def folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize("spoil", [words, newer, folder])
def test_what_is_no_vault_is_refused(file: Path, spoil: Callable[[Path], None]) -> None:
    """In one sentence, and left as it is; nobody is locked out for it afterwards."""
    spoil(file)
    for _ in range(2):
        with pytest.raises(DatabaseError, match=ONE_SENTENCE), opened(file):
            pytest.fail("it was opened")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_one_sentence(file: Path) -> None:
    """Without a place for it there is no vault."""
    file.parent.chmod(0o500)
    with pytest.raises(DatabaseError, match=ONE_SENTENCE), opened(file):
        pytest.fail("it was opened")


def test_a_missing_folder_is_one_sentence(file: Path) -> None:
    """Without a place for it there is no vault."""
    with pytest.raises(DatabaseError, match=ONE_SENTENCE), opened(file.parent / "no" / file.name):
        pytest.fail("it was opened")


async def test_storage_hands_out_vaults_by_name(path: Path, storage: Storage) -> None:
    """Each name is a file of its own beside the database, and odd names are a fault of ours."""
    with storage.vault("keys") as keys, storage.vault("other-keys") as others:
        keys.put("kind", "a", b"1")
        assert [] == others.all("kind")
        assert sorted(f.name for f in path.parent.glob("*.vault")) == [
            "herald.db.keys.vault", "herald.db.other-keys.vault",
        ]  # fmt: skip
    for name in ("", "Keys", "../keys", "a.b", "keys\n"):
        with pytest.raises(ValueError, match="name"):
            storage.vault(name)
    async with open_storage(path, checkpoints=False) as keyless:
        with pytest.raises(SealError, match=ONE_SENTENCE):
            keyless.vault("keys")


def test_what_was_deleted_is_overwritten(file: Path) -> None:
    """Also sealed it shall not lie about: neither in the file nor in what lies beside it."""
    with opened(file) as vault:
        vault.put("kind", "a", b"x" * 200)
        with closing(sqlite3.connect(file)) as bare:
            [(sealed,)] = bare.execute("SELECT sealed FROM entries").fetchall()
        vault.delete("kind", "a")

    assert sealed not in file.read_bytes()
