"""Runs a folder of feeds through our reader and through feedparser alone: what do we lose?

    python -m tests.corpus FOLDER

Prints a table of the folders in it and a line for each file that needs a look; exit 1 where there
is an exception, or fewer entries than feedparser gives without a reason that explains it.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
from rich.console import Console
from rich.table import Table

from bot.archive.document import Unreadable
from bot.archive.parse_process import read_apart
from storage.model import Archive

SUFFIXES = {".xml", ".rss", ".atom", ".rdf", ".feed"}
ARCHIVE = Archive("press", "https://press.example/feed/")
NO_FEED = "no feed, says feedparser"
REPEATED = "the same item twice"
CUT = "the last item, cut"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: entries by us and by feedparser, and why some are not ours.

    `lost` are the entries that nothing explains, `failure` names the exception of ours.
    """

    path: Path
    ours: int = 0
    theirs: int = 0
    lost: int = 0
    failure: str = ""
    their_failure: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class Sum:
    """The outcomes of one folder, counted."""

    files: int = 0
    ours: int = 0
    theirs: int = 0
    exceptions: int = 0
    fewer: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count one file."""
        self.files += 1
        self.ours += outcome.ours
        self.theirs += outcome.theirs
        self.exceptions += bool(outcome.failure)
        self.fewer += outcome.lost > 0
        self.reasons.update(outcome.reasons)


def feeds(folder: Path) -> list[Path]:
    """The files in the folder that are feeds by their name."""
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())


async def compared(path: Path, now: datetime) -> Outcome:
    """One file, read by us and by feedparser alone."""
    data = await asyncio.to_thread(path.read_bytes)
    try:
        found = await asyncio.to_thread(feedparser.parse, io.BytesIO(data))
        theirs, version, their_failure = found.entries, found.get("version", ""), ""
    except Exception as error:  # noqa: BLE001 whatever it is, it is told
        theirs, version, their_failure = [], "", type(error).__name__
    outcome = Outcome(path, theirs=len(theirs), their_failure=their_failure)
    try:
        document = await read_apart(data, ARCHIVE, now)
    except Unreadable as error:
        return _refused(outcome, str(error), version)
    except Exception as error:  # noqa: BLE001 whatever it is, it is told
        return Outcome(path, 0, len(theirs), 0, type(error).__name__, their_failure)
    explained = [why for _, why in document.refused]
    explained += [REPEATED] * (len(theirs) - len(set(_places(theirs))))
    explained += [] if document.complete else [CUT]
    ours = len(document.drafts)
    lost = max(0, len(theirs) - ours - len(explained))
    return Outcome(path, ours, len(theirs), lost, "", their_failure, tuple(explained))


def _refused(outcome: Outcome, reason: str, version: str) -> Outcome:
    """A file that we do not read at all: well if it is no feed, or a feed of comments."""
    explained = not version or "comments" in reason
    why = reason if version else NO_FEED
    lost = 0 if explained else outcome.theirs
    return Outcome(outcome.path, 0, outcome.theirs, lost, "", outcome.their_failure, (why,))


def _places(entries: Iterable[Any]) -> Iterator[tuple[str, ...]]:
    """By what two entries are one: the identifier with the link, or else the entry itself."""
    for number, entry in enumerate(entries):
        key = entry.get("id", "")
        yield (key, entry.get("link", "") or entry.get("title", "")) if key else (str(number),)


def shown(sums: dict[str, Sum], outcomes: list[Outcome], console: Console) -> None:
    """The table, and a line for each file that needs a look."""
    table = Table("folder", "files", "entries", "feedparser's", "exceptions", "fewer", "not taken")
    for name, counted in sums.items():
        why = "; ".join(f"{n} × {reason}" for reason, n in counted.reasons.most_common())
        numbers = (counted.files, counted.ours, counted.theirs, counted.exceptions, counted.fewer)
        table.add_row(name, *map(str, numbers), why)
    console.print(table)
    for one in outcomes:
        if one.failure or one.lost:
            fault = one.failure or f"{one.lost} of {one.theirs} missing {', '.join(one.reasons)}"
            console.print(f"{one.path}: {fault}", markup=False, soft_wrap=True)


async def main(folder: Path) -> int:
    """The exit code: 0 where everything is read or explained."""
    sums: dict[str, Sum] = {}
    outcomes = [await compared(path, datetime.now(UTC)) for path in feeds(folder)]
    for outcome in outcomes:
        place = outcome.path.relative_to(folder).parent.as_posix()
        for name in (place, "in all"):
            sums.setdefault(name, Sum()).add(outcome)
    sums["in all"] = sums.pop("in all", Sum())
    shown(sums, outcomes, Console(width=160))
    return int(any(one.failure or one.lost for one in outcomes))


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("python -m tests.corpus FOLDER")
    sys.exit(asyncio.run(main(Path(sys.argv[1]))))
