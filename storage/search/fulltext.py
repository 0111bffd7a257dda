"""Full text: which releases have all the words, the best or the newest first."""

from __future__ import annotations

import re

from storage.database import Database
from storage.model import Found, Hit, Missing, Naming, Order, RichText, Span, Style
from storage.releases import COLUMNS, release_of
from storage.search.query import expression

# Most frequent words are in nearly every release: relevance is noise there, so date decides.
RANKED_HITS = 2000
SNIPPET_WORDS = 24
_OPEN, _CLOSE = "\x02", "\x03"
_MARK = re.compile(f"([{_OPEN}{_CLOSE}])")


class Search:
    """Full text over the releases that are shown."""

    def __init__(self, database: Database, naming: Naming) -> None:
        self._database = database
        self._naming = naming

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
        wanted = expression(words)
        if not wanted:
            return Found(missing=Missing.WORDS)
        async with self._database.read() as connection:
            found = await connection.value(
                "SELECT count(*) FROM release_words WHERE release_words MATCH ?", (wanted,)
            )
            everything = await connection.value("SELECT count(*) FROM releases")
            by_date = order is Order.NEW or year is not None
            common = by_date or found > RANKED_HITS or (found > 20 and found * 2 > everything)
            page = await connection.rows(_BY_DATE if common else _BY_RANK, (wanted, count, skip))
        return Found(tuple(Hit(release_of(row), marked(row[-1])) for row in page), int(found))


_PAGE = f"""
SELECT {COLUMNS}, snippet(release_words, 1, char(2), char(3), '…', {SNIPPET_WORDS})
FROM release_words
JOIN releases ON releases.sort = release_words.rowid
JOIN archives ON archives.id = releases.archive_id
WHERE release_words MATCH ? ORDER BY
"""
_BY_RANK = _PAGE + "rank LIMIT ? OFFSET ?"
_BY_DATE = _PAGE + "release_words.rowid DESC LIMIT ? OFFSET ?"


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
