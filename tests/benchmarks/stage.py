"""What the courier's benchmarks stand on: a prepared database, and the fake and Herald beside us.

The fake is lean and in a process of its own, so is Herald: each has a core.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from storage import Seal, Storage, open_storage
from storage.facts import JOINED, set_fact
from storage.model import Address, Fate
from storage.seal import make_key, read_key
from tests.fakes.archive import LivingWordPress
from tests.fakes.releases import ARCHIVE, draft
from tests.running import ROOT, Running, environment, running

FIRST_PERSON = 5_000_000_000  # subscribers' chats; those who only ask are far above
LEAD = "The council met on Tuesday and found nothing, as it had on the three Tuesdays before. "
IN_ONE_GO = 20_000  # rows in a transaction
HERALD = ("bot", "run")
TICKS = os.sysconf("SC_CLK_TCK")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fake:
    """The fake Bot API in its process, by remote control."""

    url: str
    token: str
    session: aiohttp.ClientSession

    async def act(self, act: str, **arguments: Any) -> Any:
        """POST /control/ACT."""
        async with self.session.post(f"{self.url}/control/{act}", json=arguments) as answer:
            body = await answer.json()
        assert body["ok"], body
        return body["result"]

    async def look(self, what: str) -> Any:
        """GET /control/WHAT."""
        async with self.session.get(f"{self.url}/control/{what}") as answer:
            return (await answer.json())["result"]

    async def tally(self) -> Json:
        """The sends so far, in numbers, and the fake's time."""
        found: Json = await self.look("tally")
        return found

    async def sent(self, count: int, seconds: float = 60) -> Json:
        """The tally, once so many messages were accepted."""
        async with asyncio.timeout(seconds):
            while (found := await self.tally())["accepted"] < count:
                await asyncio.sleep(0.02)
        return found


@asynccontextmanager
async def fake(limit: Json | None = None, **distance: float) -> AsyncIterator[Fake]:
    """A lean fake with these limits (Pace) and as far away as that (Distance)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.botapi", "--lean",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        url, _, token = line.decode().split()
        async with aiohttp.ClientSession() as session:
            made = Fake(url, token, session)
            await made.act("settings", **distance)
            if limit is not None:
                await made.act("limit", **limit)
            yield made
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 30)


@dataclass(slots=True)
class World:
    """A folder with a database of so many subscribers, a fake, and an archive that is empty."""

    folder: Path
    fake: Fake
    site: LivingWordPress

    def env(self, **telegram: object) -> dict[str, str]:
        """Herald's settings: the usual ones, and these of Telegram."""
        archive = {"name": ARCHIVE.name, "url": self.site.url, "poll_seconds": 86400}
        return environment(
            self.folder,
            TELEGRAM__TOKEN=self.fake.token,
            TELEGRAM__API_URL=self.fake.url,
            ARCHIVES=[archive],
            ALLOW_PRIVATE_NETWORKS="true",
            WEB__PORT="0",
            **{f"TELEGRAM__{name.upper()}": str(value) for name, value in telegram.items()},
        )

    @asynccontextmanager
    async def herald(
        self, module: Sequence[str] = HERALD, **telegram: object
    ) -> AsyncIterator[Running]:
        """`herald run`, or the program of another module that is one; ready."""
        async with running(self.env(**telegram), module=module) as process:
            assert any("ready" in line for line in process.log), "".join(process.log)
            yield process

    @asynccontextmanager
    async def storage(self) -> AsyncIterator[Storage]:
        """The database, as another process of Herald's has it."""
        secret = read_key(self.folder / "herald.key")
        assert secret
        async with open_storage(self.folder / "herald.db", Seal(secret)) as opened:
            yield opened

    async def announce(self, *, fan_out: bool) -> None:
        """Keep a release that is news; with its audience, if asked."""
        now = datetime.now(UTC)
        news = draft(1, "Council finds nothing for the fourth time", LEAD * 30, day=now.date())
        async with self.storage() as storage:
            await storage.keep(ARCHIVE, [(news, Fate.ANNOUNCE)], now)
            while fan_out and await storage.outbox.fan_out():
                pass


@asynccontextmanager
async def world(
    folder: Path, people: int, limit: Json | None = None, **distance: float
) -> AsyncIterator[World]:
    """All of it, nothing announced yet and nobody at work."""
    folder.mkdir()
    seal = Seal(make_key(folder / "herald.key"))
    async with open_storage(folder / "herald.db", seal) as storage:
        past = datetime.now(UTC) - timedelta(days=365)
        await storage.keep(ARCHIVE, [(draft(n, day=past.date()), Fate.QUIET) for n in (2, 3)], past)
        await subscribe(storage, seal, people)
    async with fake(limit, **distance) as made, LivingWordPress() as site:
        yield World(folder, made, site)


async def subscribe(storage: Storage, seal: Seal, count: int) -> None:
    """Subscribers as the shelf would write them, many in one transaction."""
    for start in range(1, count + 1, IN_ONE_GO):
        rows = []
        for number in range(start, min(start + IN_ONE_GO, count + 1)):
            address = Address("telegram", str(FIRST_PERSON + number * 37))
            rows.append((number, "telegram", seal.seal(address, number), seal.address_hash(address),
                         seal.chat_hash(address), 1, number))  # fmt: skip
        async with storage.database.write() as tx:
            await tx.run_many(
                "INSERT INTO subscribers (id, platform, address, address_hash, chat_hash, active,"
                " joined) VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            await set_fact(tx, JOINED, str(start + len(rows) - 1))


def cpu_seconds(pid: int) -> float:
    """What a process has used of any core so far, its own work and the kernel's (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int) -> tuple[float, float]:
    """Resident memory of a process, now and at its highest, in MB of 2^20 bytes (proc(5))."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = dict(line.split(":", 1) for line in lines)
    now, highest = (int(found[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, highest
