"""Full text: which releases have all the words, the best or the newest first."""

from __future__ import annotations

from storage.database import Database
from storage.model import Hit, RichText, Span, Style
from storage.releases import COLUMNS, release_of
from storage.search.query import expression

# Most frequent words are in nearly every release: relevance is noise there, so date decides.
RANKED_HITS = 2000
SNIPPET_WORDS = 24
_OPEN, _CLOSE = "\x02", "\x03"


class Search:
    """Full text over the releases that are shown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, words: str, count: int, skip: int = 0) -> tuple[int, list[Hit]]:
        """How many releases have all these words, and `count` of them, best first."""
        wanted = expression(words)
        if not wanted:
            return 0, []
        async with self._database.read() as connection:
            found = await connection.value(
                "SELECT count(*) FROM release_words WHERE release_words MATCH ?", (wanted,)
            )
            everything = await connection.value("SELECT count(*) FROM releases")
            common = found > RANKED_HITS or (found > 20 and found * 2 > everything)
            page = await connection.rows(_BY_DATE if common else _BY_RANK, (wanted, count, skip))
            hits = []
            for sort, snippet in page:
                row = await connection.row(
                    f"SELECT {COLUMNS} FROM releases"
                    " JOIN archives ON archives.id = archive_id WHERE sort = ?",
                    (sort,),
                )
                assert row is not None, "the index and the releases are written together"
                hits.append(Hit(release_of(row), marked(snippet)))
        return int(found), hits


_PAGE = f"""
SELECT rowid, snippet(release_words, 1, char(2), char(3), '…', {SNIPPET_WORDS})
FROM release_words WHERE release_words MATCH ? ORDER BY
"""
_BY_RANK = _PAGE + "rank LIMIT ? OFFSET ?"
_BY_DATE = _PAGE + "rowid DESC LIMIT ? OFFSET ?"


def marked(snippet: str) -> RichText:
    """The snippet on one line, with what stands between the index's two marks in bold."""
    text, spans, start = "", [], 0
    for piece in " ".join(snippet.split()).replace(_CLOSE, _CLOSE + _OPEN).split(_OPEN):
        if piece.endswith(_CLOSE):
            start = len(text)
            text += piece[:-1]
            spans.append(Span(start, len(text), Style.BOLD))
        else:
            text += piece
    return RichText(text, tuple(spans))
