"""What really happened, written before the bot is told: the log that tests believe."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO, TypeVar

Found = TypeVar("Found")
Entry = dict[str, Any]


@dataclass(slots=True)
class Tally:
    """What came of the sends, in numbers. `first` and `last` are Unix seconds of accepted ones.

    `refused` is by error code; `inside`, `crossed` and `held` as in Pace.
    """

    accepted: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    inside: int = 0
    crossed: int = 0
    held: int = 0
    first: float = 0
    last: float = 0

    def note(self, entry: Entry) -> None:
        """Count an entry: of sends what came of them, of all how they met the limits."""
        self.inside += entry.get("inside", False)
        self.crossed += entry.get("crossed", False)
        self.held += "held" in entry
        if not entry["method"].startswith("send") or entry["method"] == "sendchataction":
            return
        if entry["effect"] == "accepted":
            self.accepted += 1
            self.first = self.first or entry["at"]
            self.last = entry["at"]
        elif "code" in entry:
            self.refused[entry["code"]] += 1

    def shown(self) -> dict[str, Any]:
        """The numbers as JSON has them; `refused` is of 429 only, `failed` of all others."""
        slow = self.refused[429]
        numbers = {"accepted": self.accepted, "refused": slow}
        numbers |= {"failed": self.refused.total() - slow, "inside": self.inside}
        numbers |= {"crossed": self.crossed, "held": self.held}
        return {**numbers, "first": self.first, "last": self.last}


class Truth:
    """An append-only list, and a file of JSON lines if `path` is given; `tally` counts along.

    Entries that are `lean` are counted, and written to the file only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.entries: list[Entry] = []
        self.tally = Tally()
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path else None
        self._rung = asyncio.Event()

    def add(self, entry: Entry) -> None:
        """Keep one fact; it is in the file when this returns."""
        if "lean" not in entry:
            self.entries.append(entry)
        self.tally.note(entry)
        if self._file:
            self._file.write(json.dumps(entry, ensure_ascii=True) + "\n")
            self._file.flush()
        self.ring()

    def new_tally(self) -> None:
        """Count anew from now on."""
        self.tally = Tally()

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
