"""One file out, also while Herald runs; and back from it, telling nobody anything twice."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from storage import DatabaseError, Seal, Storage, open_storage
from storage.backup import SPARE_IDS, backup, forgotten_since, restore
from storage.model import History, Outbox, Reading, RichText
from storage.outbox import Result, State
from storage.schema import migrations
from tests.storage.conftest import (
    ARCHIVE,
    DAY,
    LANES,
    NOON,
    SECRET,
    TELEGRAM,
    announced,
    chat,
    fan_out,
    miscounted,
    query,
)
from tests.storage.test_database import turns, write_lock_elsewhere

ONE_SENTENCE = r"^[^\n]+[.:][^\n]*\.$"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder / "backup.db"


async def fill(path: Path, saved: Path) -> None:
    """A database with three subscribers and news on its way, backed up, and living on."""
    async with open_storage(path, Seal(SECRET)) as storage:
        for number in (1, 2, 3):
            await storage.subscribers.subscribe(chat(number))
        await storage.archives.reading(ARCHIVE)
        await storage.archives.keep(
            Reading("main", ARCHIVE.url, etag="e", last_modified="l", newest="n",
                    first_read_at=NOON, last_read_at=NOON, next_read_at=NOON)
        )  # fmt: skip
        await storage.histories.keep(ARCHIVE, History("main", begun_at=NOON))
        await storage.facts.alive(NOON)
        await announced(storage, "one")
        await fan_out(storage)
        [delivery] = await storage.outbox.claim(TELEGRAM, 1, LANES, 1, NOON)
        await storage.outbox.record([Result(delivery.id, 1, State.SENT)])
        await storage.outbox.claim(TELEGRAM, 1, LANES, 1, NOON)
        await announced(storage, "two")
        await backup(storage.database, saved)
        await announced(storage, "three")
        await fan_out(storage)


async def test_a_backup_is_whole_and_its_owners(storage: Storage, saved: Path) -> None:
    """One file, readable by its owner alone, with everything in it, and nothing beside it."""
    await storage.subscribers.subscribe(chat(1))
    number = await announced(storage)
    await backup(storage.database, saved)

    assert [f.name for f in saved.parent.iterdir()] == [saved.name]
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    async with open_storage(saved, Seal(SECRET)) as copy:
        assert await copy.releases.get(number) == await storage.releases.get(number)
        assert await copy.subscribers.find(chat(1)) == await storage.subscribers.find(chat(1))


async def test_a_backup_never_overwrites_unless_told(storage: Storage, saved: Path) -> None:
    """A file that is there already stays as it is; told so, it is replaced in one step."""
    saved.write_text("words")
    with pytest.raises(DatabaseError, match="already"):
        await backup(storage.database, saved)
    assert saved.read_text() == "words"
    await backup(storage.database, saved, replace=True)

    assert saved.read_bytes().startswith(b"SQLite format 3")
    assert [f.name for f in saved.parent.iterdir()] == [saved.name]


async def test_a_backup_that_cannot_be_written_is_one_sentence(
    storage: Storage, tmp_path: Path
) -> None:
    """No folder, no backup, no rest of one, and the reason in our words."""
    with pytest.raises(DatabaseError, match=ONE_SENTENCE):
        await backup(storage.database, tmp_path / "nowhere" / "backup.db")


async def test_a_backup_while_writing_goes_on(storage: Storage, saved: Path) -> None:
    """Beside a process that writes, and while a transaction is open, it ends, and is consistent."""
    await storage.subscribers.subscribe(chat(1))
    async with storage.database.write() as tx:
        await tx.run("INSERT INTO facts VALUES ('half', '1')")
        await backup(storage.database, saved)
    with write_lock_elsewhere(storage.database.path) as other:
        await backup(storage.database, saved, replace=True)
        other.communicate("\n")
        await turns()
    with closing(sqlite3.connect(saved)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT name FROM facts WHERE name = 'theirs'").fetchall() == []


async def test_restoring_brings_everything_back(path: Path, saved: Path) -> None:
    """What the backup held is there again; what was there before is kept beside it, whole."""
    await fill(path, saved)
    restored = await restore(saved, path)
    kept = path.with_name("herald.db.before-restore")

    assert (restored.releases, restored.subscribers, restored.kept) == (2, 3, kept)
    assert sorted(f.name for f in path.parent.iterdir()) == [
        "elsewhere", "herald.db", "herald.db.before-restore",
    ]  # fmt: skip
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    async with open_storage(path, Seal(SECRET)) as storage:
        assert [r.title for r in await storage.releases.latest(9)] == ["About two", "About one"]
        assert await storage.subscribers.find(chat(3)) is not None
        assert await storage.facts.get("restored") == "1"
    async with open_storage(kept, Seal(SECRET)) as before:
        assert await before.releases.count() == 3


async def test_nothing_old_is_announced_after_restoring(path: Path, saved: Path) -> None:
    """What was owed is skipped and counted, in all states; each archive is at its first contact."""
    await fill(path, saved)
    await restore(saved, path)
    async with open_storage(path, Seal(SECRET)) as storage:
        [reading] = await storage.archives.all()
        [history] = await storage.histories.all()
        await fan_out(storage)
        assert await storage.outbox.claim(TELEGRAM, 9, LANES, 99, NOON) == []
        assert await storage.outbox.recover(TELEGRAM, 9, NOON) == 0
        assert await miscounted(storage) == []
        totals = await storage.outbox.totals()

    assert totals == Outbox(sent=1)
    assert reading == Reading("main", ARCHIVE.url, last_read_at=NOON, next_read_at=NOON, releases=2)
    assert history == History("main")


async def test_time_spent_in_another_file_is_no_downtime(path: Path, saved: Path) -> None:
    """From the backup to its restoring Herald was not down."""
    await fill(path, saved)
    await restore(saved, path)
    async with open_storage(path, Seal(SECRET)) as storage:
        later = NOON.replace(month=9)
        await storage.facts.alive(later)
        assert not await storage.facts.downtime(NOON, later)


async def test_numbers_are_not_given_out_again(path: Path, saved: Path) -> None:
    """Ids that were given out after the backup stay theirs, though their rows are gone."""
    await fill(path, saved)
    async with open_storage(path, Seal(SECRET)) as storage:
        [(before,)] = await query(storage, "SELECT max(id) FROM deliveries")
        [(last,)] = await query(storage, "SELECT max(id) FROM releases")
    await restore(saved, path)
    async with open_storage(path, Seal(SECRET)) as storage:
        assert await announced(storage, "four") == last + 1
        await fan_out(storage)
        [(first,)] = await query(storage, "SELECT min(id) FROM deliveries WHERE state = 0")
    assert first == before + SPARE_IDS + 1


async def test_numbers_are_not_given_out_again_in_what_was_empty(path: Path, saved: Path) -> None:
    """Nor are they in a table that had no rows yet when the backup was made."""
    async with open_storage(path, Seal(SECRET)) as storage:
        await storage.subscribers.subscribe(chat(1))
        await backup(storage.database, saved)
        await storage.statements.draft(chat(2), RichText("Hear!"), DAY, "en", NOON)
        await announced(storage, "one")
        await fan_out(storage)
    await restore(saved, path)
    async with open_storage(path, Seal(SECRET)) as storage:
        again = await storage.statements.draft(chat(2), RichText("Hear!"), DAY, "en", NOON)
        await announced(storage, "two")
        await fan_out(storage)
        ids = await query(storage, "SELECT announcement_id, id FROM deliveries")
    assert 2 == again.id
    assert [(2, 1 + SPARE_IDS + 1)] == ids


async def test_of_an_author_a_restore_leaves_nothing(path: Path, saved: Path) -> None:
    """Who was to be told how a statement goes is told no more, and nothing of them is kept."""
    author = chat(2)
    async with open_storage(path, Seal(SECRET)) as storage:
        await storage.subscribers.subscribe(chat(1))
        draft = await storage.statements.draft(author, RichText("Hear!"), DAY, "en", NOON)
        await storage.statements.send(draft.id, author, NOON)
        await fan_out(storage)
        assert await storage.subscribers.kept(author)
        await backup(storage.database, saved)
    await restore(saved, path)
    async with open_storage(path, Seal(SECRET)) as storage:
        assert [] == await storage.statements.reports()
        assert not await storage.subscribers.kept(author)


async def test_restoring_where_there_is_nothing(tmp_path: Path, path: Path, saved: Path) -> None:
    """Without a present database the backup takes its place, also in a folder not made yet."""
    await fill(path, saved)
    fresh = tmp_path / "new" / "herald.db"
    assert await forgotten_since(saved, fresh) == 0
    restored = await restore(saved, fresh)

    assert restored.kept is None
    assert [f.name for f in fresh.parent.iterdir()] == ["herald.db"]
    async with open_storage(fresh, Seal(SECRET)) as storage:
        assert await storage.releases.count() == 2


async def test_a_broken_database_is_no_reason_not_to_restore(path: Path, saved: Path) -> None:
    """What is broken is kept as it is, log and all, and the backup stands in its place."""
    await fill(path, saved)
    path.write_bytes(b"nothing that anybody could read")
    path.with_name("herald.db-wal").write_bytes(b"an old log")
    assert await forgotten_since(saved, path) == 0
    await restore(saved, path)

    kept = path.with_name("herald.db.before-restore")
    assert kept.read_bytes() == b"nothing that anybody could read"
    async with open_storage(path, Seal(SECRET)) as storage:
        assert await storage.releases.count() == 2


async def test_the_forgotten_since_are_counted(path: Path, saved: Path) -> None:
    """Who asked to be forgotten after the backup is counted, by chat, for each backup anew."""
    await fill(path, saved)
    assert await forgotten_since(saved, path) == 0
    async with open_storage(path, Seal(SECRET)) as storage:
        await storage.subscribers.subscribe(chat(1, "5"))
        for number in (1, 2, 99):
            await storage.subscribers.forget(chat(number))
    assert await forgotten_since(saved, path) == 2
    await restore(saved, path)

    assert await forgotten_since(saved, path) == 2, "restored again they would be back again"
    assert await forgotten_since(path.with_name("herald.db.before-restore"), path) == 0


def damaged(saved: Path) -> None:
    content = bytearray(saved.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"\xff" * (4096 * 6)
    saved.write_bytes(content)


def at_odds(saved: Path) -> None:
    """Every page can be read, and an index says something else than its table."""
    content = saved.read_bytes()
    with closing(sqlite3.connect(saved)) as connection:
        hashed = connection.execute("SELECT address_hash FROM subscribers").fetchone()[0]
    last = content.rindex(hashed)
    saved.write_bytes(content[:last] + bytes([hashed[0] ^ 1]) + content[last + 1 :])


def cut(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:9000])


def words(saved: Path) -> None:
    saved.write_text("This is a letter, and no database. " * 300)


def foreign(saved: Path) -> None:
    saved.unlink()
    with closing(sqlite3.connect(saved)) as other:
        other.execute("CREATE TABLE somebody (elses INTEGER)")
        other.execute("PRAGMA user_version = 1")


def newer(saved: Path) -> None:
    with closing(sqlite3.connect(saved)) as connection:
        connection.execute(f"PRAGMA user_version = {len(migrations()) + 1}")


def missing(saved: Path) -> None:
    saved.unlink()


def folder(saved: Path) -> None:
    saved.unlink()
    saved.mkdir()


def empty(saved: Path) -> None:
    saved.write_bytes(b"")


@pytest.mark.parametrize(
    "spoil", [damaged, at_odds, cut, words, foreign, newer, missing, folder, empty]
)
async def test_what_is_no_sound_backup_changes_nothing(path: Path, saved: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    """A file that is broken, foreign, newer or not there is refused before anything is touched."""
    await fill(path, saved)
    spoil(saved)
    before = path.read_bytes()
    for attempt in (restore, forgotten_since):
        with pytest.raises(DatabaseError, match=ONE_SENTENCE):
            await attempt(saved, path)

    assert path.read_bytes() == before
    assert sorted(f.name for f in path.parent.iterdir()) == ["elsewhere", "herald.db"]


async def test_a_database_in_use_is_not_pulled_away(path: Path, saved: Path) -> None:
    """While a process has the database open nothing is changed, and it goes on undisturbed."""
    await fill(path, saved)
    async with open_storage(path, Seal(SECRET), checkpoints=False) as storage:
        with pytest.raises(DatabaseError, match="in use"):
            await restore(saved, path)
        await announced(storage, "four")
        assert await storage.releases.count() == 4
    assert not path.with_name("herald.db.before-restore").exists()


async def test_an_old_log_is_not_taken_for_the_new_ones(path: Path, saved: Path) -> None:
    """A run that was killed leaves a log: it goes with its own database, not into the restored."""
    await fill(path, saved)
    script = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute(\"INSERT INTO facts VALUES ('last words', '1')\")\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert path.with_name("herald.db-wal").stat().st_size > 0
    await restore(saved, path)
    kept = path.with_name("herald.db.before-restore")

    async with open_storage(path, Seal(SECRET)) as storage:
        assert await storage.facts.get("last words") == ""
    async with open_storage(kept, Seal(SECRET)) as storage:
        assert await storage.facts.get("last words") == "1"


async def test_restoring_twice_keeps_the_newest_before(path: Path, saved: Path) -> None:
    """A second restore works like the first; what is kept is what was there just before it."""
    await fill(path, saved)
    await restore(saved, path)
    async with open_storage(path, Seal(SECRET)) as storage:
        await announced(storage, "between")
    await restore(saved, path)

    async with open_storage(path, Seal(SECRET)) as storage:
        assert await storage.releases.count() == 2
        assert await storage.facts.get("restored") == "1"
    async with open_storage(path.with_name("herald.db.before-restore")) as storage:
        assert await storage.releases.count() == 3


async def test_a_database_is_no_backup_of_itself(path: Path, saved: Path) -> None:
    """Restoring the database onto itself is refused, under whatever name it goes."""
    await fill(path, saved)
    alias = path.with_name("alias.db")
    alias.symlink_to(path)
    for name in (path, alias):
        with pytest.raises(DatabaseError, match="itself"):
            await restore(name, path)
