"""What somebody asks for: which event, and which of its anniversaries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bot.anniversaries.days import current, day_in
from bot.anniversaries.numbers import TOKEN, number_of, numbers, plain
from bot.anniversaries.whose import about
from storage.model import Event

MOST_BYTES = 34  # of UTF-8: a button has 46 for the command and its words
AHEAD = 200  # years; who asks further ahead asks for no day


class Reason(StrEnum):
    """Why there is no such anniversary."""

    BEFORE = "before"
    ITSELF = "itself"
    FUTURE = "future"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Why:
    """Why no anniversary can be shown; `day` is the one asked for, or the first there was."""

    reason: Reason
    day: date | None = None
    days: int = 0


class Asked(NamedTuple):
    """The event that is meant, and the words that are left to say which anniversary of it."""

    event: Event
    words: str


# Words that go with a number and say nothing more.
_SAID = re.compile(
    r"(?:the|of|in|on|for|year|years|anniversary|th|st|nd|rd|годовщин\w*|год|года|году|лет|летие|я|й|ю"
    r"|в|за|к|ой|ая|ую|и|ans?|jahre?|s|its|his|her|statements?|заявлени\w*)"
)


def asked(events: Sequence[Event], words: str) -> Asked:
    """Which of the events somebody means, by its name or its words; the first where none is said.

    The words that name it are taken out: "arrest 5" is the arrest and "5".
    """
    if chosen := re.match(r"\s*e(\d{1,3})\b", words):
        place = int(chosen[1]) - 1
        there = 0 <= place < len(events)  # a button may be older than the settings
        return Asked(events[place if there else 0], words[chosen.end() :])
    tokens = TOKEN.findall(plain(words))
    left = [t for t in tokens if t.isdigit() or not _names(events, t)]
    said = [t for t in tokens if t not in left]
    if not said:
        return Asked(events[0], words)
    best = max(events, key=lambda e: _score(e, said))
    rest = " ".join(left)
    if not any(number_of(t) is not None for t in left):
        rest = "" if all(_SAID.fullmatch(t) for t in left) else words
    return Asked(best, ("-" if re.match(r"\s*[-−–]\s*\d", words) else "") + rest)


def said(events: Sequence[Event], event: Event, year: int | None = None) -> str:
    """What to say for this event and year so that `asked` understands it; short enough for a
    button. By its name, which outlives an event set before it, else by its place.
    """
    number = "" if year is None else f"{year}"
    if event == events[0]:
        return number
    by_name = f"{event.name} {number}".strip()
    if len(by_name.encode()) <= MOST_BYTES and asked(events, by_name) == (event, number):
        return by_name
    return f"e{list(events).index(event) + 1} {number}".strip()


def _names(events: Sequence[Event], token: str) -> bool:
    return number_of(token) is None and any(_score(event, [token]) for event in events)


def _score(event: Event, tokens: Sequence[str]) -> int:
    """Its own name says more than what it is about, and that more than whose it is."""
    name = plain(event.name)
    titles = {t for title in event.titles.values() for t in TOKEN.findall(plain(title))}
    score = 0
    for token in tokens:
        score += 8 * (token == name or token in TOKEN.findall(name))
        score += 4 * (about(event, token) is not None)
        score += any(token.startswith(plain(word)) for word in event.words)
        score += 2 * (len(token) > 3 and token in titles)
    return score


def year_of(event: Event, words: str, today: date) -> int | Why:
    """The year that is meant by nothing, a number (“5”, “fifth”, “пятая”) or a year (“2014”)."""
    year = current(event, today) if not words.strip() else _year_asked(event, words)
    if year is None:
        return Why(Reason.UNCLEAR)
    first = day_in(event, event.date.year + 1)
    if year <= event.date.year:
        reason = Reason.ITSELF if year == event.date.year else Reason.BEFORE
        return Why(reason, first, max(0, (first - today).days))
    if year > min(today.year + AHEAD, date.max.year):
        return Why(Reason.FUTURE)
    if year > current(event, today):
        return Why(Reason.FUTURE, day_in(event, year), (day_in(event, year) - today).days)
    return year


def _year_asked(event: Event, words: str) -> int | None:
    text = plain(words)
    if re.match(r"\s*[-−–]\s*\d", text):
        return event.date.year - 1
    found = {n if n >= 1000 else event.date.year + n for n in numbers(text)}
    return found.pop() if len(found) == 1 else None  # of two, neither is more meant
