"""The queue of updates and getUpdates: true offsets, a true long poll, the quarrel of two pollers.

Sources: telegram-bot-api Client.cpp (process_get_updates_query, do_get_updates, abort_long_poll,
fail_query_conflict, add_update) and td TQueue.cpp.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.botapi.queues import DAY, LIFETIMES, Queue, queue_of
from tests.fakes.botapi.refusals import OTHER_POLL, WEBHOOK_ACTIVE, RefusedError

LONG_POLL_MOST = 50  # seconds, Client.h, LONG_POLL_MAX_TIMEOUT
FAR = 10  # an offset this far beyond the newest update is disregarded, TQueue.cpp, get
SAME_OFFSET_ONE = 0.5  # seconds within which the same offset gets one update at most
OPTIONAL = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Update:
    """An update that waits: `expires` in Unix seconds, `queue` of those it waits for."""

    id: int
    expires: float
    body: dict[str, Any]
    queue: Queue


class Updates:
    """The updates not yet confirmed. `clock` gives Unix seconds; `ring` tells of a poll that waits.

    `first` is the first update's id; the waits are seconds, see FakeBotAPI.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        ring: Callable[[], None],
        repeat_wait: float,
        conflict_wait: float,
        first: int,
    ) -> None:
        self.webhook: Any = None  # true while one is set, by whomever
        self.allowed: frozenset[str] | None = None
        self.arrived = asyncio.Event()
        self.slows = bool(repeat_wait)
        self.next_webhook = 0.0
        self._clock = clock
        self._ring = ring
        self._repeat_wait = repeat_wait
        self._conflict_wait = conflict_wait
        self._next = first
        self._queue: list[Update] = []
        self._waiter: asyncio.Future[str] | None = None
        self._previous: tuple[int, float] | None = None
        self._peace = 0.0

    def add(self, kind: str, body: Any, lifetime: float = 0) -> int | None:
        """Queue an update for `lifetime` seconds (0: what its kind is kept); None if the bot did
        not ask for its kind.
        """
        if kind in OPTIONAL if self.allowed is None else kind not in self.allowed:
            return None
        return self.add_raw({kind: body}, lifetime or LIFETIMES.get(kind, DAY))

    def add_raw(self, body: dict[str, Any], lifetime: float = DAY) -> int:
        """Queue an update as it is, whatever its kind, and answer its id."""
        kind = next((name for name in body if name != "update_id"), "")
        queue = queue_of(kind, body.get(kind), self._next)
        update = Update(self._next, self._clock() + lifetime, body, queue)
        self._next += 1
        self._queue.append(update)
        self.end_poll("")
        self.arrived.set()
        return update.id

    @property
    def waiting(self) -> bool:
        """Whether a long poll waits at this moment."""
        return self._waiter is not None and not self._waiter.done()

    def pending(self) -> list[int]:
        """The ids of the updates that are neither confirmed nor expired."""
        return [update.id for update in self.kept()]

    def kept(self) -> list[Update]:
        """The updates that are neither confirmed nor expired, oldest first."""
        return [update for update in self._queue if update.expires > self._clock()]

    def forget(self, update_id: int) -> None:
        """An update is confirmed, or given up (TQueue.cpp, forget)."""
        self._queue = [update for update in self._queue if update.id != update_id]
        self._ring()

    def drop_all(self) -> None:
        """Forget what is queued (drop_pending_updates)."""
        self._queue.clear()

    def allow(self, kinds: Any) -> None:
        """Remember allowed_updates: an empty list is the default, a missing one changes nothing."""
        if isinstance(kinds, list):
            self.allowed = frozenset(map(str, kinds)) if kinds else None

    async def poll(self, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:
        """Answer getUpdates. Raises RefusedError 409 while a webhook is set or on a quarrel."""
        if self.webhook:
            raise await self._conflict(WEBHOOK_ACTIVE)
        limit, timeout = self._slowed(offset, limit, timeout)
        found = self._take(offset, limit)
        if found or not timeout:
            return found
        self.end_poll(OTHER_POLL)
        offset = max(offset, 0)
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        self._ring()
        try:
            async with asyncio.timeout(timeout):
                conflict = await waiter
        except TimeoutError:
            conflict = ""
        finally:
            if self._waiter is waiter:
                self._waiter = None
        if conflict:
            raise await self._conflict(conflict)
        return self._take(offset, limit)

    def end_poll(self, conflict: str) -> None:
        """End the poll that waits, if one does, with these words of a 409 ("" for none)."""
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(conflict)

    def _slowed(self, offset: int, limit: int, timeout: float) -> tuple[int, float]:
        """The same offset again within 3 s waits 3 s, within 0.5 s it gets one update."""
        now = asyncio.get_running_loop().time()
        if self._previous and self._repeat_wait and offset == self._previous[0]:
            since = now - self._previous[1]
            if since < self._repeat_wait:
                timeout = max(timeout, self._repeat_wait)
            if since < SAME_OFFSET_ONE:
                limit = 1
        self._previous = offset, now
        return limit, timeout

    def _take(self, offset: int, limit: int) -> list[dict[str, Any]]:
        if offset < 0:
            self._queue = self._queue[offset:]
        confirmed = 0 if offset > self._next + FAR else offset
        now = self._clock()
        self._queue = [u for u in self._queue if u.id >= confirmed and u.expires > now]
        return [{**u.body, "update_id": u.id} for u in self._queue[:limit]]

    async def _conflict(self, words: str) -> RefusedError:
        """A 409, held back 3 s when the last one was less than that ago."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._peace:
            await asyncio.sleep(self._conflict_wait)
        else:
            self._peace = loop.time() + self._conflict_wait
        return RefusedError(409, words)
