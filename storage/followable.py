"""What somebody typed to follow it, taken apart as a search takes it: words, phrases, operators."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from storage.search.query import Query, parse

_QUOTES = re.compile('["“”„‟«»″〝〞\uff02]')
_TYPED = re.compile("[“”„‟″〝〞\uff02]")


@dataclass(frozen=True, slots=True)
class Followable:
    """Words that have to be in a release: those of one part stand side by side in it.

    `quoted`: something stood in quotes, and is meant as it is written. `operators`: more is asked
    for than words (OR, a minus within, a date, a language), which cannot be followed.
    """

    parts: tuple[tuple[str, ...], ...]
    quoted: bool
    operators: bool


@lru_cache(maxsize=5_000)
def taken_apart(value: str) -> Followable:
    query = parse(value)
    # Whatever a query has beside words that are all wanted is an operator.
    rest = replace(query, groups=(), missing=None, unread=())
    terms = [term for group in query.groups for term in group]
    operators = (
        rest != Query()
        or any(len(group) > 1 for group in query.groups)
        or any(term.title for term in terms)
    )
    parts = tuple(term.words for term in terms if term.words)
    return Followable(parts, any(term.phrase for term in terms), operators)


def tidied(value: str) -> str:
    """The value with plain quotes around its phrases, and with no others."""
    plain = _TYPED.sub('"', value)
    if plain.count('"') % 2 or not taken_apart(plain).quoted:
        plain = _QUOTES.sub(" ", plain)
    return " ".join(plain.split())


def bare(value: str) -> str:
    """The value as it is shown within quotes."""
    inner = value[1:-1]
    return inner if value == f'"{inner}"' and '"' not in inner else value
