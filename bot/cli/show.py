"""herald show ID: one release, whole, or the history of its words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.cli.differences import Stretch, Way, differences, folded
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
    async with reading(wishes) as storage:
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
    first, console = revisions[0], Console(highlight=False)
    _say(console, Text(f"Revision {first.revision}, seen {instant(first.seen_at)}: {first.title}"))
    for before, after in pairwise(revisions):
        _say(console, Text(f"\nRevision {after.revision}, seen {instant(after.seen_at)}: "))
        _say(console, _difference(before, after))
    if len(revisions) == 1:
        _say(console, Text(f"Release {release.id} has not changed since."))


def _difference(before: Revision, after: Revision) -> Text:
    """The title, changed or not, and what changed below it."""
    title = _marked(differences(before.title, after.title))
    body = differences(before.body, after.body)
    changed = any(stretch.way is not Way.KEPT for stretch in body)
    return Text("\n\n").join([title, *([_marked(folded(body))] if changed else [])])


def _marked(stretches: Sequence[Stretch]) -> Text:
    """Marks that a pipe keeps, too, and colours where somebody looks."""
    said = Text()
    for stretch in stretches:
        words = stretch.text
        space, words = words[: len(words) - len(words.lstrip())], words.lstrip()
        if stretch.left_out:
            count = len(stretch.words)
            words = f"[… {count} words …]"
        said.append((space or " ") if said else "")
        mark, style = _MARKS[stretch.way]
        said.append(mark.format(words), "dim" if stretch.left_out else style)
    return said


def _say(console: Console, text: Text) -> None:
    """Lines as they are: a terminal breaks them itself, and a pipe wants them whole."""
    console.print(text, soft_wrap=True)


_MARKS = {Way.KEPT: ("{}", ""), Way.GONE: ("[-{}-]", "red"), Way.NEW: ("{{+{}+}}", "green")}
