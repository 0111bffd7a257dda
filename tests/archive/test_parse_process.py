"""Large documents in a process of their own: the same answers, and an end to everything."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta

import pytest

from bot.archive import parse_process
from bot.archive.document import Unreadable
from bot.archive.formats import read
from bot.archive.parse_process import read_apart
from tests.archive.conftest import ARCHIVE, NOW, item, rss

MANY = rss(*(item(n, NOW - timedelta(hours=n), "word " * 500) for n in range(200))).encode()

# A child that tells its limits where it should read.
TELLING = """
import sys
sys.path.insert(0, sys.argv[1])
from bot.archive import parse_process as process

def read(*_):
    limits = (process.resource.RLIMIT_CPU, process.resource.RLIMIT_AS)
    told = [process.resource.getrlimit(limit)[0] for limit in limits]
    raise process.Unreadable(f"{told} {process.os.nice(0) > 0}")

process.read = read
process.main()
"""


async def test_apart_is_as_here() -> None:
    """What comes back from the process is what would have been read here."""
    assert len(MANY) > parse_process.LARGE_BYTES

    assert read(MANY, ARCHIVE, NOW) == await read_apart(MANY, ARCHIVE, NOW)


@pytest.mark.parametrize(
    ("data", "apart"),
    [
        (b"<x>" + b" " * 250_000, True), (b"<x>" + b" " * 200_000, False),
        (json.dumps([" " * 900_000]).encode(), False), (b"[" + b" " * 1_000_000, True),
    ],
)  # fmt: skip
async def test_size_decides(data: bytes, apart: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of REST posts stays in a thread; a feed as large does not."""
    monkeypatch.setattr(parse_process, "_CHILD", "raise SystemExit(3)")

    with pytest.raises(Unreadable) as caught:
        await read_apart(data, ARCHIVE, NOW)
    assert apart is ("too much memory" in str(caught.value))


@pytest.mark.parametrize("child", [
    "while True: pass", "import time; time.sleep(99)", "import os; os.kill(os.getpid(), 9)",
])  # fmt: skip
async def test_whatever_the_process_does_there_is_an_end(
    child: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may turn in circles, sleep or die: the answer is Unreadable."""
    monkeypatch.setattr(parse_process, "SECONDS", 1)
    monkeypatch.setattr(parse_process, "_CHILD", child)

    with pytest.raises(Unreadable, match="It takes too long"):
        await asyncio.wait_for(read_apart(MANY, ARCHIVE, NOW), 60)


async def test_the_process_has_its_own_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without us it would still end: by its processor time, and by its memory."""
    monkeypatch.setattr(parse_process, "_CHILD", TELLING)

    with pytest.raises(Unreadable) as caught:
        await read_apart(MANY, ARCHIVE, NOW)
    expected = [parse_process.SECONDS, parse_process.MEMORY_BYTES]
    assert f"{expected} True" == str(caught.value)


async def test_the_loop_goes_on_meanwhile() -> None:
    """While a large document is read, the loop has turn after turn."""
    turns, began = 0, time.monotonic()
    task = asyncio.create_task(read_apart(MANY, ARCHIVE, NOW))
    while not task.done():
        await asyncio.sleep(0.001)
        turns += 1

    assert 200 == len((await task).drafts)
    assert turns > (time.monotonic() - began) / 0.001 / 20
