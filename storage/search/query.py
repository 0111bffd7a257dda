"""What the user's words mean, as an expression that the word index cannot refuse."""

from __future__ import annotations

import re
import unicodedata

from storage.search.index import fold

MOST_WORDS = 32
_WORD = re.compile(r"\w+")


def expression(words: str) -> str:
    """All of the words, each quoted, in any order; "" where there is no word at all."""
    found = _WORD.findall(fold(unicodedata.normalize("NFC", words)))
    # A quoted string of letters and digits has no syntax left that could fail.
    return " ".join(f'"{word}"' for word in found[:MOST_WORDS])
