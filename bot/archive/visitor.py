"""Walks through a site's pages: one request at a time per host, with patience and with its count.

For the many requests of a backfill or a reconcile; a poll asks by itself and waits for its turn.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.archive.fetch import Answer, Fetcher, FetchError, Refused, TooLarge, retry_after
from bot.archive.identity import host
from bot.archive.ways import NoWay, Unheard

TRIES = 6
PATIENCE = 900.0  # seconds of pauses in a row, for one answer; WordPress's maintenance asks 600
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0

_LATER = frozenset({429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})


class TooMuch(NoWay):
    """The answer is larger than what we take; less may be asked for."""


class Visitor:
    """Asks for the pages of sites; one may be shared by all archives that are read.

    `requests` counts what was asked, `waited` the seconds spent waiting: for answers, and in
    pauses that a site asked for or needed. `on_pause` is told the seconds of each such pause.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        clock: Callable[[], datetime],
        *,
        tries: int = TRIES,
        patience: float = PATIENCE,
        on_pause: Callable[[float], None] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.requests = 0
        self.waited = 0.0
        self._fetcher = fetcher
        self._clock = clock
        self._tries = tries
        self._patience = patience
        self._on_pause = on_pause
        self._sleep = sleep
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, *, tries: int = 0
    ) -> Answer:
        """The answer, whatever its status, but for those that say "later": then it asks again, as
        often as it is made to, or up to so many `tries`.

        Raises Unheard when there is none for long, NoWay for an answer that we never take.
        """
        async with self._turns[host(url)]:
            return await self._patiently(url, headers, tries or self._tries)

    async def _patiently(self, url: str, headers: Mapping[str, str] | None, tries: int) -> Answer:
        paused = 0.0
        for number in range(tries):
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**number)
            try:
                answer = await self._ask(url, headers)
            except TooLarge as error:
                raise TooMuch(str(error)) from None
            except Refused as error:
                raise NoWay(str(error)) from None
            except FetchError as error:
                why = str(error)
            else:
                if answer.status not in _LATER:
                    return answer
                why = f"The archive answers with status {answer.status}."
                pause = max(pause, retry_after(answer.headers, self._clock()) or 0.0)
            paused += pause
            if number + 1 == tries or paused > self._patience:
                break
            await self._pause(pause)
        raise Unheard(why)

    async def _ask(self, url: str, headers: Mapping[str, str] | None) -> Answer:
        loop = asyncio.get_running_loop()
        self.requests += 1
        began = loop.time()
        try:
            return await self._fetcher.get(url, headers)
        finally:
            self.waited += loop.time() - began

    async def _pause(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._on_pause:
            self._on_pause(seconds)
        began = loop.time()
        try:
            await self._sleep(seconds)
        finally:
            self.waited += loop.time() - began
