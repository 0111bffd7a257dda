"""Which release marks which anniversary of an event, and its role there: pure rules."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from storage.model import Event, Release

# A release this near to the day can belong to that year's anniversary.
WINDOW = timedelta(days=60)
# Words that hint at an anniversary without naming it count only this near to the day.
NEAR_WEAK, NEAR_LEAD, NEAR_UNNAMED = 10, 3, 21
LEAD = 400


class Role(StrEnum):
    """What a release is to an anniversary, in the order they are shown."""

    STATEMENT = "statement"
    EVENT = "event"
    COVERAGE = "coverage"


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


@dataclass(frozen=True, slots=True)
class Marking:
    """A release that marks an anniversary; `stated_number` only where it is not the year's."""

    release: Release
    role: Role
    stated_number: int | None = None


def day_in(event: Event, year: int) -> date:
    """The event's day in that year; 29 February is kept on the 28th in common years."""
    try:
        return event.date.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def number_of(event: Event, year: int) -> int:
    """The anniversary that falls into this year: 5 for 2014 where the event was in 2009."""
    return year - event.date.year


def window(event: Event, year: int) -> tuple[date, date]:
    """The first and the last day on which a release may belong to that year's anniversary."""
    day = day_in(event, year)
    return day - WINDOW, day + WINDOW


def current(event: Event, today: date) -> int:
    """The year of the anniversary people mean: the coming one from the 1st of its month on."""
    return today.year if today.month >= event.date.month else today.year - 1


def year_of(event: Event, words: str, today: date) -> int | Why:
    """The year that is meant by nothing, a number (“5”, “fifth”, “пятая”) or a year (“2014”)."""
    year = current(event, today) if not words.strip() else _year_asked(event, words)
    if year is None:
        return Why(Reason.UNCLEAR)
    first = day_in(event, event.date.year + 1)
    if year <= event.date.year:
        reason = Reason.ITSELF if year == event.date.year else Reason.BEFORE
        return Why(reason, first, max(0, (first - today).days))
    if year > date.max.year:
        return Why(Reason.FUTURE)
    if year > current(event, today):
        return Why(Reason.FUTURE, day_in(event, year), (day_in(event, year) - today).days)
    return year


def _year_asked(event: Event, words: str) -> int | None:
    text = _plain(words)
    if re.match(r"[-−–]\s*\d", text):
        return event.date.year - 1
    found = next(_numbers(text), None)
    if found is None:
        return None
    return found if found >= 1000 else event.date.year + found


def marking(event: Event, year: int, releases: Iterable[Release]) -> list[Marking]:
    """Those of the releases that mark the year's anniversary: the statements first, the nearest
    to the day first among equals."""
    first, last = window(event, year)
    found = [
        mark
        for release in releases
        if first <= release.published <= last and (mark := _mark(event, year, release))
    ]
    order, day = list(Role), day_in(event, year)
    return sorted(
        found, key=lambda m: (order.index(m.role), abs(m.release.published - day), m.release.id)
    )


# "Anniversary" is often misspelt; "N-летие" counts years like an anniversary does.
_STRONG = re.compile(
    r"\bann?ivers[ae]r(?:y|ies)\b|\banniversaire|\b(?:todes|jahres)tag\w*|годовщин|летие\b|летия\b"
)
_WEAK = re.compile(
    r"\byears? (?:on|since|after|ago|without)\b|\ba decade (?:on|since|after|ago)\b|\bans après\b"
    r"|\b(?:лет|года?) (?:со дня|назад|спустя|без)\b|\bjahre nach\b"
)
# An anniversary of something else, though our event may be named as well.
_OTHERS = re.compile(
    r"\b(?:its|their|his own) [\w-]+ ann?ivers"
    r"|\bann?iversary (?:of the )?(?:council|society|edition)"
)
_EVENT = re.compile(
    r"\b(?:to lead|invitation|invited?s?|panel|conference|evening|vigil|screening|will be held"
    r"|takes? place|to (?:mark|commemorate))\b|пройдет|состоится|приглаша|приглашение|вечер памяти"
)
_COVERAGE = re.compile(
    r"\b(?:recordings?|photo\w*|video|marked|held|mothers?|slams?|no one)\b"
    r"|отметил|прошел\b|прошла|прошли|запись|фотограф|мать|матери"
)


