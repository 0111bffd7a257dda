"""herald doctor: everything that can be wrong, each fault in one line with its mend."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from bot.cli.objects import print_json
from bot.cli.opened import chosen
from bot.platforms.checking import Check


def main(
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Search the whole database, however long it takes.")
    ] = False,
) -> None:
    """Look for what is wrong, and say how to mend it.

    Also while Herald runs. Nothing is changed. Ends with 1 if there is a fault.
    """
    from bot.cli.checks import everything

    found = asyncio.run(everything(chosen(), _waiting, thorough=thorough))
    if json:
        print_json([asdict(check) for check in found])
    else:
        _print(found)
    if not all(check.ok for check in found):
        raise typer.Exit(1)


def _waiting(names: set[str]) -> None:
    """What is still waited for, on the line where the person looks; nothing in a pipe."""
    if sys.stderr.isatty():
        line = f"… {', '.join(sorted(names))}" if names else ""
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def _print(found: list[Check]) -> None:
    width = max(len(check.check) for check in found) + 1
    for check in found:
        word = "FAULT" if not check.ok else "hint" if check.mend else "ok"
        mend = f" Mend: {check.mend}" if check.mend else ""
        print(f"{word:<5}  {check.check + ':':<{width}}  {check.detail}{mend}")
