"""The schema: made once by whoever comes first, brought up to date, never brought back."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import Seal, open_storage
from storage import schema as module
from storage.database import open_database
from storage.errors import DatabaseError
from storage.lock import Locked, run_lock
from storage.model import Content
from storage.schema import migrations
from tests.storage.conftest import NOON, SECRET, chat

ROOT = Path(__file__).parents[2]

OPENER = """
import asyncio, sys
from pathlib import Path
from storage.database import open_database

async def main(path):
    database = await open_database(path)
    async with database.write() as tx:
        await tx.run("INSERT INTO facts VALUES (?, '1')", (sys.argv[2],))
    await database.close()

print("here", flush=True)
sys.stdin.readline()
asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.fixture
def bare(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as SQLite alone sees it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


async def test_a_fresh_file_gets_the_whole_schema(path: Path, bare: sqlite3.Connection) -> None:
    """A new file is at the newest version, and opening it again changes nothing."""
    await (await open_database(path)).close()
    schema = bare.execute("SELECT name, sql FROM sqlite_master").fetchall()
    await (await open_database(path)).close()

    assert version(bare) == len(migrations())
    assert bare.execute("SELECT name, sql FROM sqlite_master").fetchall() == schema
    assert not list(path.parent.glob("*.before*"))


@pytest.mark.parametrize("attempt", range(4))
@pytest.mark.parametrize("old", [True, False])
def test_processes_that_start_at_once_share_one_schema(path: Path, old: bool, attempt: int) -> None:
    """On no file at all, or an old one, and none is refused; what was old is kept as it was."""
    if old:
        old_database(path)
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, str(path), f"opener {number}"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for number in range(4)
    ]  # fmt: skip
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "here\n"
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("\n")
        opener.stdin.flush()
    ended = [(opener.communicate(timeout=60)[1], opener.returncode) for opener in openers]

    assert ended == [("", 0)] * len(openers)
    with closing(sqlite3.connect(path)) as connection:
        assert version(connection) == len(migrations())
        facts = connection.execute("SELECT count(*) FROM facts").fetchone()
        assert facts == (len(openers) + old,)
    if old:
        with closing(sqlite3.connect(path.with_name("herald.db.before-0002"))) as copy:
            assert version(copy) == 1
            assert copy.execute("SELECT * FROM facts").fetchall() == [("name", "value")]
        assert not list(path.parent.glob("*.part"))


async def test_a_run_of_an_older_version_is_not_migrated_under(
    path: Path, bare: sqlite3.Connection
) -> None:
    """What is typed beside it waits until it is stopped: it would write into a newer schema."""
    old_database(path)
    with run_lock(path), pytest.raises(Locked, match="stop it first"):
        await open_database(path, checkpoints=False)

    assert 1 == version(bare)
    await (await open_database(path, checkpoints=False)).close()
    assert version(bare) == len(migrations())


async def test_a_newer_schema_is_refused_in_one_sentence(
    path: Path, bare: sqlite3.Connection
) -> None:
    """A database of a later Herald is not touched, and the reason says what to do."""
    await (await open_database(path)).close()
    bare.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    with pytest.raises(DatabaseError, match=r"newer Herald .*Upgrade Herald\.$") as refused:
        await open_database(path)

    assert "\n" not in str(refused.value)
    assert version(bare) == len(migrations()) + 1


async def test_a_sqlite_that_is_too_old_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without STRICT tables there is no database, no file, and one sentence."""
    monkeypatch.setattr("storage.database.OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(DatabaseError, match="too old"):
        await open_database(path)

    assert not path.exists()


async def test_every_table_is_strict(path: Path, bare: sqlite3.Connection) -> None:
    """A text in a number's place is refused by the table itself, in every table of ours."""
    await (await open_database(path)).close()
    loose = bare.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0"
        " AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    assert loose == []
    with pytest.raises(sqlite3.IntegrityError):
        bare.execute("INSERT INTO outages (began_at, ended_at) VALUES ('soon', 2)")


async def test_a_row_cannot_hang_on_nothing(path: Path) -> None:
    """A delivery of an announcement that does not exist is refused."""
    database = await open_database(path)
    with pytest.raises(DatabaseError, match="FOREIGN KEY"):
        async with database.write() as tx:
            await tx.run(
                "INSERT INTO deliveries (announcement_id, subscriber_id, platform, due_at)"
                " VALUES (1, 1, 'telegram', 0)"
            )
    await database.close()


