"""herald search WORDS: releases by names and words, the best first."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from bot import present
from bot.cli.latest import EMPTY, MOST
from bot.cli.objects import object_of, print_json, print_release
from bot.cli.opened import Chosen, chosen, reading
from bot.cli.words import Failure
from bot.i18n import texts
from storage import Storage
from storage.model import Found, RichText, Style


def main(
    words: Annotated[list[str] | None, typer.Argument(help="What to look for.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 10,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    batch: Annotated[
        bool, typer.Option("--batch", help="One query a line from standard input, as JSON lines.")
    ] = False,
) -> None:
    """Find releases by names, in any spelling, and by words.

    The words may say more: "an exact phrase", -without, OR, year:2014, after:2014-03, before:2015,
    lang:ru, intitle:word, sort:new, sort:old. A query that begins with - is one quoted argument.
    """
    wishes = chosen()
    limit = min(limit, MOST)
    if batch and words:
        raise Failure("With --batch the queries come from standard input, not as WORDS.", code=2)
    if batch:
        asyncio.run(_answer_lines(wishes, limit))
        return
    if not words:
        raise Failure("WORDS are missing. Try: herald search Magnitsky", code=2)
    query = " ".join(words)
    found = asyncio.run(_search(wishes, query, limit))
    if json:
        print_json(_objects(found or Found()))
    elif found is None:
        print(EMPTY)
    else:
        print_found(found, query)


def print_found(found: Found, query: str) -> None:
    """The hits as a list, with the names they were found under; else what was tried."""
    if found.hits:
        _print_hits(found, query)
    else:
        _print_nothing(found, query)


def _print_hits(found: Found, query: str) -> None:
    t = texts("en")
    for line in present.understood(found, query, t):
        print(line)
    for hit in found.hits:
        print_release(hit.release, _shown(hit.snippet))
    sorted_by = present.sorted_by(found.order, t)
    if found.more:
        print(f"{len(found.hits)} of more than {found.total:,}, {sorted_by}.")
    elif found.total > len(found.hits):
        counted = f"{len(found.hits)} of {found.total}, {sorted_by}."
        print(f"{counted} More: --limit {found.total}")


def _print_nothing(found: Found, query: str) -> None:
    """What was tried, and the nearest names: they are offered, never taken for what was meant."""
    t = texts("en")
    if found.missing is not None:
        print(present.unclear(found.missing, t))
        return
    unread = present.unread(found, t)
    hint = "" if unread else " Fewer words, or another spelling, may find more."
    print(f"Nothing was found.{hint}")
    for line in (*present.understood(found, query, t), present.tried(found, query, t), unread):
        if line:
            print(line)
    if found.offers:
        print(f"Did you mean {' or '.join(map(present.with_count, found.offers))}?")


def _shown(snippet: RichText) -> str:
    """The snippet, the hit in bold where a person looks."""
    if not sys.stdout.isatty():
        return snippet.text
    text, end = "", 0
    for span in sorted(span for span in snippet.spans if span.style is Style.BOLD):
        if span.start >= end:
            hit = snippet.text[span.start : span.end]
            text += f"{snippet.text[end : span.start]}\x1b[1m{hit}\x1b[0m"
            end = span.end
    return text + snippet.text[end:]


async def _search(wishes: Chosen, query: str, limit: int) -> Found | None:
    """What is found; None where there is nothing yet that could be."""
    async with reading(wishes) as storage:
        if storage is None:
            return None
        await _catch_up(storage)
        found = await storage.search.find(query, limit)
        return found if found.hits or await storage.releases.latest(1) else None


async def _catch_up(storage: Storage) -> None:
    """After an upgrade releases have to be indexed anew: a bar says how far that is."""
    left = await storage.search.catch_up()
    if not left:
        return
    # Imported here: a search does without a bar but once after an upgrade.
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True, highlight=False)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("making the search ready", total=left)
        while left:
            before, left = left, await storage.search.catch_up()
            progress.advance(task, before - left)


async def _answer_lines(wishes: Chosen, limit: int) -> None:
    async with reading(wishes) as storage:
        if storage is not None:
            await _catch_up(storage)
        for line in _queries():
            print_json(await _objects_for(storage, line, limit))
            sys.stdout.flush()


async def _objects_for(storage: Storage | None, query: str, limit: int) -> list[dict[str, Any]]:
    if storage is None:
        return []
    return _objects(await storage.search.find(query, limit))


def _objects(found: Found) -> list[dict[str, Any]]:
    return [object_of(hit.release, whole=False, snippet=hit.snippet.text) for hit in found.hits]


def _queries() -> Iterator[str]:
    """Lines end with a line feed and nothing else; broken UTF-8 is replaced."""
    for line in sys.stdin.buffer:
        yield line.removesuffix(b"\n").decode("utf-8", "replace")
