"""How fast storage is, printed: `python -m tests.benchmarks.bench_storage [SUBSCRIBERS …]`."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from storage import Seal, Storage, open_storage
from storage.backup import backup
from storage.facts import JOINED, set_fact
from storage.model import Address, Archive, Draft, Fate, Kind, RichText
from storage.outbox import Result, State

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
ARCHIVE = Archive("main", "https://archive.example/")
SEAL = Seal(b"k" * 32)
BATCH = 10
CLAIMS = 300


@contextmanager
def measured(what: str, per: int = 1, unit: str = "") -> Iterator[None]:
    """Print how long the block took, and each of its `per` parts."""
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    each = f"   {took / per * 1000:9.3f} ms each, {per / took:10,.0f} {unit}/s" if unit else ""
    print(f"{what:58} {took:8.3f} s{each}", flush=True)


def release(number: int) -> Draft:
    body = f"Release {number} of many. " + "The court heard the case of the lawyer again. " * 60
    key = f"https://archive.example/?p={number}"
    return Draft(
        key=key, link=f"https://archive.example/{number}/", title=f"Release {number}",
        body=RichText(body), language="en", published=date(2024, 5, 1),
        published_at=NOON + timedelta(minutes=number), source=f"<p>{body}</p>", kind=Kind.FEED,
        reader=1, aliases=(key, f"https://archive.example/{number}/"),
        fingerprint=f"2024-05-01 release {number}", digest=str(number),
    )  # fmt: skip


async def people(storage: Storage, count: int) -> None:
    """Subscribers as the shelf would write them, many in one transaction."""
    for start in range(1, count + 1, 20_000):
        rows = []
        for number in range(start, min(start + 20_000, count + 1)):
            address = Address("telegram", str(5_000_000_000 + number * 37))
            rows.append((number, "telegram", SEAL.seal(address, number), SEAL.address_hash(address),
                         SEAL.chat_hash(address), 1, number))  # fmt: skip
        async with storage.database.write() as tx:
            await tx.run_many(
                "INSERT INTO subscribers (id, platform, address, address_hash, chat_hash, active,"
                " joined) VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            await set_fact(tx, JOINED, str(start + len(rows) - 1))


async def fan_out(storage: Storage) -> list[float]:
    """Write whole audiences; the seconds each chunk held the writer."""
    took = []
    going_on = True
    while going_on:
        began = time.perf_counter()
        going_on = await storage.outbox.fan_out()
        took.append(time.perf_counter() - began)
    return took


async def send(storage: Storage, batches: int) -> int:
    """Claim and record, as a courier with nothing to wait for; how many were sent."""
    sent = 0
    for _ in range(batches):
        claimed = await storage.outbox.claim("telegram", 1, BATCH, NOON + timedelta(days=9))
        await storage.outbox.record(
            Result(d.id, d.announcement.id, State.SENT, message="12345") for d in claimed
        )
        sent += len(claimed)
    return sent


async def audience(path: Path, count: int) -> None:
    print(f"\n{count:,} subscribers")
    async with open_storage(path, SEAL) as storage:
        with measured("  entering them, in bulk", count, "people"):
            await people(storage, count)
        with measured("  storing a release that is news"):
            await storage.keep(ARCHIVE, [(release(1), Fate.ANNOUNCE)], NOON)
        with measured("  fan-out, all indexes", count, "deliveries"):
            took = await fan_out(storage)
        print(f"  longest chunk {max(took) * 1000:.1f} ms, of {len(took)} chunks")
        with measured(f"  claim and record in batches of {BATCH}", CLAIMS * BATCH, "deliveries"):
            assert await send(storage, CLAIMS) == CLAIMS * BATCH
        await storage.keep(ARCHIVE, [(release(2), Fate.ANNOUNCE)], NOON)
        await fan_out(storage)
        with measured("  the same with a second release waiting", CLAIMS * BATCH, "deliveries"):
            await send(storage, CLAIMS)
        with measured("  when the next is due"):
            await storage.outbox.next_due("telegram")
        with measured("  the outbox in four numbers"):
            await storage.outbox.totals()
        with measured("  how many are subscribed"):
            await storage.subscribers.counts()
        with measured("  one joins"):
            await storage.subscribers.subscribe(Address("telegram", "1"))
        with measured("  one is forgotten"):
            await storage.subscribers.forget(Address("telegram", "1"))
        with measured("  recovering after a crash"):
            await storage.outbox.recover("telegram", 2)
        with measured("  a backup"):
            await backup(storage.database, path.with_name("backup.db"))
    print(f"  {path.stat().st_size / 1e6:.0f} MB on the disk")
    with measured("  opening it again"):
        async with open_storage(path, SEAL):
            pass


async def releases(path: Path, count: int = 2000) -> None:
    print(f"\n{count:,} releases")
    async with open_storage(path, SEAL) as storage:
        with measured("  storing them one by one", count, "releases"):
            for number in range(count):
                await storage.keep(ARCHIVE, [(release(number), Fate.QUIET)], NOON)
        known = [(release(n), Fate.QUIET) for n in range(count)]
        with measured("  meeting them all again, in one reading", count, "releases"):
            await storage.keep(ARCHIVE, known, NOON)
        edited = [(replace(d, digest="new"), f) for d, f in known[:200]]
        with measured("  200 edits, in one reading", 200, "releases"):
            await storage.keep(ARCHIVE, edited, NOON)
        with measured("  latest, 100 times", 100, "lists"):
            for _ in range(100):
                await storage.releases.latest(10)
        with measured("  search for a word in all of them, 100 times", 100, "searches"):
            for _ in range(100):
                await storage.search.find("lawyer court", 10)
    with measured("  opening it again"):
        async with open_storage(path, SEAL):
            pass


async def main(sizes: list[int]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        with measured("making a new database"):
            async with open_storage(folder / "new.db", SEAL):
                pass
        await releases(folder / "releases.db")
        for count in sizes:
            await audience(folder / f"{count}.db", count)
            (folder / "backup.db").unlink()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    asyncio.run(main([int(n) for n in sys.argv[1:]] or [100_000, 1_000_000]))
