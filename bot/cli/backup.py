"""herald backup FILE: one consistent copy of the database, also while Herald runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.opened import chosen
from bot.cli.words import Failure
from config import Settings
from storage import open_storage


def main(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; must not exist yet.")],
) -> None:
    """Copy the whole database, and what platforms keep beside it, into one file.

    Also while Herald runs. The key is not in it: keep that apart.
    """
    settings = chosen().settings
    asyncio.run(_backup(settings, file))
    print(f"Saved to {file}. Keep the key {settings.secret_key_file} as well, in another place.")


async def _backup(settings: Settings, file: Path) -> None:
    if not settings.database.exists():
        raise Failure(f"There is no database at {settings.database} yet.")
    async with open_storage(settings.database, checkpoints=False) as storage:
        await storage.backup(file)
