"""The sentences about a search: how much was found, under which name, or what may find more."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.i18n import Texts
from bot.text.build import plain, shorten
from storage.model import Found, Missing, Order, Person

# So many spellings are named, of one name, of all names, and of all that was tried.
SPELLINGS, FOUND, TRIED = 4, 8, 6
LONGEST_WORD = 40  # characters of one of them

_DAYS = {"year": "2014", "after": "2014-03", "before": "2015", "date": "2014-03",
         "год": "2014", "после": "2014-03", "до": "2015", "дата": "2014-03"}  # fmt: skip
_ORDERS = {"sort": ("new", "old", "best"), "порядок": ("новые", "старые", "лучшие")}
# A year next to words, and what people write around a year.
_YEAR = re.compile(
    r"(?<!\S)(?:(?:in|of|year|в|за)\s+)?((?:199|20[0-9])[0-9])"
    r"(?:\s*(?:года?|году|г\.?)(?!\S)|[,.;]?(?!\S))",
    re.IGNORECASE,
)
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
    if found.more and page > 1:  # nobody knows of how many
        parts.append(t("page {page}", page=page))
    elif pages > 1 and not found.more:
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
    if spellings := _listed(others, FOUND):
        lines.append(t("Found as: {spellings}", spellings=spellings))
    return lines


def tried(found: Found, query: str, t: Texts) -> str:
    """Which spellings were looked for in vain, "" where there was but the one that was typed."""
    typed = _typed(query)
    others = [word for word in found.tried if word.casefold() not in typed]
    spellings = _listed(others, TRIED)
    return t("I also tried: {spellings}.", spellings=spellings) if spellings else ""


def unread(found: Found, t: Texts) -> str:
    """What the first operator that says nothing should have said, "" where all was understood."""
    for piece in found.unread:
        name, shown = piece.partition(":")[0].casefold(), _short(piece)
        if name in _DAYS:
            return t(
                "“{piece}” is no date I understand; write for example {example}",
                piece=shown, example=f"{name}:{_DAYS[name]}",
            )  # fmt: skip
        if name in ("lang", "язык"):
            return t(
                "“{piece}” is no language I know; write for example {one} or {other}",
                piece=shown, one=f"{name}:en", other=f"{name}:ru",
            )  # fmt: skip
        if name in _ORDERS:
            new, old, best = (f"{name}:{order}" for order in _ORDERS[name])
            return t(
                "“{piece}” is no order I know; write {new}, {old} or {best}",
                piece=shown, new=new, old=old, best=best,
            )  # fmt: skip
    return ""


def year_apart(query: str) -> tuple[str, int] | None:
    """The words and the year, where a query is words and one year: "Browder 2014"."""
    found = list(_YEAR.finditer(query))
    if len(found) != 1:
        return None
    year = found[0]
    rest = " ".join(f"{query[: year.start()]} {query[year.end() :]}".split()).strip(" ,;")
    return (rest, int(year[1])) if any(c.isalpha() for c in rest) else None


def _listed(words: Sequence[str], most: int) -> str:
    """Some words, each once and short enough for a line; those of nothing left out."""
    return ", ".join(list(dict.fromkeys(filter(None, map(_short, words))))[:most])


def _short(word: str) -> str:
    seen = "".join(c if c.isprintable() else " " for c in word)
    return shorten(plain(" ".join(seen.split())), LONGEST_WORD).text


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
