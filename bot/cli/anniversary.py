"""herald anniversary [N|YEAR]: the statements of that anniversary."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import anniversaries
from bot.anniversaries import Marking, Reason, Why
from bot.cli.latest import EMPTY
from bot.cli.objects import object_of, print_json, print_release
from bot.cli.opened import Chosen, chosen, reading
from bot.cli.words import Failure
from bot.commands.anniversary import note, sentence, title, which
from bot.i18n import texts
from storage.model import Event


def main(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[N|YEAR]", help="5, fifth or 2014.")
    ] = None,
    event: Annotated[str, typer.Option("--event", help="Which event, by its name.")] = "",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what was said on an anniversary.

    Without a number or year, on the last one; from the first of its month, on the coming one.
    """
    wishes = chosen()
    remembered, which_one = _event(wishes, event, " ".join(words or ()))
    today = datetime.now(ZoneInfo(wishes.campaign.timezone)).date()
    year = anniversaries.year_of(remembered, which_one, today)
    if isinstance(year, Why):
        if year.reason is Reason.UNCLEAR:
            raise Failure(
                "N or YEAR must be one number such as 5, or one year such as 2014.", code=2
            )
        _print_none(remembered, which_one, year, json)
        return
    marks = asyncio.run(_marks(wishes, remembered, year))
    if json:
        _print_json(remembered, year, marks or [])
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


async def _marks(wishes: Chosen, event: Event, year: int) -> list[Marking] | None:
    """What marks the year; None where no release is kept yet that could."""
    async with reading(wishes) as storage:
        if storage is None or not await storage.releases.latest(1):
            return None
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


def _print(event: Event, year: int, marks: list[Marking] | None) -> None:
    t = texts("en")
    print(f"{title(event, t)}: {which(event, year, t)}")
    for mark in marks or ():
        print_release(mark.release, note(mark, t))
    if marks is None:
        print(EMPTY)
    elif not marks:
        print("No release that is kept marks it.")


def _print_none(event: Event, words: str, why: Why, json: bool) -> None:
    """A year with no anniversary is no failure: an empty list, and a sentence that says why."""
    if json:
        future = why.reason is Reason.FUTURE and why.day is not None
        year = why.day.year if future and why.day is not None else _year(event, words)
        number = year - event.date.year if year is not None and year > event.date.year else None
        day = why.day.isoformat() if future and why.day is not None else None
        print_json({"event": event.name, "number": number, "year": year, "date": day,
                    "releases": []})  # fmt: skip
        return
    print(sentence(why, event, texts("en")))


def _year(event: Event, words: str) -> int | None:
    """The year that was asked for in digits, as far as it can be told."""
    digits = re.search("[0-9]{1,6}", words)
    if digits is None:
        return None
    number = int(digits[0]) * (-1 if words.strip().startswith("-") else 1)
    return number if number >= 1000 else event.date.year + number
