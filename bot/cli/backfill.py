"""herald backfill: all that the archives ever published, announcing nothing."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import logs
from bot.cli.objects import print_json
from bot.cli.opened import Chosen, chosen, correcting_of
from bot.cli.progress import Bar, Brought, table
from bot.cli.words import Failure, complain
from storage import Storage, open_storage
from storage.health import is_running
from storage.model import Archive, Saved

if TYPE_CHECKING:
    from bot.archive.backfill import Backfill
    from bot.archive.fetch import Fetcher
    from bot.archive.visitor import Visitor

STOPPED = "It was stopped, and nothing is lost: the next herald backfill goes on where it was."


def main(
    archive: Annotated[str, typer.Option("--archive", help="This one alone.")] = "",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Bring in all that the archives ever published, announcing nothing.

    By the best way that each offers: its REST API, its feed page by page, or its pages. Stopped at
    any point it goes on where it was; where all is there, it brings in what is new since. Also
    while Herald runs, which does the same by itself.
    """
    wishes = chosen()
    archives = _named(wishes.archives, archive)
    logs.configure("WARNING", wishes.settings.log_format, (), sys.stderr)
    found: list[Brought] = []
    whole = asyncio.run(_interruptible(wishes, archives, found))
    if json:
        print_json(_object(found))
    else:
        table(found)
    complain(*(f"{one.archive}: {one.why}" for one in found if one.why))
    if not whole:
        complain(STOPPED)
    if not whole or any(one.why for one in found):
        raise typer.Exit(1)


def _named(archives: Sequence[Archive], name: str) -> Sequence[Archive]:
    named = [archive for archive in archives if not name or archive.name == name]
    if not named:
        known = ", ".join(archive.name for archive in archives) or "none"
        raise Failure(f"There is no archive {name}; there are {known}.", code=2)
    return named


async def _interruptible(wishes: Chosen, archives: Sequence[Archive], found: list[Brought]) -> bool:
    """Bring in; False if somebody ended it. What came until then is `found`."""
    bar = Bar(shown=sys.stderr.isatty())
    task = asyncio.create_task(_bring(wishes, archives, found, bar))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return False
    finally:
        bar.end()
    return True


async def _bring(
    wishes: Chosen, archives: Sequence[Archive], found: list[Brought], bar: Bar
) -> None:
    from bot.app import user_agent
    from bot.archive.fetch import open_fetcher

    settings = wishes.settings
    async with (
        open_storage(settings.database, checkpoints=False, naming=wishes.naming) as storage,
        open_fetcher(
            user_agent(wishes.campaign),
            allow_private=settings.allow_private_networks,
            proxy=settings.proxy,
        ) as fetcher,
    ):
        for archive in archives:
            found.append(Brought(archive.name))
            bar.begin(archive.name)
            await _bring_one(wishes, storage, fetcher, archive, found[-1], bar)


async def _bring_one(
    wishes: Chosen,
    storage: Storage,
    fetcher: Fetcher,
    archive: Archive,
    brought: Brought,
    bar: Bar,
) -> None:
    from bot.app import clock
    from bot.archive.backfill import Backfill
    from bot.archive.judging import Judge
    from bot.archive.visitor import Visitor
    from bot.archive.ways import NoWay, Unheard

    settings = wishes.settings
    visitor = Visitor(fetcher, clock, on_pause=bar.pause)

    async def announces() -> bool:
        """Whether news would reach anybody: then it is for the bot that runs, or will."""
        running = await asyncio.to_thread(is_running, settings.database)
        return running or await storage.subscribers.any()

    backfill = Backfill(
        storage, visitor, archive,
        Judge(storage, archive, news_days=settings.news_days, burst=settings.burst),
        correcting=correcting_of(settings), clock=clock, announces=announces, on_step=bar.step,
    )  # fmt: skip
    began = asyncio.get_running_loop().time()
    try:
        await backfill.run()
    except (NoWay, Unheard) as error:
        brought.why = str(error)
    finally:
        brought.seconds = asyncio.get_running_loop().time() - began
        _count(brought, backfill, visitor)


def _count(brought: Brought, backfill: Backfill, visitor: Visitor) -> None:
    intake = backfill.intake
    brought.counts = {saved: intake.count(saved) for saved in Saved}
    brought.refused = intake.refused
    brought.left = len(intake.aside)
    brought.requests, brought.waited = visitor.requests, visitor.waited


def _object(found: Sequence[Brought]) -> dict[str, Any]:
    refused = [pair for one in found for pair in one.refused.items()]
    return {
        **{saved.value: sum(one.counts[saved] for one in found) for saved in Saved},
        "refused": [{"link": link, "reason": reason} for link, reason in refused],
        "left": sum(one.left for one in found),
    }
