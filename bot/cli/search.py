"""herald search WORDS: releases that have all the words, the best first."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from bot.cli.latest import MOST
from bot.cli.objects import object_of, print_json, print_release
from bot.cli.opened import Chosen, chosen, reading
from bot.cli.words import Failure
from storage import Storage
from storage.model import Found


def main(
    words: Annotated[list[str] | None, typer.Argument(help="What to look for.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 10,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    batch: Annotated[
        bool, typer.Option("--batch", help="One query a line from standard input, as JSON lines.")
    ] = False,
) -> None:
    """Find releases by their words.

    A query that begins with - is one quoted argument.
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
        print_json(_objects(found))
        return
    for hit in found.hits:
        print_release(hit.release, hit.snippet.text)
    if not found.hits:
        print("Nothing was found. Fewer words, or another spelling, may find more.")
    elif found.total > len(found.hits):
        print(f"{len(found.hits)} of {found.total}. More: --limit {found.total}")


async def _search(wishes: Chosen, query: str, limit: int) -> Found:
    async with reading(wishes) as storage:
        return await storage.search.find(query, limit) if storage is not None else Found()


async def _answer_lines(wishes: Chosen, limit: int) -> None:
    async with reading(wishes) as storage:
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
