"""A power cut is played as it is: what was synced stays, the rest may be there or not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.recording import (
    RecordingError,
    Send,
    Sync,
    Truncate,
    Unlink,
    Write,
    operations,
)
from tests.faults.replay import Disk, begins, content, files_of

HOME = Path("/data")
LINES = [
    r'7  pwrite64(4</data/herald.db-wal>, "\x61\x62", 2, 32) = 2',
    r'8  sendto(9<socket:[1]>, "\x7b\x22\x63\x68\x61\x74\x5f\x69\x64\x22\x3a\x20\x37\x2c'
    r'\x20\x22\x74\x65\x78\x74\x22\x3a\x31\x7d", 24, 0, NULL, 0) = 24',
    r"7  fdatasync(4</data/herald.db-wal> <unfinished ...>",
    r'8  pwrite64(3</elsewhere/x>, "\x61", 1, 0) = 1',
    r"7  <... fdatasync resumed>)        = 0",
    r"7  ftruncate(4</data/herald.db-wal>, 0) = 0",
    r'7  unlink("\x2f\x64\x61\x74\x61\x2f\x68") = 0',
    r'7  unlink("\x2f\x64\x61\x74\x61\x2f\x68") = -1 ENOENT (No such file or directory)',
    r"7  +++ exited with 0 +++",
]


def test_a_recording_is_read_in_its_order() -> None:
    """A sync counts when it is over, a send when it begins, and only our folder matters."""
    wal = "/data/herald.db-wal"
    expected = [
        Write(wal, 32, b"ab"), Send("7"), Sync(wal), Truncate(wal, 0), Unlink("/data/h"),
    ]  # fmt: skip

    assert expected == list(operations(iter(LINES), HOME))


@pytest.mark.parametrize(
    "line",
    [
        r'7  pwrite64(4</data/h>, "\x61"..., 900000, 0) = 900000',
        r'7  write(4</data/h>, "\x61", 1) = 1',
    ],
)
def test_what_is_not_understood_is_no_recording(line: str) -> None:
    """A write that is missing would make every start look good, or none."""
    with pytest.raises(RecordingError):
        list(operations(iter([line]), HOME))


def test_only_what_was_synced_is_sure() -> None:
    """The process sees all; the disk keeps what was synced of each file by itself."""
    disk = Disk({"a": b"old"})
    for operation in (Write("a", 0, b"new"), Write("b", 2, b"x"), Sync("b"), Truncate("b", 1)):
        disk.do(operation)

    assert {"a": b"new", "b": b"\0"} == disk.seen().files
    assert {"a": b"old", "b": b"\0\0x"} == disk.sure().files


def test_a_torn_write_is_partly_there() -> None:
    """Whole sectors of it, or none: over many tries both are met."""
    found = set()
    for seed in range(40):
        disk = Disk({"a": b"o" * 1024}, seed)
        disk.do(Write("a", 0, b"n" * 1024))
        found.add(disk.torn().files["a"])

    assert {b"o" * 1024, b"n" * 512 + b"o" * 512, b"n" * 1024} == found


def test_a_start_reads_what_the_disk_holds(tmp_path: Path) -> None:
    """The rebuilt files are opened by SQLite itself, log included."""
    home, again = tmp_path / "home", tmp_path / "again"
    home.mkdir()
    with closing(sqlite3.connect(home / "herald.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE deliveries (id INTEGER PRIMARY KEY, state INTEGER)")
        connection.execute("INSERT INTO deliveries VALUES (5, 2)")
        files = files_of(home)

    assert 2 == len(files)
    assert ({5: 2}, "ok") == content(Disk(files).seen(), again)


def test_a_transaction_is_over_when_the_next_begins() -> None:
    """Told by the head of its last frame: from then on it has to be there."""
    wal, page = "x-wal", b"p" * 4096
    last, other = b"\0" * 7 + b"\1" + b"\0" * 16, b"\0" * 24
    frames = [other, page, last, page, other, page, last, page, last, page]

    assert [4, 8] == list(begins([Write(wal, 0, data) for data in frames]))
