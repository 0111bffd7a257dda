"""herald latest [N]: the newest releases."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.cli.objects import object_of, print_json, print_release
from bot.cli.opened import Chosen, chosen, reading
from storage.model import Release

MOST = 2**31
EMPTY = "No releases are kept yet. Bring some in: herald import FILE"


def main(
    n: Annotated[int, typer.Argument(min=1, help="How many.")] = 5,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    bodies: Annotated[bool, typer.Option("--bodies", help="With --json: whole texts.")] = False,
) -> None:
    """List the newest releases, newest first."""
    releases = asyncio.run(_latest(chosen(), min(n, MOST)))
    if json:
        print_json([object_of(release, whole=bodies) for release in releases])
        return
    for release in releases:
        print_release(release)
    if not releases:
        print(EMPTY)


async def _latest(wishes: Chosen, count: int) -> list[Release]:
    async with reading(wishes) as storage:
        return await storage.releases.latest(count) if storage is not None else []
