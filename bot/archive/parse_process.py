"""Reads a document off the loop: in a thread, and a large one in a process that can be killed."""

from __future__ import annotations

import asyncio
import io
import os
import pickle
import resource
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import cast

from bot.archive.document import Document, Unreadable
from bot.archive.formats import read
from storage.model import Archive

# A thread cannot be ended, so what is larger gets a process. The most hostile feeds we could make
# (tags within tags) take a thread six seconds at this size, and thirty at four times as much.
LARGE_BYTES = 250_000
# JSON is read in a time that grows with its length alone; a page of a hundred posts is as large.
LARGE_JSON_BYTES = 1_000_000
SECONDS = 30
MEMORY_BYTES = 2_000_000_000
# Below the bot's own work, which has people waiting for it.
_NICE = 5

_ROOT = Path(__file__).parents[2]
# Under -m a module in the current folder could stand in for one of ours.
_CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from bot.archive.parse_process import main
main()
"""


async def read_apart(data: bytes, archive: Archive, now: datetime, url: str = "") -> Document:
    """As `formats.read`, without holding the loop; what takes too long is Unreadable, too."""
    if len(data) <= (LARGE_JSON_BYTES if data[:1] in (b"[", b"{") else LARGE_BYTES):
        return await asyncio.to_thread(read, data, archive, now, url)
    work = await asyncio.to_thread(pickle.dumps, (data, archive, now, url))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", _CHILD, str(_ROOT),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            answer, _ = await process.communicate(work)
    except TimeoutError:
        raise Unreadable("It takes too long to read.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Unreadable("It takes too long to read, or too much memory.")
    return await asyncio.to_thread(_unpacked, answer)


def _packed(document: Document) -> bytes:
    """The document without its drafts, and these one by one: see `_unpacked`."""
    parts = (replace(document, drafts=()), *document.drafts)
    return b"".join(pickle.dumps(part) for part in parts)


def _unpacked(answer: bytes) -> Document:
    """Unpacked at one go, a large document would hold up all threads for that long."""
    stream, parts = io.BytesIO(answer), []
    while stream.tell() < len(answer):
        parts.append(pickle.load(stream))  # noqa: S301 from our own child
    document, *drafts = parts
    if isinstance(document, Unreadable):
        raise document
    return cast(Document, replace(document, drafts=tuple(drafts)))


def main() -> None:
    """The child: work on standard input, a Document or an Unreadable on standard output."""
    # If our parent is killed, we shall not go on for hours.
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    os.nice(_NICE)
    data, archive, now, url = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 from our parent
    try:
        answer = _packed(read(data, archive, now, url))
    except Unreadable as error:
        answer = pickle.dumps(error)
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()
    os._exit(0)  # taking a large tree apart object by object takes longer than reading it
