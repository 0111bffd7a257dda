"""Says what becomes of what an archive shows for the first time, by what was known before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.archive.excerpts import Group
from bot.archive.news import fates, is_news
from storage import Storage
from storage.model import Archive, Draft, Fate, Reading

# Sites date in whole seconds, by clocks of their own; and a cache may be behind.
SKEW = timedelta(hours=1)

Fated = list[tuple[Draft, Fate]]


class Judge:
    """The judge of one archive. `news_days` and `burst` are the operator's limits."""

    def __init__(self, storage: Storage, archive: Archive, *, news_days: float, burst: int) -> None:
        self._storage = storage
        self._archive = archive
        self._news = timedelta(days=news_days)
        self._burst = burst
        self._zone = ZoneInfo(archive.timezone)

    async def fated(self, groups: Sequence[Group], reading: Reading, now: datetime) -> Fated:
        """Everything with its fate, as it is kept: all that one reading found, at once."""
        first, since = await self._first(reading)
        unknown = await self.unknown([group[0] for group in groups])
        if since is not None:
            unknown = [draft for draft in unknown if self._from(draft, since)]
        decided = fates(
            unknown,
            first=first,
            now=now,
            zone=self._zone,
            window=await self._window(now),
            burst=self._burst,
        )
        fate = dict(zip(unknown, decided, strict=True))
        return [
            (draft, fate.get(draft, Fate.QUIET) if draft is group[0] else Fate.QUIET)
            for group in groups
            for draft in group
        ]

    async def unknown(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Those that would be new."""
        return await self._storage.releases.unknown(self._archive.name, drafts)

    async def news(
        self, drafts: Sequence[Draft], now: datetime, since: datetime | None = None
    ) -> list[Draft]:
        """Those that are dated as news is, not before about `since`; a date counts to its end."""
        window = await self._window(now)
        return [
            draft
            for draft in drafts
            if is_news(draft, now, self._zone, window)
            and (since is None or self._from(draft, since))
        ]

    async def _first(self, reading: Reading) -> tuple[bool, datetime | None]:
        """Whether nothing is news yet, and since when else, where that is not for ever.

        A history that is being brought in is the first contact; so what came before it began is
        no news to the first poll, and what comes out meanwhile is.
        """
        if reading.first_read_at is None:  # it may have ended while the archive was asked
            reading = await self._storage.archives.reading(self._archive)
        history = await self._storage.histories.of(self._archive)
        first, last, begun = reading.first_read_at, reading.last_read_at, history.begun_at
        if first is None:
            begun = begun if history.filled_at is None else None
            return begun is None, begun
        polled = last is not None and last > first
        return False, begun if begun == first and not polled else None

    def _from(self, draft: Draft, since: datetime) -> bool:
        since -= SKEW
        if draft.published_at is not None:
            return draft.published_at >= since
        return draft.published >= since.astimezone(self._zone).date()

    async def _window(self, now: datetime) -> timedelta:
        """How far back news reaches: the days set, not counting those that Herald was down.

        A longer reach may take in more downtime, so it grows until it holds.
        """
        await self._storage.facts.alive(now)
        window = self._news
        while True:
            longer = self._news + await self._storage.facts.downtime(now - window, now)
            if longer <= window:
                return window
            window = longer
