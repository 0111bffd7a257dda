"""A stand-in for a run of Herald that is to be killed: keeps news, fans it out, sends, records.

Run as `python -m tests.storage.sender DATABASE TRUTH`. What it "sends" is a line in the file
TRUTH, written before the result is committed: what a server would have received.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import timedelta
from pathlib import Path

from storage import Seal, Storage, open_storage
from storage.outbox import Result, State
from tests.storage.conftest import LANES, NOON, SECRET, TELEGRAM, announced


async def live(database: Path, truth: Path) -> None:
    """Until killed: one release after the other, each owed to everybody."""
    async with open_storage(database, Seal(SECRET)) as storage:
        epoch = await storage.facts.next_epoch()
        await storage.outbox.recover(TELEGRAM, epoch, NOON)
        print("begun", flush=True)
        with truth.open("a", encoding="utf-8") as sent:
            while True:
                await announced(storage, f"news {os.getpid()} {random.random()}")
                while await storage.outbox.fan_out(chunk=7):
                    await send(storage, epoch, sent.fileno())


async def send(storage: Storage, epoch: int, sent: int) -> None:
    now = NOON + timedelta(seconds=asyncio.get_running_loop().time())
    claimed = await storage.outbox.claim(TELEGRAM, epoch, LANES, 10, now)
    for delivery in claimed:
        who = f"{delivery.id} {delivery.announcement.id} {delivery.subscriber.address.chat}\n"
        os.write(sent, who.encode())
    await storage.outbox.record(
        Result(d.id, d.announcement.id, State.SENT, message=str(d.id)) for d in claimed
    )


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), Path(sys.argv[2])))
