"""How each platform is: for those who watch over us now, and kept for who asks beside us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from bot.health import NOT_YET, Health
from storage import DatabaseError, Storage
from storage.model import Standing

log = structlog.get_logger()

END_SECONDS = 1.0


class Standings:
    """What platforms say of themselves; `keep` writes it down behind them, the last of each."""

    def __init__(self, storage: Storage, clock: Callable[[], datetime]) -> None:
        self.health = Health()
        self._storage = storage
        self._clock = clock
        self._said: dict[str, tuple[bool, str]] = {}
        self._unkept: dict[str, Standing] = {}
        self._news = asyncio.Event()

    async def begin(self, names: Iterable[str]) -> None:
        """These run from now on, and have yet to say that they are well."""
        names = [*names]
        await self._storage.platforms.begin(names, NOT_YET, self._clock())
        self.health = Health(names)
        self._said = dict.fromkeys(names, (False, NOT_YET))
        self._unkept.clear()

    def report(self, name: str, ok: bool, why: str = "") -> None:
        """So it is with this platform; `why` not, in a few words of our own."""
        self.health.report(name, ok, why)
        said = (ok, "" if ok else why)
        if self._said.get(name) != said:
            self._said[name] = said
            self._unkept[name] = Standing(name, *said, self._clock())
            self._news.set()

    async def keep(self) -> None:
        """Write each change down, until cancelled; whoever runs this again loses none."""
        while True:
            await self._news.wait()
            await self.flush()

    async def flush(self) -> None:
        """Write down what is not yet. Raises DatabaseError: then it stays to be written."""
        while self._unkept:
            name, now = next(iter(self._unkept.items()))
            await self._storage.platforms.report(name, now.ok, now.why, now.since)
            if self._unkept.get(name) is now:  # else it said something else meanwhile
                del self._unkept[name]
        self._news.clear()

    async def end(self) -> None:
        """Write down what came last; where that cannot be, it is no reason not to end."""
        try:
            async with asyncio.timeout(END_SECONDS):
                await self.flush()
        except DatabaseError as error:
            log.warning("How the platforms are could not be kept.", reason=str(error))
        except TimeoutError:
            log.warning("How the platforms are could not be kept in time.")
