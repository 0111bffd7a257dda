"""Cuts RichText into parts a platform can take, between the largest units that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import regex

from bot.text.slicing import slices
from storage.model import RichText

Length = Callable[[str], int]

_CLUSTER = regex.compile(r"\X")
# A sentence ends with its mark and what closes with it, before a space and no small letter.
_SENTENCE_END = regex.compile(
    r"""[.!?…][\p{Pe}\p{Pf}"']*+(?=\s+\P{Ll})|[。！？][\p{Pe}\p{Pf}]*+(?!\p{M})"""
)
# Searched from behind; a space that does not break is the second choice.
_SOFT_SPACE = regex.compile(r"(?r)[^\S\u00a0\u2007\u202f]")
_SPACE = regex.compile(r"(?r)\s")
# What Telegram counts as no text at all (td misc.cpp, is_empty_string).
_BLANK = regex.compile(r"[\s\p{Cf}\u2800\u3164\u115f\u1160\ufe00-\ufe0f\u034f]*+")


def utf16(text: str) -> int:
    """How many UTF-16 code units the text takes: the unit of Telegram's limits and offsets."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(rich: RichText, most: int, length: Length = len) -> list[RichText]:
    """The text in parts of at most `most` units of `length`, cut between paragraphs if possible.

    Else between lines, sentences, words, characters as readers see them; a character that alone
    is too long is cut within. Only white space is lost, and parts in which nothing can be seen.
    A span goes on in the next part. Raises ValueError where not even one code point fits.
    """
    if most < 1:
        raise ValueError("a part needs room for at least one character")
    return list(slices(rich, _stretches(rich.text, most, length)))


def _stretches(text: str, most: int, length: Length) -> Iterator[tuple[int, int]]:
    """Where the parts start and end: trimmed, none of them blank."""
    start, stop = 0, len(text.rstrip())
    while start < stop:
        if text[start].isspace():
            start += 1
            continue
        end = _reach(text, start, stop, most, length)
        cut = end if end == stop else _cut(text, start, end)
        last = start + len(text[start:cut].rstrip())
        if not _BLANK.fullmatch(text, start, last):
            yield start, last
        start = cut


def _reach(text: str, start: int, stop: int, most: int, length: Length) -> int:
    """The farthest end up to which the text from `start` fits."""
    low, high = start, min(stop, start + most)
    while low < high:
        middle = (low + high + 1) // 2
        if length(text[start:middle]) <= most:
            low = middle
        else:
            high = middle - 1
    if low == start:
        raise ValueError("a part needs room for at least one character")
    return low


def _cut(text: str, start: int, end: int) -> int:
    """The best place to cut between `start` and `end`; the text goes on behind `end`."""
    window = text[start : end + 2]
    for mark in ("\n\n", "\n"):
        if (at := window.rfind(mark, 0, end - start + len(mark))) > 0:
            return start + at
    sentence = 0
    for found in _SENTENCE_END.finditer(text, start, end + 2):
        sentence = found.end() if found.end() <= end else sentence
    return (
        sentence
        or _last_space(text, start, end, _SOFT_SPACE)
        or _last_space(text, start, end, _SPACE)
        or _last_cluster(text, start, end)
    )


def _last_space(text: str, start: int, end: int, space: regex.Pattern[str]) -> int:
    """The last white space behind `start` and not behind `end`, or 0."""
    found = space.search(text, start + 1, end + 1)
    return found.start() if found else 0


def _last_cluster(text: str, start: int, end: int) -> int:
    """The last end of a grapheme cluster up to `end`; `end` itself if the first is too long."""
    last = 0
    for cluster in _CLUSTER.finditer(text, start, end + 1):
        last = cluster.end() if cluster.end() <= end else last
    return last or end
