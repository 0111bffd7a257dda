"""What was made once and may be asked for again: pages and pictures, as long as there is room."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from bot.platforms.web.files import File, made

EACH = 1000  # bytes that anything takes up, however small it is
PAGES_BYTES = 16_000_000

Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """Room for so many bytes; what nobody has asked for the longest makes room for others."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._things: OrderedDict[Hashable, tuple[Thing, int]] = OrderedDict()
        self.taken = 0

    def get(self, key: Hashable) -> Thing | None:
        """What lies there under this key."""
        if key not in self._things:
            return None
        self._things.move_to_end(key)
        return self._things[key][0]

    def put(self, key: Hashable, thing: Thing, size: int) -> None:
        """Lay it there, of so many bytes; what is larger than the shelf is not kept."""
        self._take(key)
        size += EACH
        if size > self._room:
            return
        while self.taken + size > self._room:
            self._take(next(iter(self._things)))
        self._things[key] = thing, size
        self.taken += size

    def _take(self, key: Hashable) -> None:
        _, size = self._things.pop(key, (None, 0))
        self.taken -= size


class Drawn:
    """Large texts are long in drawing: that is done once, and for one reader at a time."""

    def __init__(self) -> None:
        self._shelf: Shelf[File] = Shelf(PAGES_BYTES)
        self._drawing = asyncio.Lock()

    async def file(self, key: Hashable, media_type: str, draw: Callable[[], bytes]) -> File:
        """What is drawn under this key, packed already. `draw` is called in a thread."""
        if (ready := self._shelf.get(key)) is not None:
            return ready
        async with self._drawing:
            file = self._shelf.get(key)  # another reader may have had it drawn meanwhile
            if file is None:
                file = await asyncio.to_thread(lambda: made(media_type, draw()))
                self._shelf.put(key, file, len(file.body) + len(file.packed))
            return file