def _mark(event: Event, year: int, release: Release) -> Marking | None:
    title = _plain(release.title)
    lead = _plain(release.body.text[:LEAD])
    away = abs((release.published - day_in(event, year)).days)
    cue = _cue(title, lead, away)
    if cue is None or not _named(event, title, lead, away) or _OTHERS.search(title):
        return None
    stated = _stated(cue)
    number = number_of(event, year)
    if stated is not None and abs(stated - number) > 1:
        return None  # too far off to be a slip: somebody else's anniversary
    return Marking(release, _role(title), None if stated == number else stated)


def _cue(title: str, lead: str, away: int) -> str | None:
    """The text that speaks of an anniversary: the title, or on the very days the lead."""
    if _STRONG.search(title) or (away <= NEAR_WEAK and _WEAK.search(title)):
        return title
    if away <= NEAR_LEAD and (_STRONG.search(lead) or _WEAK.search(lead)):
        return lead
    return None


def _named(event: Event, title: str, lead: str, away: int) -> bool:
    words = [_plain(word) for word in event.words]
    if not words or any(word in title for word in words):
        return True
    return away <= NEAR_UNNAMED and any(word in lead for word in words)


def _role(title: str) -> Role:
    if _COVERAGE.search(title):
        return Role.COVERAGE
    return Role.EVENT if _EVENT.search(title) else Role.STATEMENT


def _stated(text: str) -> int | None:
    """The number beside the cue: just before it ("5th anniversary", "five years ago")."""
    cue = _STRONG.search(text) or _WEAK.search(text)
    assert cue is not None, "only texts with a cue come here"
    before = " ".join(_TOKEN.findall(text[: cue.end()])[-4:])
    return next((n for n in reversed(list(_numbers(before))) if n < 1000), None)


# One line a number: how many and which, the Russian ordinals without their endings.
_TABLE = """
one first один перв
two second два втор
three third три трет
four fourth четыре четверт
five fifth пять пят
six sixth шесть шест
seven seventh семь седьм
eight eighth восемь восьм
nine ninth девять девят
ten tenth десять десят decade
eleven eleventh одиннадцать одиннадцат
twelve twelfth двенадцать двенадцат
thirteen thirteenth тринадцать тринадцат
fourteen fourteenth четырнадцать четырнадцат
fifteen fifteenth пятнадцать пятнадцат
sixteen sixteenth шестнадцать шестнадцат
seventeen seventeenth семнадцать семнадцат
eighteen eighteenth восемнадцать восемнадцат
nineteen nineteenth девятнадцать девятнадцат
twenty twentieth двадцать двадцат
"""
_WORDS = {
    word: number
    for number, line in enumerate(_TABLE.strip().splitlines(), start=1)
    for word in line.split()
} | dict.fromkeys(("thirty", "thirtieth", "тридцать", "тридцат"), 30)
_RUSSIAN_END = re.compile(r"(?:ая|ой|ую|ый|ое|ья|ью|ьей|ий|ого|ому|ом|илетие|илетия|илетию)$")
_TOKEN = re.compile(r"\d+|[^\W\d_]+")


def _numbers(text: str) -> Iterator[int]:
    """The numbers in a text in plain form, written in digits or in words up to thirty-nine."""
    tens = 0
    for token in _TOKEN.findall(text):
        number = _number(token)
        if tens:
            unit = number if number is not None and number < 10 else None
            yield tens + (unit or 0)
            tens = 0
            if unit is not None:
                continue
        if number in (20, 30) and not token.isdigit():
            tens = number
        elif number is not None:
            yield number
    if tens:
        yield tens


def _number(token: str) -> int | None:
    if token.isdecimal():
        return int(token) if len(token) < 7 else 10**7
    return _WORDS.get(token) or _WORDS.get(_RUSSIAN_END.sub("", token))


def _plain(text: str) -> str:
    """Text in one form for comparing: 5ᵗʰ is 5th, ё is е, no capitals."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
