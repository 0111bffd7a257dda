"""Very many subscribers at once, of a platform that does not run: only their rows matter."""

from __future__ import annotations

import asyncio

from storage import Seal, Storage
from storage.facts import JOINED, set_fact
from storage.model import Address

PLATFORM = "elsewhere"
FIRST_ID = 1_000_000  # far from those who subscribed one by one


async def crowd(storage: Storage, seal: Seal, count: int) -> None:
    """Subscribers as the shelf would write them, all in one transaction."""
    rows = await asyncio.to_thread(_rows, seal, count)  # the servers go on meanwhile
    async with storage.database.write() as tx:
        await tx.run_many(
            "INSERT INTO subscribers (id, platform, address, address_hash, chat_hash, active,"
            " joined) VALUES (?, ?, ?, ?, ?, 1, ?)",
            rows,
        )
        await set_fact(tx, JOINED, str(FIRST_ID + count))


def _rows(seal: Seal, count: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for number in range(FIRST_ID, FIRST_ID + count):
        address = Address(PLATFORM, str(number))
        hashes = seal.address_hash(address), seal.chat_hash(address)
        rows.append((number, PLATFORM, seal.seal(address, number), *hashes, number))
    return rows
