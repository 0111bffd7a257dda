"""herald show ID: one release, whole, or the history of its words."""

from __future__ import annotations

import asyncio
import difflib
from itertools import pairwise
from typing import Annotated

import typer

from bot.cli.objects import instant, object_of, print_json
from bot.cli.opened import Chosen, chosen, reading
from bot.cli.words import Failure
from storage.model import Release, Revision


def main(
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="The release's id.")],
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    history: Annotated[bool, typer.Option("--history", help="How its words changed.")] = False,
) -> None:
    """Show one release, whole."""
    release, revisions = asyncio.run(_found(chosen(), number))
    if release is None:
        raise Failure(f"There is no release {number}.")
    if history:
        _print_history(release, revisions, json)
    elif json:
        print_json(object_of(release, whole=True))
    else:
        _print(release)


async def _found(wishes: Chosen, number: int) -> tuple[Release | None, list[Revision]]:
    if number >= 2**63:
        return None, []
    async with reading(wishes.settings) as storage:
        if storage is None:
            return None, []
        return await storage.releases.get(number), await storage.releases.history(number)


def _print(release: Release) -> None:
    print(release.title)
    withdrawn = " · withdrawn" if release.withdrawn else ""
    print(f"{release.published.isoformat()} · {release.language}{withdrawn}")
    if release.link:
        print(release.link)
    print(f"\n{release.body.text}")


def _print_history(release: Release, revisions: list[Revision], json: bool) -> None:
    if json:
        print_json([
            {"revision": r.revision, "seen_at": instant(r.seen_at), "title": r.title,
             "body": r.body}
            for r in revisions
        ])  # fmt: skip
        return
    first = revisions[0]
    print(f"Revision {first.revision}, seen {instant(first.seen_at)}: {first.title}")
    for before, after in pairwise(revisions):
        print(f"\nRevision {after.revision}, seen {instant(after.seen_at)}:")
        lines = difflib.unified_diff(
            [before.title, *before.body.splitlines()],
            [after.title, *after.body.splitlines()],
            lineterm="", n=0,
        )  # fmt: skip
        for line in list(lines)[2:]:
            if not line.startswith("@@"):
                print(f"  {line}")
    if len(revisions) == 1:
        print(f"Release {release.id} has not changed since.")
