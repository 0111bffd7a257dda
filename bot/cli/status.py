"""herald status: how it is, while it runs or not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bot.cli.objects import instant, print_json
from bot.cli.opened import Chosen, chosen, reading
from storage.health import is_running
from storage.model import History, Outbox, Queue, Reading, Standing

NOT_RUNNING = "herald run is not running"


def main(
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show how it is, while it runs or not."""
    status = asyncio.run(_status(chosen()))
    if json:
        print_json(status)
    else:
        _print(status, datetime.now(UTC))


async def _status(wishes: Chosen) -> dict[str, Any]:
    readings: list[Reading] = []
    queue: Sequence[Queue] = ()
    releases, held, subscribers, outbox = 0, 0, {}, Outbox()
    standings: list[Standing] = []
    histories: list[History] = []
    running = await asyncio.to_thread(is_running, wishes.settings.database)
    async with reading(wishes) as storage:
        if storage is not None:
            readings = await storage.archives.all()
            releases = await storage.releases.count()
            held = await storage.releases.held()
            subscribers = await storage.subscribers.counts()
            outbox = await storage.outbox.totals()
            queue = await storage.outbox.queue()
            standings = await storage.platforms.all()
            histories = await storage.histories.all()
    known = {r.archive for r in readings}
    history = {h.archive: h for h in histories}
    readings += [Reading(a.name, a.url) for a in wishes.archives if a.name not in known]
    return {
        "archives": [_archive(r, history.get(r.archive, History(r.archive))) for r in readings],
        "releases": releases,
        "subscribers": subscribers,
        "outbox": {
            "waiting": outbox.waiting,
            "sent": outbox.sent,
            "failed": outbox.failed,
            "unknown": outbox.unknown,
        },
        "held": held,
        "queue": [
            {"lane": q.lane.name.lower(), "waiting": q.waiting, "since": instant(q.since)}
            for q in queue
        ],
        "platforms": [_platform(s, running) for s in standings],
    }


def _archive(reading: Reading, history: History) -> dict[str, Any]:
    return {
        "name": reading.archive,
        "url": reading.url,
        "releases": reading.releases,
        "withdrawn": reading.withdrawn,
        "last_read": instant(reading.last_read_at),
        "next_read": instant(reading.next_read_at),
        "last_error": reading.last_error or None,
        "history": {
            "way": history.way or None,
            "pages": history.mark,
            "filled": instant(history.filled_at),
            "compared": instant(history.reconciled_at),
            "next": instant(history.reconcile_at),
        },
        "notice": history.notice or None,
    }


def _platform(standing: Standing, running: bool) -> dict[str, Any]:
    """As it last said while it ran; nobody knows how long that was true where none runs."""
    if not running:
        why = NOT_RUNNING
        return {"name": standing.name, "ok": False, "why": why, "since": None, "paused": None}
    return {
        "name": standing.name,
        "ok": standing.ok,
        "why": standing.why,
        "since": instant(standing.since),
        "paused": instant(standing.paused),
    }


def _when_next(archive: dict[str, Any]) -> str:
    """Without a time it has not begun, or it rests: the archive said that it is gone for good."""
    if archive["last_error"]:
        return "not again, until its url is changed"
    return "when Herald runs"


def _history(history: dict[str, Any]) -> str:
    """How much of what it ever published is there, and when that was last compared."""
    if not history["filled"]:
        pages = history["pages"]
        return f"{pages} pages brought in so far" if history["way"] else "not brought in yet"
    compared = history["compared"] or "never"
    return f"all brought in, compared {compared}, next {history['next'] or 'when Herald runs'}"


def _age(since: str, now: datetime) -> str:
    """How long ago that was, in the largest unit that gives a whole number of one or more."""
    seconds = max(0, int((now - datetime.fromisoformat(since)).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _print(status: dict[str, Any], now: datetime) -> None:
    for archive in status["archives"]:
        print(f"Archive {archive['name']}  {archive['url']}")
        print(f"  releases     {archive['releases']}, withdrawn {archive['withdrawn']}")
        print(f"  last read    {archive['last_read'] or 'never'}")
        print(f"  next read    {archive['next_read'] or _when_next(archive)}")
        print(f"  history      {_history(archive['history'])}")
        if archive["notice"]:
            print(f"  please look  {archive['notice']}")
        if archive["last_error"]:
            print(f"  trouble      {archive['last_error']}")
    people = ", ".join(f"{n} on {p}" for p, n in status["subscribers"].items()) or "none yet"
    print(f"Releases       {status['releases']}, held {status['held']}")
    print(f"Subscribers    {people}")
    _print_platforms(status["platforms"], now)
    outbox = ", ".join(f"{name} {n}" for name, n in status["outbox"].items())
    print(f"Outbox         {outbox}")
    for waits in status["queue"]:
        age = _age(waits["since"], now)
        print(f"  {waits['lane']:<13}{waits['waiting']} waiting, the oldest for {age}")


def _print_platforms(platforms: list[dict[str, Any]], now: datetime) -> None:
    known = [p for p in platforms if p["since"] is not None]
    nothing = f"not known: {NOT_RUNNING}" if platforms else "none yet"
    print("Platforms" if known else f"Platforms      {nothing}")
    for platform in known:
        how = "well" if platform["ok"] else "not well"
        why = "" if platform["ok"] else f": {platform['why']}"
        print(f"  {platform['name']:<13}{how} for {_age(platform['since'], now)}{why}")
        if platform["paused"]:
            rests = _age(platform["paused"], now)
            print(f"  {'':<13}the push rests for {rests}: too many were refused as gone")
