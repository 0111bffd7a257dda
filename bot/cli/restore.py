"""herald restore FILE: go back to a backup. What is there now is kept beside it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.opened import chosen
from bot.cli.words import Failure
from storage.backup import forgotten_since, restore
from storage.lock import run_lock


def main(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file made by herald backup.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Go back to a backup. Refused while Herald runs."""
    database = chosen().settings.database
    with run_lock(database):
        people = asyncio.run(forgotten_since(file, database))
        if people and not yes:
            _ask(people)
        asyncio.run(restore(file, database))
    print(f"Restored from {file}. The next reading of each archive announces nothing.")


def _ask(people: int) -> None:
    """People who asked to be forgotten would come back: that needs a word."""
    who = "One person has" if people == 1 else f"{people} people have"
    what = f"{who} asked to be forgotten since this backup, and would be back"
    if not sys.stdin.isatty():
        raise Failure(f"{what}. To restore it all the same: --yes")
    if not typer.confirm(f"{what}. Restore it?"):
        raise Failure("Nothing was changed.")
