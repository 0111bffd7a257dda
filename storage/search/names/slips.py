"""Slips of the finger and of the ear: how far a word may be from the one that was meant."""

from __future__ import annotations

from itertools import pairwise

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_ALIKE = (
    "ae", "ei", "iy", "ao", "ou", "uw", "vw", "ck", "sz", "gj", "cs", "bp", "dt",
    "ао", "еи", "ея", "ия", "еэ", "её", "иы", "ий", "вф", "дт", "гк", "зс", "бп", "жш", "шщ",
    "чщ", "цс", "ьъ", "уо", "ую",
)  # fmt: skip


def _near() -> frozenset[tuple[str, str]]:
    pairs = {tuple(pair) for pair in _ALIKE}
    for top in range(len(_ROWS)):
        row = _ROWS[top]
        pairs.update(pairwise(row))
        if top % 3 < 2:
            below = _ROWS[top + 1]
            # A key stands over two of the next row, its own place and the one before.
            pairs.update((row[i], below[i]) for i in range(min(len(row), len(below))))
            pairs.update((row[i + 1], below[i]) for i in range(min(len(row) - 1, len(below))))
    return frozenset((a, b) for x, y in pairs for a, b in ((x, y), (y, x)))


_NEAR = _near()


def allowed(letters: int) -> int:
    """How many slips a word of so many letters may have."""
    return 0 if letters < 4 else 1 if letters < 8 else 2


def slips(asked: str, word: str) -> int | None:
    """How many slips lead from the word to what was asked; None where they are no slips, or too
    many for words so short."""
    most = allowed(min(len(asked), len(word) + 1))
    if asked == word:
        return 0
    return next((n for n in range(1, most + 1) if _within(asked, word, n)), None)


def _within(asked: str, word: str, left: int, whole: int = 1) -> bool:
    """Whether so many slips do; but `whole` letters may be lost or added that no finger doubled:
    more of them make another name (Бородин, Бородулин)."""
    at = 0
    while at < len(asked) and at < len(word) and asked[at] == word[at]:
        at += 1
    before = word[at - 1 : at]
    asked, word = asked[at:], word[at:]
    if not asked and not word:
        return True
    if not left or abs(len(asked) - len(word)) > left:
        return False
    if asked[:2] == word[1::-1] and len(word) > 1 and _within(asked[2:], word[2:], left - 1, whole):
        return True
    near = bool(asked and word) and (asked[0], word[0]) in _NEAR
    if near and _within(asked[1:], word[1:], left - 1, whole):
        return True
    for longer, one, other in ((asked, asked[1:], word), (word, asked, word[1:])):
        if longer:
            doubled = longer[0] in (before, longer[1:2])
            if (whole or doubled) and _within(one, other, left - 1, whole - (not doubled)):
                return True
    return False
