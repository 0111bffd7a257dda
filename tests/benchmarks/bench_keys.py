"""How long encrypting for many devices holds the loop: `python -m tests.benchmarks.bench_keys`.

Prints the longest turn of the loop, and asserts nothing. The database lies in the folder for
temporary files (TMPDIR), whose disk is part of what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import structlog

from storage import Seal, open_storage
from tests.platforms.matrix_crowd import ANNA, ROOM, Crowd, Side, crowd, everybody, side

SECRET = b"k" * 32


@contextmanager
def turns() -> Iterator[list[float]]:
    """How long each turn of the loop's took, in milliseconds, while the block lasts."""
    took: list[float] = []
    whole = asyncio.Handle._run

    def measured(handle: asyncio.Handle) -> None:
        began = time.perf_counter()
        whole(handle)
        took.append((time.perf_counter() - began) * 1000)

    with patch.object(asyncio.Handle, "_run", measured):
        yield took


async def main(people: int, devices: int) -> None:
    """One room: these people in it, each with so many devices."""
    logging.getLogger("nio").setLevel(logging.CRITICAL + 1)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    users = [ANNA, *(f"@person{number}:crowd.test" for number in range(1, people))]
    with tempfile.TemporaryDirectory() as folder:
        async with (
            crowd() as server,
            open_storage(Path(folder) / "herald.db", Seal(SECRET)) as storage,
            side(server, storage) as herald,
        ):
            for user in users:
                server.has(user, devices)
            await _rows(server, herald, users)


async def _rows(server: Crowd, herald: Side, users: list[str]) -> None:
    await _row("first message: all devices learned, met, and told the key", herald, users)
    assert everybody(server, users) == set(server.got)
    herald.sharing.forget(ROOM)
    await _row("next key: told to all devices", herald, users)
    await herald.keys.receive({"device_lists": {"changed": [users[0]]}})
    await _row("one person's devices asked for again, none new", herald, users)
    with turns() as found:
        await asyncio.create_task(herald.keys.receive({"device_lists": {"left": [users[0]]}}))
    _say("one person is gone, their devices forgotten", max(found), sum(found))


async def _row(what: str, herald: Side, users: list[str]) -> None:
    with turns() as found:
        await asyncio.create_task(herald.say(*users))
    _say(what, max(found), sum(found))


def _say(what: str, longest: float, together: float) -> None:
    print(f"{what:62} longest turn {longest:7.1f} ms, all {together:8.0f} ms", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1)
    parser.add_argument("--devices", type=int, default=500)
    given = parser.parse_args()
    asyncio.run(main(given.people, given.devices))