SECOND = "BEGIN; CREATE TABLE second (a INTEGER) STRICT; PRAGMA user_version = 2; COMMIT;"
BROKEN = "BEGIN; CREATE TABLE second (a INTEGER) STRICT; SELECT nonsense(); COMMIT;"


def old_database(path: Path) -> None:
    """As the first Herald left it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(migrations()[0])
        connection.execute("INSERT INTO facts VALUES ('name', 'value')")
        connection.commit()


async def test_a_copy_is_made_before_an_old_database_is_changed(
    path: Path, bare: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration keeps what was there, and leaves a copy of how it was beside it."""
    old_database(path)
    first = migrations()[0]
    monkeypatch.setattr(module, "migrations", lambda: [first, SECOND])
    await (await open_database(path)).close()

    assert version(bare) == 2
    assert bare.execute("SELECT * FROM facts").fetchall() == [("name", "value")]
    copy = path.with_name(f"{path.name}.before-0002")
    assert copy.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(copy)) as kept:
        assert version(kept) == 1
        assert kept.execute("SELECT * FROM facts").fetchall() == [("name", "value")]


async def test_a_migration_that_fails_changes_nothing(
    path: Path, bare: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step is done whole or not at all: a database that could not be migrated is as before."""
    old_database(path)
    first = migrations()[0]
    monkeypatch.setattr(module, "migrations", lambda: [first, BROKEN])
    with pytest.raises(DatabaseError, match="cannot be used"):
        await open_database(path)

    assert version(bare) == 1
    tables = bare.execute("SELECT name FROM sqlite_master WHERE name = 'second'").fetchall()
    assert tables == []


async def test_what_was_kept_before_there_were_mailboxes_stays(
    path: Path, bare: sqlite3.Connection
) -> None:
    """A database of the second schema is as it was, and can do what the third one can."""
    bare.executescript("".join(migrations()[:2]))
    bare.executescript(CONTENT)
    tables = columns(bare)
    before = contents(bare, tables)
    async with open_storage(path, Seal(SECRET)) as storage:
        await storage.mailboxes.put([(chat(1), "d1", Content("news"))], NOON)
        await storage.platforms.report("somewhere", True, "", NOON)
        assert [(2023, 1)] == await storage.releases.years()
        assert ["Kept"] == [r.title for r in await storage.releases.browse(2023, "en", 9)]

    assert before == contents(bare, tables)
    assert bare.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert bare.execute("PRAGMA foreign_key_check").fetchall() == []


CONTENT = """
INSERT INTO archives (id, name, url) VALUES (1, 'main', 'https://archive.example/');
INSERT INTO releases (sort, archive_id, key, keyed, link, title, body, spans, picture, language,
    published, month_day, fingerprint, revised_at, first_seen_at, kind, source, reader, digest)
VALUES (1688169600000000, 1, 'k', 1, '', 'Kept', 'Words', '[]', '', 'en', '2023-07-01', '07-01',
    'f', 1, 1, 1, '<p>Words</p>', 1, 'd');
INSERT INTO subscribers (platform, address, address_hash, chat_hash, active, language)
VALUES ('somewhere', x'01', x'02', x'03', 1, 'ru');
INSERT INTO announcements (kind, release_id, created_at, audience) VALUES ('release', 1, 1, 1);
INSERT INTO deliveries (announcement_id, subscriber_id, platform, due_at)
VALUES (1, 1, 'somewhere', 1);
"""


def columns(connection: sqlite3.Connection) -> dict[str, str]:
    """What every table of the second schema has, but for facts, where counters are, and the places
    of releases, which were numbered anew (test_migration_names.py).
    """
    tables = ("archives", "releases", "subscribers", "announcements", "deliveries", "statements")
    rows = {t: connection.execute(f"PRAGMA table_info({t})").fetchall() for t in tables}
    return {
        table: ", ".join(row[1] for row in found if row[1] != "sort")
        for table, found in rows.items()
    }


def contents(
    connection: sqlite3.Connection, tables: dict[str, str]
) -> dict[str, list[tuple[object, ...]]]:
    """All rows of these tables, as far as these columns go."""
    return {
        table: connection.execute(f"SELECT {named} FROM {table} ORDER BY 1").fetchall()
        for table, named in tables.items()
    }


def test_every_migration_is_one_transaction_and_tells_its_number() -> None:
    """Each file begins, sets its own number and commits: `executescript` does none of it."""
    for number, text in enumerate(migrations(), start=1):
        words = [line for line in text.splitlines() if line and not line.startswith("--")]
        assert words[0] == "BEGIN;"
        assert words[-2:] == [f"PRAGMA user_version = {number};", "COMMIT;"]
