"""Which of the releases mark an anniversary of an event, and in which order they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.anniversaries.cues import Cue, Strength, object_of, strongest
from bot.anniversaries.days import WINDOW, day_in, nearest, number_of, window
from bot.anniversaries.numbers import plain
from bot.anniversaries.roles import Role, role_of
from bot.anniversaries.whose import MOURNED, about, is_theirs
from storage.model import Event, Release

# Days from the anniversary within which a cue counts; beyond, the word itself must be there.
NEAR = {Strength.STRONG: WINDOW.days, Strength.WEAK: 10, Strength.MEMORY: 3}
NEAR_LEAD = 3
LEAD = 400


@dataclass(frozen=True, slots=True)
class Marking:
    """A release that marks an anniversary; `stated_number` only where it is not the year's."""

    release: Release
    role: Role
    stated_number: int | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """The anniversary that a text marks, and the number it states, where it states one."""

    event: Event
    year: int
    role: Role
    stated: int | None


def marking(
    event: Event, year: int, releases: Iterable[Release], among: Sequence[Event] = ()
) -> list[Marking]:
    """Those of the releases that mark the year's anniversary: the statements first, the nearest
    to the day first among equals. `among` are all the events that a release may be about.
    """
    first, last = window(event, year)
    events = among if event in among else (event, *among)
    found = []
    for release in releases:
        if not first <= release.published <= last:
            continue
        seen = recognise(events, release.title, release.body.text, release.published)
        if seen and seen.event == event and seen.year == year:
            other = seen.stated if seen.stated != number_of(event, year) else None
            found.append(Marking(release, seen.role, other))
    order, day = list(Role), day_in(event, year)
    return sorted(
        found, key=lambda m: (order.index(m.role), abs(m.release.published - day), m.release.id)
    )


def recognise(events: Iterable[Event], title: str, body: str, published: date) -> Recognised | None:
    """The anniversary that a release with this title, text and date marks, if it marks one."""
    bare, lead = plain(title), plain(body[:LEAD])
    every = tuple(events)
    best: tuple[int, int, Recognised] | None = None
    for event in every:
        year, away = nearest(event, published)
        if away > WINDOW.days or year <= event.date.year:
            continue
        found = _claim(event, every, bare, lead, year, away)
        if found is None:
            continue
        grade, stated = found
        if best is None or (grade, -away) > best[:2]:
            best = grade, -away, Recognised(event, year, role_of(bare), stated)
    return best[2] if best else None


def _claim(
    event: Event, every: Sequence[Event], title: str, lead: str, year: int, away: int
) -> tuple[int, int | None] | None:
    """How surely it is this event (more is surer) and the number stated; None where it is not."""
    text, cue = title, strongest(title)
    if cue is None or away > NEAR[cue.strength]:
        text, cue = lead, strongest(lead) if away <= NEAR_LEAD else None
        if cue is None or cue.strength is Strength.MEMORY:
            return None
    thing = object_of(text, cue)
    if not _fits(cue, number_of(event, year), in_title=text is title):
        return None
    if not is_theirs(event, text, title, lead, cue, away):
        return None
    grade = _kind(event, every, title, lead, thing, away)
    if grade is None or (cue.strength is Strength.MEMORY and event.about):
        return None
    return grade, cue.number


def _fits(cue: Cue, number: int, *, in_title: bool) -> bool:
    """Whether the number is the year's; a title that names the anniversary may have a slip."""
    if cue.number is None:
        return True
    slip = 1 if cue.strength is Strength.STRONG and in_title else 0
    return abs(cue.number - number) <= slip


def _kind(
    event: Event, every: Sequence[Event], title: str, lead: str, thing: str, away: int
) -> int | None:
    """Whether it is this event of its person's, and how surely."""
    mourned = MOURNED.search(thing)
    if mourned and re.search(r"'s? (?:\w+ )?$", thing[: mourned.start()]):
        return None if event.about else 0  # "the arrested lawyer's death"
    if not event.about:
        theirs = [p for e in every if e is not event and (p := about(e, thing)) is not None]
        return None if theirs and not (mourned and mourned.start() < min(theirs)) else 0
    place = about(event, thing)
    if place is not None:
        return None if mourned and mourned.start() < place else 3
    if mourned:
        return None
    if about(event, title) is not None:
        return 2
    return 1 if away <= NEAR_LEAD and about(event, lead) is not None else None
