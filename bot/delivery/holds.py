"""Chats that take no answer while what was pushed to them is in doubt: only where there is a probe.

It edits what it finds. So between a mark and the result no answer may go there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from bot.chat import Platform
from storage.model import Address, Delivery


class Holds:
    """One platform's, from the claim of a delivery until its result is kept."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._held: dict[int, Address] = {}

    @contextmanager
    def claiming(self) -> Iterator[Claiming]:
        """Marks what is claimed in this block; what it does not `keep` is let go of."""
        claiming = Claiming(self._platform)
        try:
            yield claiming
        finally:
            self._held |= claiming.kept
            for address in claiming.marked:
                self._platform.budget.let_go(address)

    def let_go(self, deliveries: Iterable[int]) -> None:
        """How these ended is kept."""
        for delivery in deliveries:
            if delivery in self._held:
                self._platform.budget.let_go(self._held.pop(delivery))


class Claiming:
    """One claim: `marked` are the chats that are held for nothing yet."""

    def __init__(self, platform: Platform) -> None:
        self._probe = platform.probe
        self.marked: list[Address] = []
        self.kept: dict[int, Address] = {}

    def mark(self, address: Address) -> str:
        """The platform's place at this moment, "" where it has none."""
        mark = self._probe.mark(address) if self._probe is not None else ""
        if mark:
            self.marked.append(address)
        return mark

    def keep(self, claimed: list[Delivery]) -> list[Delivery]:
        """These are ours: their chats stay held."""
        for delivery in claimed:
            if delivery.subscriber.address in self.marked:
                self.marked.remove(delivery.subscriber.address)
                self.kept[delivery.id] = delivery.subscriber.address
        return claimed
