"""What becomes of single characters: controls, invisible ones, and those typed in two halves."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

import regex

from storage.model import RichText, Span

# Soft hyphen, word joiner and byte order mark say nothing; embeddings and overrides of direction
# (U+202A to U+202E) reach past their paragraph and Telegram drops them. Marks of direction stay.
_DROPPED = dict.fromkeys([0xAD, 0x2060, 0xFEFF, *range(0x202A, 0x202F)])
_SPACES = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], " ")
_CLEAN = str.maketrans({**_SPACES, **_DROPPED, 0x0A: "\n"})

_SURROGATE = regex.compile(r"[\ud800-\udfff]")
# UAX #15, Stream-Safe Text Format: U+034F after thirty marks keeps normalising linear.
_TOO_MANY_MARKS = regex.compile(r"(\p{M}{30})(?=\p{M})")
# Nothing before a character that starts one of these can combine with it.
_SEGMENT = regex.compile(r"^[\p{M}\u1160-\u11ff]+|[^\p{M}\u1160-\u11ff][\p{M}\u1160-\u11ff]*")


def decodable(text: str) -> str:
    """The text with lone surrogates, which no encoding can write, replaced by U+FFFD."""
    whole: str = _SURROGATE.sub("\ufffd", text)
    return whole


def cleaned(text: str) -> str:
    """The text with each control character but the line feed a space, invisible ones gone."""
    return text.translate(_CLEAN)


def composed(text: str, spans: Iterable[Span]) -> RichText:
    """The text in NFC, its spans moved along."""
    long_runs = _TOO_MANY_MARKS.search(text)
    if not long_runs and unicodedata.is_normalized("NFC", text):
        return RichText(text, tuple(spans))
    segments = [found.group() for found in _SEGMENT.finditer(text)]
    normal = [_normal(segment) for segment in segments]
    old = [0, *accumulate(map(len, segments))]
    new = [0, *accumulate(map(len, normal))]

    def moved(offset: int) -> int:
        at = bisect_left(old, offset)
        if old[at] == offset:
            return new[at]
        head = _normal(segments[at - 1][: offset - old[at - 1]])
        return min(new[at - 1] + len(head), new[at])

    shifted = (Span(moved(s.start), moved(s.end), s.style, s.value) for s in spans)
    return RichText("".join(normal), tuple(s for s in shifted if s.start < s.end))


def _normal(segment: str) -> str:
    return unicodedata.normalize("NFC", _TOO_MANY_MARKS.sub("\\1\u034f", segment))
