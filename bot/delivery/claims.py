"""What goes out next: claimed in the outbox, and its chat held where there is a probe."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from bot.chat import Platform
from bot.delivery.flights import Flights
from bot.delivery.holds import Holds
from bot.delivery.turns import Turns
from bot.waiting import loop_seconds
from storage import Storage
from storage.model import Delivery
from storage.outbox import Result


class Claims:
    """One platform's. `epoch` is the number of the run that claims."""

    def __init__(
        self,
        platform: Platform,
        storage: Storage,
        flights: Flights,
        clock: Callable[[], datetime],
    ) -> None:
        self.epoch = 0
        self._platform = platform
        self._storage = storage
        self._flights = flights
        self._clock = clock
        self._holds = Holds(platform)
        self._turns = Turns()

    async def next(
        self, room: int, *, without: Collection[int], fresh: bool, urgent: bool = False
    ) -> list[Delivery]:
        """Up to so many, none of these announcements; if `fresh`, none that failed before, and if
        `urgent`, nothing that can wait.
        """
        with self._holds.claiming() as holding:
            claimed = holding.keep(await self._storage.outbox.claim(
                self._platform.name, self.epoch, self._turns.lanes(urgent=urgent), room,
                self._clock(),
                without=without, fresh=fresh, mark=holding.mark,
            ))  # fmt: skip
        self._flights.claimed((delivery.id for delivery in claimed), loop_seconds())
        return claimed

    async def of(self, announcement: int, subscriber: int) -> Delivery | None:
        """The one that this subscriber is owed, if it may go out now."""
        with self._holds.claiming() as holding:
            claimed = await self._storage.outbox.claim_for(
                announcement, subscriber, self._platform.name, self.epoch, self._clock(),
                mark=holding.mark,
            )  # fmt: skip
            found = holding.keep([claimed] if claimed is not None else [])
        self._flights.claimed((delivery.id for delivery in found), loop_seconds())
        return claimed

    def let_go(self, results: Iterable[Result]) -> None:
        """How these ended is kept."""
        self._holds.let_go(result.delivery for result in results)
