"""What really happened, written before the bot is told: the log that tests believe."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO, TypeVar

Found = TypeVar("Found")
Entry = dict[str, Any]


class Truth:
    """An append-only list, and a file of JSON lines if `path` is given."""

    def __init__(self, path: Path | None = None) -> None:
        self.entries: list[Entry] = []
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path else None
        self._rung = asyncio.Event()

    def add(self, entry: Entry) -> None:
        """Keep one fact; it is in the file when this returns."""
        self.entries.append(entry)
        if self._file:
            self._file.write(json.dumps(entry, ensure_ascii=True) + "\n")
            self._file.flush()
        self.ring()

    def ring(self) -> None:
        """Wake those who wait: something changed."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait_for(self, predicate: Callable[[], Found], timeout: float) -> Found:
        """Return what `predicate` gives once that is true; looked at again after each change.

        Raises TimeoutError after `timeout` seconds.
        """
        async with asyncio.timeout(timeout):
            while not (found := predicate()):
                await self._rung.wait()
        return found

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()
