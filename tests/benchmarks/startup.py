"""How long Herald takes to start and what memory it needs: `python -m tests.benchmarks.startup`.

Prints figures, and asserts nothing: whole processes, the median of several runs.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import Seal, open_storage
from storage.model import Address, Fate
from storage.seal import make_key
from tests.fakes.archive import LivingWordPress
from tests.fakes.botapi import FakeBotAPI
from tests.fakes.releases import ARCHIVE, draft
from tests.running import environment, herald, running

RUNS = 5
RELEASES = 300
SUBSCRIBERS = 1000
IDLE_SECONDS = 10


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await _filled(folder)
        async with FakeBotAPI() as api, LivingWordPress() as site:
            env = environment(
                folder,
                TELEGRAM__TOKEN=api.token,
                TELEGRAM__API_URL=api.url,
                ARCHIVES=[{"name": "press", "url": site.url, "poll_seconds": 60}],
                ALLOW_PRIVATE_NETWORKS="true",
            )
            print(f"{RELEASES} releases, {SUBSCRIBERS} subscribers, median of {RUNS} runs")
            await _timed("python -c pass", lambda: _python(env))
            await _timed("herald latest", lambda: herald(env, "latest"))
            await _timed("herald search", lambda: herald(env, "search", "statement"))
            await _timed("herald status", lambda: herald(env, "status", "--json"))
            await _ready(env)


async def _filled(folder: Path) -> None:
    seal = Seal(make_key(folder / "herald.key"))
    now = datetime.now(UTC)
    text = "The council met today and found nothing. " * 80
    drafts = [
        draft(n, text=text, day=(now - timedelta(days=n)).date()) for n in range(1, RELEASES + 1)
    ]
    async with open_storage(folder / "herald.db", seal) as storage:
        await storage.keep(ARCHIVE, [(d, Fate.QUIET) for d in reversed(drafts)], now)
        for number in range(SUBSCRIBERS):
            await storage.subscribers.subscribe(Address("telegram", str(10_000 + number)))


async def _python(env: dict[str, str]) -> None:
    import sys

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "pass", env=env)
    await process.wait()


async def _timed(name: str, run: Callable[[], Awaitable[object]]) -> None:
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        await run()
        taken.append(time.perf_counter() - began)
    print(f"{name:<24}{statistics.median(taken):>8.2f} s   (worst {max(taken):.2f} s)")


async def _ready(env: dict[str, str]) -> None:
    taken, memory = [], 0
    for number in range(RUNS):
        began = time.perf_counter()
        async with running(env) as process:
            taken.append(time.perf_counter() - began)
            if number == 0:
                await asyncio.sleep(IDLE_SECONDS)
                memory = _resident(process.process.pid)
            await process.stop()
    print(f"{'herald run until ready':<24}{statistics.median(taken):>8.2f} s   "
          f"(worst {max(taken):.2f} s)")  # fmt: skip
    print(f"{'herald run, idle':<24}{memory / 1024:>8.0f} MB resident")


def _resident(pid: int) -> int:
    """Resident memory in kB, as /proc tells it."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


if __name__ == "__main__":
    asyncio.run(main())
