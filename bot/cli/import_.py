"""herald import FILE…: releases from files, announcing nothing."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.objects import print_json
from bot.cli.opened import Chosen, chosen
from bot.cli.words import Failure, complain
from storage import Storage, open_storage
from storage.model import Archive, Fate, Saved

AT_ONCE = 50


@dataclass(slots=True)
class Brought:
    """What an import came to: per file how many were new, changed and known; and the refused."""

    files: list[tuple[str, Counter[Saved]]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def total(self, saved: Saved) -> int:
        return sum(counts[saved] for _, counts in self.files)


def main(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Feeds or pages.")],
    archive: Annotated[str, typer.Option("--archive", help="Whose releases they are.")] = "",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Bring releases in from files, announcing nothing.

    Each file is a feed (RSS, Atom, JSON Feed), an answer of the WordPress REST API, or an archive
    page in HTML or as plain text: which it is shows by its content. What is known is recognised.
    """
    wishes = chosen()
    brought = asyncio.run(_bring(wishes, files, archive))
    for file, reason in brought.refused:
        complain(f"{file}: {reason}")
    if json:
        print_json(_object(brought))
    else:
        _print(brought)
    if brought.refused:
        raise typer.Exit(1)


async def _bring(wishes: Chosen, files: Sequence[Path], name: str) -> Brought:
    named = next((a for a in wishes.archives if a.name == name), None)
    if name and named is None:
        known = ", ".join(a.name for a in wishes.archives)
        raise Failure(f"There is no archive {name}; there are {known}.", code=2)
    brought = Brought()
    async with open_storage(
        wishes.settings.database, checkpoints=False, naming=wishes.naming
    ) as storage:
        for file in files:
            await _bring_file(storage, wishes.archives, named, file, brought)
    return brought


async def _bring_file(
    storage: Storage,
    archives: Sequence[Archive],
    named: Archive | None,
    file: Path,
    brought: Brought,
) -> None:
    from bot.app import clock
    from bot.archive.document import Unreadable
    from bot.archive.files import read_file

    try:
        archive, document = await read_file(file, archives, named, clock())
    except Unreadable as error:
        brought.refused.append((str(file), str(error)))
        return
    counts: Counter[Saved] = Counter()
    drafts = [(draft, Fate.QUIET) for draft in document.drafts]
    # In pieces: a bot that runs meanwhile must be able to write, too.
    for start in range(0, len(drafts), AT_ONCE):
        kept = await storage.keep(archive, drafts[start : start + AT_ONCE], clock())
        counts.update(saved for saved, _ in kept)
    brought.files.append((str(file), counts))
    brought.refused += [(str(file), f"{what}: {reason}") for what, reason in document.refused]
    if not document.complete:
        brought.refused.append((str(file), "It ends in the middle; what it had whole was kept."))


def _object(brought: Brought) -> dict[str, Any]:
    return {
        "new": brought.total(Saved.NEW),
        "changed": brought.total(Saved.CHANGED),
        "known": brought.total(Saved.KNOWN),
        "refused": [{"file": file, "reason": reason} for file, reason in brought.refused],
    }


def _print(brought: Brought) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_footer=len(brought.files) > 1)
    table.add_column("file", overflow="fold", footer="all together")
    for saved in Saved:
        table.add_column(saved.value, justify="right", footer=str(brought.total(saved)))
    table.add_column("refused", justify="right", footer=str(len(brought.refused)))
    refused = Counter(file for file, _ in brought.refused)
    for file, counts in brought.files:
        table.add_row(file, *(str(counts[saved]) for saved in Saved), str(refused[file]))
    if brought.files:
        # A pipe has no width: there the lines stay whole.
        Console(highlight=False, width=None if sys.stdout.isatty() else 400).print(table)
