"""The sentences about a search: how much was found, under which name, or what was tried instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.i18n import Texts
from storage.model import Found, Missing, Order, Person

# So many spellings are named, of one name and of all that was tried.
SPELLINGS, TRIED = 4, 6

_WORDS = re.compile(r"\w+(?:[-’'ʼ]\w+)*")


def counted(found: Found, t: Texts, *, page: int = 1, pages: int = 1, year: int | None = None,
            order: Order | None = None) -> str:  # fmt: skip
    """How many hits there are (in a year, if one was chosen), which page it is, how it is sorted.

    `order` is what was asked for: where hits cannot be told apart, the best are not known.
    """
    said = t.plural("{n} release found", "{n} releases found", found.total)
    if found.more:
        most = f"{found.total:,}".replace(",", "\u00a0" if t.language == "ru" else ",")
        said = t("more than {n} releases found", n=most)
    if year is not None:
        said = t("{found} in {year}", found=said, year=year)
    parts = [said]
    if pages > 1:
        parts.append(t("page {page} of {pages}", page=page, pages=pages))
    if found.total > 1:
        alike = order is Order.BEST and found.order is Order.NEW
        parts.append(t("all fit alike: newest first") if alike else sorted_by(found.order, t))
    sentence = ", ".join(parts)
    return sentence[:1].upper() + sentence[1:]


def sorted_by(order: Order, t: Texts) -> str:
    """The order in words, as they stand within a sentence."""
    if order is Order.BEST:
        return t("best first")
    return t("newest first") if order is Order.NEW else t("oldest first")


def understood(found: Found, query: str, t: Texts) -> list[str]:
    """What was looked for where that is not what was typed: another layout, other spellings."""
    lines = []
    if found.asked:
        lines.append(t("I looked for “{query}”.", query=found.asked))
    typed = _typed(found.asked or query)
    others = [
        spelling
        for name in found.names
        for spelling in name.spellings[:SPELLINGS]
        if spelling.casefold() not in typed
    ]
    if others:
        lines.append(t("Found as: {spellings}", spellings=", ".join(dict.fromkeys(others))))
    return lines


def tried(found: Found, query: str, t: Texts) -> str:
    """Which spellings were looked for in vain, "" where there was but the one that was typed."""
    typed = _typed(query)
    others = [word for word in dict.fromkeys(found.tried) if word.casefold() not in typed]
    if not others:
        return ""
    return t("I also tried: {spellings}.", spellings=", ".join(others[:TRIED]))


def _typed(query: str) -> set[str]:
    """The words as they were typed, their case and what stands around them aside."""
    return {word.casefold() for word in _WORDS.findall(query)}


def unclear(missing: Missing, t: Texts) -> str:
    """What to type, where the query asks for nothing."""
    if missing is Missing.WANTED:
        return t(
            "That says only what you do not want. Please add a word that you do want,"
            " for example: court -london"
        )
    return t("I see no word in that. Please write a name or a few words, for example: court")


def with_count(person: Person) -> str:
    """Somebody on a button."""
    return f"{person.name} ({person.releases})"


def some_years(
    years: Sequence[tuple[int, int]], year: int | None, most: int
) -> Sequence[tuple[int, int]]:
    """At most so many of the years, newest first: those around the chosen one, else the newest."""
    at = next((place for place, one in enumerate(years) if one[0] == year), 0)
    start = max(0, min(at - most // 2, len(years) - most))
    return years[start : start + most]
