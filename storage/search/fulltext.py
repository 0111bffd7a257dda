"""Search: one box for names and words, the best or the newest first."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from storage.database import Connection, Database
from storage.model import Found, Hit, Naming, Order, Person, RichText, Span, Style
from storage.releases import COLUMNS, release_of
from storage.search import index, people
from storage.search.named import named
from storage.search.names.given import givens_of
from storage.search.names.layouts import layouts
from storage.search.people import Vocabulary
from storage.search.query import Query, parse, without_filters
from storage.search.ranking import ranked, years
from storage.search.understanding import Understood, understood
from storage.search.values import Dates

T = TypeVar("T")

OFFERS = 2
SNIPPET_WORDS = 24
_OPEN, _CLOSE = "\x02", "\x03"
_MARK = re.compile(f"([{_OPEN}{_CLOSE}])")


class Search:
    """Names and words over the releases that are shown."""

    def __init__(self, database: Database, naming: Naming) -> None:
        self._database = database
        self._naming = naming
        self._vocabulary = Vocabulary()
        self._warming = asyncio.Lock()
        self._knows_names = False

    async def find(
        self,
        words: str,
        count: int,
        skip: int = 0,
        *,
        order: Order | None = None,
        year: int | None = None,
    ) -> Found:
        """What these words ask for: `count` of the hits after the first `skip`.

        `order` and `year` go before what the words say of them.
        """
        query = parse(words)
        if query.missing is not None:
            return Found(missing=query.missing)
        wish = order or query.order or Order.BEST

        async def look(connection: Connection, meant: Understood) -> Found | None:
            page = await ranked(connection, meant.wanted, wish, count, skip)
            if not page.total:
                return None
            hits = await _hits(connection, page.places, meant.shown)
            names = await named(connection, meant.words, meant.resolved, self._naming)
            return Found(hits, page.total, page.more, page.order, names)

        text, meant, found = await self._first(_readings(words, _within(query, year)), look)
        if found is None:
            return await self._nothing(query, meant)
        return replace(found, asked=text) if text != words else found

    async def years(self, words: str) -> list[tuple[int, int]]:
        """The years that have hits, and how many, newest first."""
        query = parse(words)
        if query.missing is not None:
            return []

        async def look(connection: Connection, meant: Understood) -> list[tuple[int, int]] | None:
            return await years(connection, meant.wanted) or None

        _, _, found = await self._first(_readings(words, query), look)
        return found or []

    async def warm_up(self) -> None:
        """Read the names that slips of the finger are looked for among; a large archive has many,
        and a search that finds nothing at first would wait for it.
        """
        await self._know_names()
        async with self._warming:  # waited for before a reader is taken: others need those
            more = True
            while more:
                async with self._database.read() as connection:
                    more = await self._vocabulary.read_on(connection)

    async def people(
        self, year: int | None, count: int, skip: int, language: str
    ) -> tuple[int, list[Person]]:
        """Who is in the archive, or in a year of it, most: how many there are, and some of them."""
        await self._know_names()
        async with self._database.read() as connection:
            return await people.people(connection, self._naming, year, count, skip, language)

    async def catch_up(self, count: int = 100) -> int:
        """Index releases that are not yet, at most `count`, the newest first; how many are left."""
        async with self._database.write() as tx:
            return await index.catch_up(tx, count)

    async def _know_names(self) -> None:
        """Make the table of given names ready, once: that takes longer than others should wait."""
        if not self._knows_names:
            await asyncio.to_thread(givens_of, self._naming)
            self._knows_names = True

    async def _first(
        self,
        readings: Sequence[tuple[str, Query]],
        look: Callable[[Connection, Understood], Awaitable[T | None]],
    ) -> tuple[str, Understood, T | None]:
        """What is found when the query is read in the first way that finds anything, and that way;
        that something is mistyped is thought of last. None, and the first way, if nothing is.
        """
        await self._know_names()
        tried: list[tuple[str, Understood]] = []
        for vocabulary in (None, self._vocabulary):
            if vocabulary is not None:
                await self.warm_up()
            tried = []
            async with self._database.read() as connection:
                for text, query in readings:
                    meant = await understood(connection, query, self._naming, vocabulary)
                    tried.append((text, meant))
                    if (found := await look(connection, meant)) is not None:
                        return text, meant, found
        return *tried[0], None

    async def _nothing(self, query: Query, meant: Understood) -> Found:
        """What was tried, and the names nearest to it."""
        async with self._database.read() as connection:
            offered = await people.offers(
                connection, meant.words, self._naming, self._vocabulary, OFFERS
            )
        return Found(tried=meant.resolved.tried, offers=offered, unread=query.unread)


def _readings(words: str, query: Query) -> list[tuple[str, Query]]:
    """What was typed, and that as the other keyboard layout has it."""
    found = [(words, query)]
    for text in layouts(without_filters(words)):
        other = _narrowed(parse(text), query)
        if other.missing is None:
            found.append((text, other))
    return found


def _within(query: Query, year: int | None) -> Query:
    """The query in this year alone."""
    if year is None or not date.min.year <= year < date.max.year:
        return query
    return replace(query, dates=(Dates(date(year, 1, 1), date(year + 1, 1, 1)),))


def _narrowed(other: Query, query: Query) -> Query:
    """The other query with the dates, the languages and the order of this one."""
    return replace(
        other, dates=query.dates, without_dates=query.without_dates, languages=query.languages,
        without_languages=query.without_languages, order=query.order, unread=query.unread,
    )  # fmt: skip


async def _hits(connection: Connection, places: Sequence[int], shown: str) -> tuple[Hit, ...]:
    """The releases at these places, in this order, with the words around what is shown."""
    if not shown:
        rows = await connection.rows(_RELEASES, (json.dumps(places),))
    else:
        rows = await connection.rows(_MARKED, (shown, json.dumps(places)))
    found = {row[0]: Hit(release_of(row[1:-1]), marked(row[-1])) for row in rows}
    # One that was withdrawn since it was ranked is there no more.
    return tuple(found[place] for place in places if place in found)


_RELEASES = f"""
SELECT releases.sort, {COLUMNS}, ''
FROM json_each(?) AS wanted
CROSS JOIN releases ON releases.sort = wanted.value
JOIN archives ON archives.id = releases.archive_id
"""
_MARKED = f"""
SELECT releases.sort, {COLUMNS},
       snippet(release_words, 1, char(2), char(3), '…', {SNIPPET_WORDS})
FROM release_words
CROSS JOIN releases ON releases.sort = release_words.rowid
JOIN archives ON archives.id = releases.archive_id
WHERE release_words MATCH ? AND release_words.rowid IN (SELECT value FROM json_each(?))
"""


def marked(snippet: str) -> RichText:
    """The snippet on one line, with what stands between the index's two marks in bold."""
    text, spans, start = "", list[Span](), -1
    for piece in _MARK.split(" ".join(snippet.split())):
        if piece == _OPEN:
            start = len(text)
        elif piece != _CLOSE:
            text += piece
        elif 0 <= start < len(text):
            spans.append(Span(start, len(text), Style.BOLD))
            start = -1
    return RichText(text, tuple(spans))
