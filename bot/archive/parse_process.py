"""Reads a document off the loop: in a thread, and a large one in a process that can be killed."""

from __future__ import annotations

import asyncio
import os
import pickle
import resource
import sys
from datetime import datetime
from pathlib import Path

from bot.archive.document import Document, Unreadable
from bot.archive.formats import read
from storage.model import Archive

# A hostile feed can be quadratic: what takes a thread seconds at this size takes hours at ten.
LARGE_BYTES = 1_000_000
SECONDS = 30

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
    if len(data) <= LARGE_BYTES:
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
    return _unpacked(await asyncio.to_thread(pickle.loads, answer))


def _unpacked(result: Document | Unreadable) -> Document:
    if isinstance(result, Unreadable):
        raise result
    return result


def main() -> None:
    """The child: work on standard input, a Document or an Unreadable on standard output."""
    # If our parent is killed, we shall not go on for hours.
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    data, archive, now, url = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 from our parent
    try:
        result: Document | Unreadable = read(data, archive, now, url)
    except Unreadable as error:
        result = error
    sys.stdout.buffer.write(pickle.dumps(result))
    sys.stdout.flush()
    os._exit(0)  # taking a large tree apart object by object takes longer than reading it
