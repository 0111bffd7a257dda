"""What a process wrote, synced and sent, in order: strace's words as operations."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CALLS = (
    *("pwrite64", "write", "pwritev", "writev", "fsync", "fdatasync", "ftruncate", "fallocate"),
    *("unlink", "unlinkat", "rename", "renameat2", "sendto", "sendmsg"),
)
LONGEST = 200_000  # bytes of one call that are recorded


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes of a file, from an offset."""

    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file is so long from now on."""

    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """What was written to this file before is on the disk when this is over."""

    file: str


@dataclass(frozen=True, slots=True)
class Unlink:
    """A file is taken away."""

    file: str


@dataclass(frozen=True, slots=True)
class Send:
    """A message for this chat goes into a socket: from here on it may arrive."""

    chat: str


Operation = Write | Truncate | Sync | Unlink | Send


class RecordingError(Exception):
    """A call that this does not understand: the recording cannot be believed."""


def recorder() -> str | None:
    """Where strace is, None where it is not."""
    return shutil.which("strace")


def recorded(strace: str, file: Path, program: Sequence[str]) -> tuple[str, ...]:
    """The command that runs a program and records it in a file.

    With -D the process that we start is the program itself, so that signals reach it.
    """
    calls = ",".join(CALLS)
    options = ("-D", "-f", "-y", "-xx", "-s", str(LONGEST), "-e", f"trace={calls}")
    return (strace, *options, "-o", str(file), *program)


def operations(lines: Iterator[str], folder: Path) -> Iterator[Operation]:
    """The operations on files in this folder, and the sends, in the order in which they ended.

    A send counts from its beginning, a sync from its end. Raises RecordingError.
    """
    begun: dict[str, str] = {}
    for line in lines:
        thread, _, call = line.rstrip("\n").partition(" ")
        call = call.strip()
        if call.startswith(("+++", "---")):
            continue
        if call.endswith("<unfinished ...>"):
            begun[thread] = call.removesuffix("<unfinished ...>").rstrip()
            yield from _sent(begun[thread])
            continue
        if resumed := _RESUMED.match(call):
            call = begun.pop(thread, "") + call[resumed.end() :]
        else:
            yield from _sent(call)
        yield from _done(call, str(folder))


_RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)", re.DOTALL)
_FILE = re.compile(r"\d+<([^>]*)>")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_CHAT = re.compile(rb'chat_id(?:=|"?: ?"?|"\r\n\r\n)(-?\d+)')
_TEXT = re.compile(rb'(?:^|[&"{ ])text(?:=|":|"\r\n)')


def _sent(call: str) -> Iterator[Send]:
    """A message in what goes into a socket."""
    if not call.startswith(("sendto", "sendmsg", "write")):
        return
    data = b"".join(_bytes(found[0]) for found in _STRING.findall(call))
    chat = _CHAT.search(data)
    if chat and _TEXT.search(data):
        yield Send(chat[1].decode())


def _done(call: str, folder: str) -> Iterator[Operation]:
    """What the call did to a file of the folder; nothing where it failed."""
    parsed = _CALL.match(call)
    if parsed is None or int(parsed[3]) < 0:
        return
    name, arguments, result = parsed[1], parsed[2], int(parsed[3])
    if name.startswith("unlink"):
        path = _path(_STRING.findall(arguments)[-1][0])
        if path.startswith(folder):
            yield Unlink(path)
        return
    held = _FILE.match(arguments)
    path = _path(held[1]) if held else ""
    if not path.startswith(folder) or path == folder:
        return
    if name in ("fsync", "fdatasync"):
        yield Sync(path)
    elif name == "ftruncate":
        yield Truncate(path, int(arguments.rpartition(",")[2]))
    elif name == "pwrite64":
        data, cut = _STRING.findall(arguments)[0]
        if cut:
            raise RecordingError("a write is longer than what is recorded of it")
        yield Write(path, int(arguments.rpartition(",")[2]), _bytes(data)[:result])
    else:
        raise RecordingError(f"{name} on {path}")


def _bytes(shown: str) -> bytes:
    return bytes.fromhex(shown.replace("\\x", ""))


def _path(shown: str) -> str:
    return _bytes(shown).decode() if shown.startswith("\\x") else shown
