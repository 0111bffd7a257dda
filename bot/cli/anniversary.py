"""herald anniversary [N|YEAR]: the statements of that anniversary."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import anniversaries
from bot.anniversaries import Marking, Reason, Why
from bot.cli.objects import object_of, print_json, print_release
from bot.cli.opened import Chosen, chosen, reading
from bot.cli.words import Failure
from storage.model import Event


def main(
    which: Annotated[
        list[str] | None, typer.Argument(metavar="[N|YEAR]", help="5, fifth or 2014.")
    ] = None,
    event: Annotated[str, typer.Option("--event", help="Which event, by its name.")] = "",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what was said on an anniversary.

    Without a number or year, on the last one; from the first of its month, on the coming one.
    """
    wishes = chosen()
    words = " ".join(which or ())
    remembered, words = _event(wishes, event, words)
    today = datetime.now(ZoneInfo(wishes.campaign.timezone)).date()
    year = anniversaries.year_of(remembered, words, today)
    if isinstance(year, Why):
        if year.reason is Reason.UNCLEAR:
            raise Failure("N or YEAR must be a number such as 5 or a year such as 2014.", code=2)
        _print_none(remembered, words, year, json)
        return
    marks = asyncio.run(_marks(wishes, remembered, year))
    if json:
        _print_json(remembered, year, marks)
    else:
        _print(remembered, year, marks)


def _event(wishes: Chosen, name: str, words: str) -> tuple[Event, str]:
    """The event that is meant by its name, or by the words; and the words for its year."""
    events = wishes.campaign.events
    if not events:
        raise Failure("The campaign has no event that is remembered every year.")
    if not name:
        return anniversaries.asked(events, words)
    found = next((e for e in events if e.name.casefold() == name.casefold()), None)
    if found is None:
        known = ", ".join(e.name for e in events)
        raise Failure(f"There is no event {name}; there are {known}.", code=2)
    return found, words


async def _marks(wishes: Chosen, event: Event, year: int) -> list[Marking]:
    async with reading(wishes) as storage:
        if storage is None:
            return []
        releases = await storage.releases.between(*anniversaries.window(event, year))
    return anniversaries.marking(event, year, releases, wishes.campaign.events)


def _print_json(event: Event, year: int, marks: list[Marking]) -> None:
    releases = []
    for mark in marks:
        made = object_of(mark.release, whole=False) | {"role": mark.role.value}
        if mark.stated_number is not None:
            made["stated_number"] = mark.stated_number
        releases.append(made)
    print_json({
        "event": event.name,
        "number": anniversaries.number_of(event, year),
        "year": year,
        "date": anniversaries.day_in(event, year).isoformat(),
        "releases": releases,
    })  # fmt: skip


def _print(event: Event, year: int, marks: list[Marking]) -> None:
    number, day = anniversaries.number_of(event, year), anniversaries.day_in(event, year)
    print(f"{_title(event)}: anniversary {number}, {day.isoformat()}")
    for mark in marks:
        stated = f", says it is the {mark.stated_number}." if mark.stated_number else ""
        print_release(mark.release, f"{mark.role.value}{stated}")
    if not marks:
        print("No release that is kept marks it.")


def _print_none(event: Event, which: str, why: Why, json: bool) -> None:
    """A year with no anniversary is no failure: an empty list, and a sentence that says why."""
    if json:
        future = why.reason is Reason.FUTURE and why.day is not None
        year = why.day.year if future and why.day is not None else _year(event, which)
        number = year - event.date.year if year is not None and year > event.date.year else None
        day = why.day.isoformat() if future and why.day is not None else None
        print_json({"event": event.name, "number": number, "year": year, "date": day,
                    "releases": []})  # fmt: skip
        return
    match why.reason:
        case Reason.FUTURE if why.day is not None:
            print(f"That anniversary is on {why.day.isoformat()}: {why.days:,} days to go.")
        case Reason.FUTURE:
            print("That is too far in the future.")
        case _:
            first = f" The first anniversary: {why.day.isoformat()}." if why.day else ""
            print(f"{_title(event)} was on {event.date.isoformat()}.{first}")


def _year(event: Event, which: str) -> int | None:
    """The year that was asked for in digits, as far as it can be told."""
    digits = "".join(c for c in which if c in "0123456789")[:6]
    if not digits:
        return None
    number = int(digits) * (-1 if which.strip().startswith("-") else 1)
    return number if number >= 1000 else event.date.year + number


def _title(event: Event) -> str:
    words = event.titles.get("en") or event.name
    return words[:1].upper() + words[1:]
