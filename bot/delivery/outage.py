"""Since when a platform takes nothing: that time lets no delivery expire."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage import Storage
from storage.facts import OUTAGE


class Outage:
    """One platform's troubles, of some minutes at least. Nothing is written but in `keep`, and in
    `stopped`.

    Long ones are kept in pieces, for a restart forgets what is not written.
    """

    def __init__(self, storage: Storage, platform: str) -> None:
        self._storage = storage
        self._platform = platform
        self._fact = f"stopped {platform}"
        self._since: datetime | None = None
        self._over: list[tuple[datetime, datetime]] = []
        self._noted = False

    def failed(self, now: datetime) -> None:
        """The platform as a whole did not take a message."""
        self._since = self._since or now

    def arrived(self, now: datetime) -> None:
        """It took one, or answered at least: whatever the trouble was, it is over."""
        began, self._since = self._since, None
        if began is not None and now - began >= OUTAGE:
            self._over.append((began, now))

    async def stopped(self, now: datetime) -> None:
        """It will not have us, and nobody will look before somebody has mended that."""
        self.failed(now)
        await self._note(self._since)

    async def recall(self) -> None:
        """An earlier run may have been stopped: that lasts until the platform answers."""
        stopped = await self._storage.facts.get(self._fact)
        if stopped:
            self._noted = True
            self.failed(datetime.fromisoformat(stopped))

    async def keep(self, now: datetime) -> None:
        """Write down what is over, and what lasts for long already."""
        if self._since is not None and now - self._since >= OUTAGE:
            self._over.append((self._since, now))
            self._since = now
        while self._over:
            await self._storage.facts.platform_was_down(self._platform, *self._over[0])
            del self._over[0]
        if self._noted and self._since is None:
            await self._note(None)

    async def uptime(self, since: datetime, now: datetime) -> timedelta:
        """How long since then both Herald and the platform were there."""
        await self._storage.facts.alive(now)
        until = min(now, self._since or now)
        if until <= since:
            return timedelta()
        return until - since - await self._storage.facts.downtime(since, until, self._platform)

    async def _note(self, since: datetime | None) -> None:
        await self._storage.facts.set(self._fact, since.isoformat() if since else "")
        self._noted = since is not None
