"""What a disk holds after the power was cut: files rebuilt from what was written and synced."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.faults.recording import Operation, Send, Sync, Truncate, Unlink, Write

FRAME_HEAD = 24  # bytes
SECTOR = 512  # bytes that a disk writes whole, or not at all
Change = Write | Truncate | Unlink
Content = Mapping[int, int]  # deliveries and their states


@dataclass(frozen=True, slots=True)
class Image:
    """A folder as the next start would find it. `how` says what became of the last writes."""

    how: str
    files: Mapping[str, bytes]


class Disk:
    """Files in two states: as the process sees them, and as far as they are surely on the disk."""

    def __init__(self, files: Mapping[str, bytes], seed: int = 0) -> None:
        self._seen = dict(files)
        self._sure = dict(files)
        self._open: dict[str, list[Change]] = defaultdict(list)
        self._chance = random.Random(seed)

    def do(self, operation: Operation) -> None:
        """The next thing that happened."""
        match operation:
            case Sync(file):
                for change in self._open.pop(file, []):
                    _apply(self._sure, change)
            case Send():
                return
            case _:
                _apply(self._seen, operation)
                self._open[operation.file].append(operation)

    def seen(self) -> Image:
        """Everything that was written is there."""
        return Image("all", dict(self._seen))

    def sure(self) -> Image:
        """Only what was synced is there."""
        return Image("synced", dict(self._sure))

    def torn(self) -> Image:
        """Of what was not synced some is there, some is not, and some in part."""
        files = dict(self._sure)
        for changes in self._open.values():
            for change in changes:
                if self._chance.random() < 0.5:
                    _apply(files, self._part(change))
        return Image("torn", files)

    def _part(self, change: Change) -> Change:
        if not isinstance(change, Write) or self._chance.random() < 0.5:
            return change
        sectors = len(change.data) // SECTOR
        kept = SECTOR * self._chance.randint(0, sectors)
        return Write(change.file, change.offset, change.data[:kept])


def _apply(files: dict[str, bytes], change: Change) -> None:
    match change:
        case Write(file, offset, data):
            before = files.get(file, b"").ljust(offset, b"\0")
            files[file] = before[:offset] + data + before[offset + len(data) :]
        case Truncate(file, size):
            files[file] = files.get(file, b"")[:size].ljust(size, b"\0")
        case Unlink(file):
            files.pop(file, None)


def files_of(folder: Path) -> dict[str, bytes]:
    """The database's own files; the index of the log is made anew at each start."""
    return {str(file): file.read_bytes() for file in folder.glob("herald.db*") if _kept(str(file))}


def _kept(file: str) -> bool:
    return not file.endswith("-shm")


def content(image: Image, folder: Path) -> tuple[Content, str]:
    """The deliveries that a start finds in an image, and what the integrity check says.

    `folder` is emptied for it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in image.files.items():
        if _kept(name):
            (folder / Path(name).name).write_bytes(data)
    with closing(sqlite3.connect(folder / "herald.db")) as connection:
        said = "; ".join(str(row[0]) for row in connection.execute("PRAGMA integrity_check"))
        rows = connection.execute("SELECT id, state FROM deliveries").fetchall()
    return dict(rows), said


def begins(operations: Sequence[Operation]) -> Iterator[int]:
    """The places before which a transaction was over: its last frame is in the log, and the next
    one's first follows. (sqlite.org/fileformat2.html, 4.2: a frame's head of 24 bytes comes before
    its page, and has the size of the database where it ends a transaction.)
    """
    ended = False
    for place, operation in enumerate(operations):
        if not (isinstance(operation, Write) and operation.file.endswith("-wal")):
            continue
        if len(operation.data) == FRAME_HEAD:
            if ended:
                yield place
            ended = operation.data[4:8] != b"\0\0\0\0"
