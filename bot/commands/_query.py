"""A search as a button asks for it: page, order and year, and the words or a way back to them.

`search 2 words` is page 2; `search 2n2014 words` page 2 of what 2014 has, newest first; page 0 is
the choice of a year. Words that do not fit are read back from the message the button is under.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.chat import Button, Request
from bot.commands._numbers import whole
from bot.text.build import plain, shorten
from storage.model import Order, Person

COMMAND_BYTES = 46  # bot.chat, Button
LONGEST = 200  # characters of a query
MOST_PAGES = 10**9  # far beyond the last page, and no burden to a database

_ORDERS = {"b": Order.BEST, "n": Order.NEW, "o": Order.OLD}
_LETTERS = {order: letter for letter, order in _ORDERS.items()}
_PLACE = re.compile(r"([0-9]+)([bnoy])([12][0-9]{3})?")
_IN_MARKS = re.compile(r"[“«](.*)[”»]")
# Soft hyphens and the marks of writing directions come along with what is pasted; they stand
# within words.
_JOINING = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, *range(0x200C, 0x2010),
                          *range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for: the words, which page, in which order, of which year alone.

    Without an order the words decide on it, and what suits them. Page 0 is the choice of a year.
    """

    query: str
    page: int = 1
    order: Order | None = None
    year: int | None = None

    def button(self, label: str, **other: object) -> Button:
        """A button that asks for this, with some of it otherwise."""
        there = replace(self, **other)  # type: ignore[arg-type]
        # A letter always stands between the page and the year.
        letter = _LETTERS[there.order] if there.order else "y" if there.year else ""
        command = f"search {there.page}{letter}{there.year or ''}"
        whole_command = f"{command} {there.query}"
        return Button(label, whole_command if fits(whole_command) else command)


def fits(command: str) -> bool:
    """Whether a button can carry it."""
    return len(command.encode("utf-8", "replace")) <= COMMAND_BYTES


def searched(request: Request) -> Search:
    """What a request asks for: a button's words begin with its place, typed ones never do."""
    words = request.words.strip()
    if not request.pressed:
        return Search(clean(words))
    first, _, rest = words.partition(" ")
    place = _place(first)
    if place is None:
        return Search(clean(words))
    return replace(place, query=clean(rest) or under(request.under))


def under(text: str) -> str:
    """The query that stands, in its marks, in the first line of a message with results."""
    found = _IN_MARKS.match(text.split("\n", 1)[0])
    return clean(found[1]) if found else ""


def clean(words: str) -> str:
    """The words on one line, without what cannot be seen, cut to a length that can be shown."""
    seen = "".join(c if c.isprintable() else " " for c in words.translate(_JOINING))
    line = " ".join(seen.split())
    return line if len(line) <= LONGEST else shorten(plain(line), LONGEST).text.rstrip("…")


def named(person: Person, label: str, *, year: int | None = None) -> Button | None:
    """A button that searches for somebody, by the last name alone where all does not fit.

    None where not even that does: there is no message to read it back from.
    """
    name = clean(person.name)
    last = name.rpartition(" ")[2]
    place = f"1y{year} " if year else "1 "
    # Without a place it is page 1 of all years: whatever does not begin with a number is words.
    for words in (place + name, place + last, last if _place(last) is None else ""):
        if last and words and fits(f"search {words}"):
            return Button(label, f"search {words}")
    return None


def _place(word: str) -> Search | None:
    if (turn := whole(word)) is not None:
        return Search("", max(0, min(turn, MOST_PAGES)))
    found = _PLACE.fullmatch(word)
    if found is None:
        return None
    page = min(whole(found[1]) or 0, MOST_PAGES)
    return Search("", page, _ORDERS.get(found[2]), int(found[3]) if found[3] else None)
