"""One life of Herald as a process: from its first instruction to whatever end it finds."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.running import Running

HERALD = ("-m", "bot", "run")


@dataclass
class Life(Running):
    """A process that is watched, and need not be ready yet."""

    wrote: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def says(self, word: str, seconds: float = 60) -> None:
        """Until a line of its log has this word. Raises TimeoutError, with its last lines."""
        try:
            async with asyncio.timeout(seconds), self.wrote:
                await self.wrote.wait_for(lambda: self.said(word) or not self.lives)
        except TimeoutError:
            raise TimeoutError(f"{word!r} was not said. {self.log[-5:]}") from None
        assert self.said(word), f"it ended without saying {word!r}: {self.log[-5:]}"

    def said(self, word: str) -> bool:
        """Whether a line of its log has this word."""
        return any(word in line for line in self.log)

    @property
    def lives(self) -> bool:
        return self.process.returncode is None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it lives."""
        if self.lives:
            self.process.send_signal(number)


@asynccontextmanager
async def launched(env: dict[str, str], program: Sequence[str] = HERALD) -> AsyncIterator[Life]:
    """The process, at once; it is killed when the block ends, if it lives then.

    `program` is what this Python runs, or a command that begins with "/".
    """
    folder = Path(env["HERALD_SECRET_KEY_FILE"]).parent / "empty"
    folder.mkdir(exist_ok=True)
    command = program if program[0].startswith("/") else (sys.executable, "-P", *program)
    process = await asyncio.create_subprocess_exec(
        *command, env=env, cwd=folder,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    life = Life(process)
    reader = asyncio.create_task(_read(life))
    try:
        yield life
    finally:
        life.signal(signal.SIGCONT)  # one that is stopped dies of SIGKILL, too, but not of TERM
        await life.kill()
        await reader


async def _read(life: Life) -> None:
    assert life.process.stderr is not None
    async for line in life.process.stderr:
        async with life.wrote:
            life.log.append(line.decode())
            life.wrote.notify_all()
    await life.process.wait()
    async with life.wrote:
        life.wrote.notify_all()
