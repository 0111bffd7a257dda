"""An archive page as plain text: a title, a line that is only a date, a body; and so on."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import pairwise

from bot.archive import dates
from bot.archive.document import Entry, Page, Unreadable, When
from storage.model import Kind

LONGEST_TITLE = 300

# A line that holds nothing but these leads to other pages: the release above it has ended.
_NAVIGATION = re.compile(
    r"(?:(?:previous|next|older|newer)\s+(?:page|posts?|entries|articles)|older|newer"
    r"|(?:предыдущая|следующая)\s+страница|(?:старые|новые|предыдущие|следующие)\s+записи"
    r"|page\s+\d+\s+of\s+\d+|[«»‹›←→<>|•·…\s\d]|&[lr]aquo;)+",
    re.IGNORECASE,
)
_LEADS_ON = (",", ":", ";")


@dataclass(frozen=True, slots=True)
class _Head:
    """Where a release begins: the lines of its title and its date."""

    title: int
    dated: int
    day: date
    form: int


def read(text: str, zone: tzinfo, now: datetime) -> Page:
    """The releases of a page; Unreadable where no line is only a date with a title above.

    Pages list the newest first, or all the oldest first; what stands before the first title and
    from the navigation on belongs to no release.
    """
    lines = [line.strip() for line in re.split(r"\r\n?|\n", text.removeprefix("\ufeff"))]
    heads = _heads(lines, zone, now)
    if not heads:
        raise Unreadable("It is neither a feed nor an archive page.")
    ends = [head.title for head in heads[1:]] + [len(lines)]
    entries = [
        Entry(
            kind=Kind.TEXT,
            source=_body(lines[head.dated + 1 : end]),
            title=lines[head.title],
            when=When(head.day),
        )
        for head, end in zip(heads, ends, strict=True)
    ]
    if heads[0].day >= heads[-1].day:
        entries.reverse()
    return Page(tuple(entries))


def _heads(lines: list[str], zone: tzinfo, now: datetime) -> list[_Head]:
    """Every title with its date.

    A body may hold lines that are only a date, too: those in another form than the page's, out
    of the page's order, or below a line that cannot be a title, begin no release.
    """
    found: list[_Head] = []
    above = -1
    for number, line in enumerate(lines):
        written = dates.line(line) if 0 < len(line) <= dates.LONGEST else None
        if written and above >= 0 and dates.believed(When(written[0]), zone, now):
            found.append(_Head(above, number, *written))
        if line:
            above = number
    found = [head for head in found if _may_be_title(lines[head.title])]
    alone = [head for head in found if head.title == 0 or not lines[head.title - 1]]
    heads = alone if "" in lines else found
    if not heads:
        return []
    heads = [head for head in heads if head.form == heads[0].form]
    again = {b for a, b in pairwise(heads) if _repeats(lines, a, b)}
    return _in_order([head for head in heads if head not in again])


def _repeats(lines: list[str], head: _Head, after: _Head) -> bool:
    """Whether `after` only says the same title and date again at the top of the body."""
    same = lines[head.title] == lines[after.title]
    return same and not any(lines[head.dated + 1 : after.title])


def _may_be_title(line: str) -> bool:
    return (
        len(line) <= LONGEST_TITLE
        and not line.endswith(_LEADS_ON)
        and not dates.line(line)
        and not _NAVIGATION.fullmatch(line)
    )


def _in_order(heads: list[_Head]) -> list[_Head]:
    """The first, and of the others the most that go on in one order, be it falling or rising.

    The first may be pinned and so out of order: then the others go on without it, if many more do.
    """
    first, rest = heads[0], heads[1:]
    falling = _most([head for head in rest if head.day <= first.day], -1)
    rising = _most([head for head in rest if head.day >= first.day], 1)
    pinned = _most(rest, -1)
    kept = falling if len(falling) >= len(rising) else rising
    return [first, *(kept if len(pinned) < len(kept) + 2 else pinned)]


def _most(heads: list[_Head], sign: int) -> list[_Head]:
    return [heads[place] for place in _longest([sign * head.day.toordinal() for head in heads])]


def _longest(values: list[int]) -> list[int]:
    """The places of a longest part of the values that never falls."""
    tails: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        at = bisect_right(tails, value)
        tails[at : at + 1] = [value]
        places[at : at + 1] = [place]
        before.append(places[at - 1] if at else -1)
    chain: list[int] = []
    place = places[-1] if places else -1
    while place >= 0:
        chain.append(place)
        place = before[place]
    return chain[::-1]


def _body(lines: list[str]) -> str:
    end = next((n for n, line in enumerate(lines) if _navigates(line)), len(lines))
    kept = lines[:end]
    blanks = {n for n, (a, b) in enumerate(pairwise(kept)) if not a and not b}
    return "\n".join(line for n, line in enumerate(kept) if n not in blanks).strip()


def _navigates(line: str) -> bool:
    """Whether a line only leads to other pages; arrows, dots and numbers alone do not."""
    short = len(line) <= LONGEST_TITLE
    return short and bool(_NAVIGATION.fullmatch(line)) and any(letter.isalpha() for letter in line)
