"""Text as the words it is compared by."""

from __future__ import annotations

import unicodedata

import regex

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u2060\ufeff"))
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def words(text: str) -> list[str]:
    """The words of `text` in order, in one normal form: NFC, case folded, no punctuation."""
    folded = unicodedata.normalize("NFC", text.translate(_INVISIBLE)).casefold()
    found: list[str] = _WORD.findall(unicodedata.normalize("NFC", folded))
    return found
