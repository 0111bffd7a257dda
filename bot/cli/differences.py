"""What an edit changed, word by word, and what stayed around it, without the rest."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain, groupby
from typing import TypeVar

AROUND = 12  # words of what stayed that are shown beside what changed
# Pairs of words, in paragraphs that were all changed: beyond, one word is not looked for in the
# other text.
PATIENCE = 10_000_000

Item = TypeVar("Item")


class Way(Enum):
    """What became of some words."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and the white space before it, which makes no difference."""

    space: str
    word: str


Line = tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that all went the same way. `left_out`: there are more of them than are shown."""

    way: Way
    words: tuple[Word, ...]
    left_out: bool = False

    @property
    def text(self) -> str:
        return "".join(word.space + word.word for word in self.words)


def differences(before: str, after: str) -> list[Stretch]:
    """Kept and new words are the text after, kept and gone ones the text before."""
    found: list[tuple[Way, Word]] = []
    for old, new in _compared(_lines(before), _lines(after), _words_of):
        gone, come = list(chain(*old)), list(chain(*new))
        if len(gone) * len(come) > PATIENCE and _plain(gone) != _plain(come):
            found += _ways(gone, come)
            continue
        for less, more in _compared(gone, come, lambda word: word.word):
            found += _ways(less, more)
    return [
        Stretch(way, tuple(word for _, word in group))
        for way, group in groupby(found, key=lambda pair: pair[0])
    ]


def folded(stretches: Sequence[Stretch], around: int = AROUND) -> list[Stretch]:
    """The same with no more than so many words of what stayed beside each change."""
    found: list[Stretch] = []
    for place, stretch in enumerate(stretches):
        if stretch.way is not Way.KEPT:
            found.append(stretch)
            continue
        head = around if place else 0
        tail = around if place < len(stretches) - 1 else 0
        if len(stretch.words) <= head + tail + 1:  # as long as the sign for it
            found.append(stretch)
            continue
        end = len(stretch.words) - tail
        parts = [stretch.words[:head], stretch.words[head:end], stretch.words[end:]]
        whole = [replace(stretch, words=part) for part in parts]
        whole[1] = replace(whole[1], left_out=True)
        found += [part for part in whole if part.words]
    return found


def _lines(text: str) -> list[Line]:
    """Its words, by the lines that they stand in."""
    lines: list[list[Word]] = []
    for found in re.finditer(r"(\s*)(\S+)", text):
        word = Word(*found.groups())
        if not lines or "\n" in word.space:
            lines.append([])
        lines[-1].append(word)
    return [tuple(line) for line in lines]


def _words_of(line: Line) -> Hashable:
    return tuple(_plain(line))


def _plain(words: Sequence[Word]) -> list[str]:
    return [word.word for word in words]


def _ways(old: Sequence[Word], new: Sequence[Word]) -> Iterator[tuple[Way, Word]]:
    """Of pieces that are the same, or have nothing in common."""
    if _plain(old) == _plain(new):
        yield from ((Way.KEPT, word) for word in new)
        return
    yield from ((Way.GONE, word) for word in old)
    yield from ((Way.NEW, word) for word in new)


def _compared(
    old: Sequence[Item], new: Sequence[Item], key: Callable[[Item], Hashable]
) -> Iterator[tuple[Sequence[Item], Sequence[Item]]]:
    """Both, cut so that pieces beside each other are the same, or have nothing in common."""
    keys = [key(item) for item in old], [key(item) for item in new]
    matcher = difflib.SequenceMatcher(None, *keys, autojunk=False)
    for _, start, end, begin, stop in matcher.get_opcodes():
        yield old[start:end], new[begin:stop]
