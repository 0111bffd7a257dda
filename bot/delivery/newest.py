"""A set that keeps what was added last: what a process knows of its work must not grow for ever."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

KEPT = 1000  # more announcements than are ever open at once

T = TypeVar("T", bound=Hashable)


class Newest(Generic[T]):
    """At most `KEPT`; what was added longest ago is forgotten first."""

    def __init__(self) -> None:
        self._all: dict[T, None] = {}  # in the order in which they were added

    def add(self, item: T) -> None:
        """Keep this; what is added again counts as new."""
        self._all.pop(item, None)
        self._all[item] = None
        if len(self._all) > KEPT:
            del self._all[next(iter(self._all))]

    def __contains__(self, item: object) -> bool:
        return item in self._all

    def __iter__(self) -> Iterator[T]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)
