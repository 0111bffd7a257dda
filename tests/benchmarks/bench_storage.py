"""How fast storage is, printed: `python -m tests.benchmarks.bench_storage [SUBSCRIBERS …]`."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from storage import Seal, Storage, open_storage
from storage.backup import backup
from storage.facts import JOINED, set_fact
from storage.model import Address, Archive, Draft, Fate, Kind, Lane, RichText
from storage.outbox import Result, State
from tests.benchmarks.measuring import Longest, measured

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
ARCHIVE = Archive("main", "https://archive.example/")
SEAL = Seal(b"k" * 32)
SOON = NOON + timedelta(hours=1)
DAY = timedelta(days=1)
LANES = (Lane.STATEMENT, Lane.RELEASE, Lane.LATER)
BATCHES = (10, 50, 200)


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


async def send(storage: Storage, batch: int, deliveries: int) -> None:
    """Claim and record, as a courier with nothing to wait for; prints both."""
    claiming, recording = Longest(), Longest()
    cpu, began = time.process_time(), time.perf_counter()
    for _ in range(deliveries // batch):
        with claiming:
            claimed = await storage.outbox.claim("telegram", 1, LANES, batch, SOON)
        assert len(claimed) == batch
        with recording:
            await storage.outbox.record(
                Result(d.id, d.announcement.id, State.SENT, message="12345") for d in claimed
            )
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"  claim and record in batches of {batch:4}: {deliveries / took:10,.0f}/s,"
        f" {cpu / deliveries * 1e6:5.0f} µs of CPU each; claim {claiming}, record {recording}"
    )


async def pieces(storage: Storage, what: str, now: datetime) -> None:
    """Tidy until there is no more to do."""
    piece, more = Longest(), True
    while more:
        with piece:
            more = await storage.outbox.tidy(now)
    print(f"{what:58} {sum(piece.took) / 1000:8.3f} s in {len(piece.took)} pieces, each {piece}")


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
        for batch in BATCHES:
            await send(storage, batch, min(count // 10, batch * 200))
        await looks(storage)
        await in_the_way(storage)
        await cancelled(storage)
        await people_come_and_go(storage)
        with measured("  a backup"):
            await backup(storage.database, path.with_name("backup.db"))
        print(f"  {path.stat().st_size / 1e6:.0f} MB on the disk")
    with measured("  opening it again"):
        async with open_storage(path, SEAL) as storage:
            began = time.perf_counter()
            await storage.outbox.recover("telegram", 2, SOON)
            claimed = await storage.outbox.claim("telegram", 2, LANES, 10, SOON + 30 * DAY)
            print(f"  ready to send {time.perf_counter() - began:.3f} s after opening")
            assert len(claimed) == 10
    async with open_storage(path, SEAL) as storage:
        await to_the_end(storage)


async def looks(storage: Storage) -> None:
    """What is asked again and again while all this waits."""
    with measured("  when the next is due"):
        await storage.outbox.next_due("telegram")
    with measured("  how far it is, what runs, the queue, the totals"):
        await storage.outbox.progress(1)
        await storage.outbox.running()
        await storage.outbox.queue()
        await storage.outbox.totals()
    with measured("  how many are subscribed"):
        await storage.subscribers.counts()
    with measured("  tidying where there is nothing to tidy"):
        await storage.outbox.tidy(NOON)


async def in_the_way(storage: Storage) -> None:
    """A second release, while most of the first waits for tomorrow."""
    async with storage.database.write() as tx:
        await tx.run(
            "UPDATE deliveries SET due_at = due_at + ? WHERE state = 0",
            (30 * DAY // timedelta(milliseconds=1),),
        )
    await storage.keep(ARCHIVE, [(release(2), Fate.ANNOUNCE)], NOON)
    await fan_out(storage)
    free = await storage.outbox.progress(1)
    assert free is not None
    claim, found = Longest(), 0
    for _ in range(50 + free.sent // 100):
        with claim:
            claimed = await storage.outbox.claim("telegram", 1, LANES, 100, SOON)
        found += len(claimed)
        await storage.outbox.record(Result(d.id, 2, State.SENT) for d in claimed)
    assert found == free.sent
    print(f"{'  claims of 100 where most of 2 releases is in the way':58} {claim}")


async def cancelled(storage: Storage) -> None:
    """A statement goes to all, and is cancelled when some have it."""
    author = Address("telegram", "1")
    draft = await storage.statements.draft(author, RichText("Hear!"), DAY, "en", NOON)
    sent = await storage.statements.send(draft.id, author, NOON)
    assert sent is not None
    await fan_out(storage)
    await send(storage, 100, 1000)
    with measured("  cancelling"):
        await storage.outbox.cancel(sent[0])
    with measured("  a claim beside what was cancelled"):
        await storage.outbox.claim("telegram", 1, LANES, 10, SOON)
    await pieces(storage, "  tidying what was cancelled", NOON)


async def people_come_and_go(storage: Storage) -> None:
    with measured("  one joins"):
        await storage.subscribers.subscribe(Address("telegram", "1"))
    with measured("  one is forgotten"):
        await storage.subscribers.forget(Address("telegram", "1"))


async def to_the_end(storage: Storage) -> None:
    """Everything is given up, and after some days counters are all that is left."""
    with measured("  recovering after a crash"):
        await storage.outbox.recover("telegram", 3, NOON)
    left = (await storage.outbox.totals()).waiting
    with measured("  expiring all that waits", left, "deliveries"):
        for running in await storage.outbox.running():
            await storage.outbox.expire(running.announcement, "telegram")
    await pieces(storage, "  tidying what is done", NOON)
    await pieces(storage, "  folding what was done nine days ago", NOON + 9 * DAY)
    assert (await storage.outbox.totals()).waiting == 0


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
