"""Herald as its operator runs it: a process of its own, that can be stopped and killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """The environment with a database and key in this folder, and these settings and no others."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("HERALD_")}
    given = {
        "DATABASE": folder / "herald.db",
        "SECRET_KEY_FILE": folder / "herald.key",
        "WEB__PORT": "0",
        **settings,
    }
    ours = {
        f"HERALD_{k}": v if isinstance(v, str) else json.dumps(v, default=str)
        for k, v in given.items()
        if not isinstance(v, Path)
    }
    ours |= {f"HERALD_{k}": str(v) for k, v in given.items() if isinstance(v, Path)}
    return clean | ours | {"PYTHONPATH": str(ROOT)}


async def herald(env: dict[str, str], *arguments: str, typed: bytes = b"") -> tuple[int, str, str]:
    """Run one command to its end, in an empty folder; returns code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot", *arguments, env=env, cwd=_empty(env),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(60):
        out, err = await process.communicate(typed)
    return process.returncode or 0, out.decode(), err.decode()


async def status(env: dict[str, str]) -> dict[str, Any]:
    """What `herald status --json` says."""
    code, out, err = await herald(env, "status", "--json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


@dataclass
class Running:
    """A `herald run` at work; `log` is what it has written so far."""

    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)

    async def ended(self) -> int:
        async with asyncio.timeout(60):
            return await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM, as a service manager does."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        """SIGKILL, as a power cut does."""
        if self.process.returncode is None:
            self.process.kill()
        await self.ended()


@asynccontextmanager
async def running(
    env: dict[str, str], *, until: str = "ready", module: Sequence[str] = ("bot", "run")
) -> AsyncIterator[Running]:
    """Herald, from the moment its log has the word `until`; or another `module` and arguments."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", *module, env=env, cwd=_empty(env),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    made = Running(process)
    seen = asyncio.Event()
    reader = asyncio.create_task(_read(made, seen, until))
    try:
        async with asyncio.timeout(60):
            await seen.wait()
        yield made
    finally:
        await made.kill()
        await reader


async def _read(made: Running, seen: asyncio.Event, until: str) -> None:
    assert made.process.stderr is not None
    async for line in made.process.stderr:
        made.log.append(line.decode())
        if until in made.log[-1]:
            seen.set()
    seen.set()


def _empty(env: dict[str, str]) -> Path:
    folder = Path(env["HERALD_DATABASE"]).parent / "empty"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
