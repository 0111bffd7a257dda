"""A query as an expression that the word index cannot refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from storage.search.query import Query, Term
from storage.search.stems import WORD, stemmed, ways

Spelled = Mapping[Term, Sequence[str]]


def expression(query: Query, spelled: Spelled | None = None) -> str:
    """What the index looks for; "" where the query wants no words.

    `spelled` has, for terms that are names, the words by which the releases know them; these stand
    in the term's place.
    """
    spelled = spelled or {}
    wanted = " AND ".join(_any(group, spelled) for group in query.groups)
    if not wanted or not query.without:
        return wanted
    return f"({wanted}) NOT {unwanted(query, spelled)}"


def unwanted(query: Query, spelled: Spelled | None = None) -> str:
    """What finds the releases that a query excludes; "" where it excludes none."""
    return _any(query.without, spelled or {}) if query.without else ""


def phrase(word: str) -> str:
    """What finds this word, or these words side by side."""
    return _quoted(WORD.findall(stemmed(word)))


def _any(terms: Iterable[Term], spelled: Spelled) -> str:
    found = [one for term in terms for one in _alternatives(term, spelled.get(term))]
    return f"({' OR '.join(dict.fromkeys(found))})"


def _alternatives(term: Term, words: Sequence[str] | None) -> list[str]:
    if words:
        said = [_quoted(WORD.findall(stemmed(word))) for word in words]
    else:
        both = [ways(word) for word in term.words]
        said = [_quoted(way[0] for way in both), _quoted(way[-1] for way in both)]
    said = [phrase for phrase in said if phrase != '""']
    return [f"{{title}} : {phrase}" if term.title else phrase for phrase in said]


def _quoted(words: Iterable[str]) -> str:
    # Letters and digits in quotes have no syntax left that could fail.
    return f'"{" ".join(words)}"'
