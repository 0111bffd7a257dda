"""Slips of the finger and of the ear: how far a word may be from the one that was meant."""

from __future__ import annotations

import re
from itertools import pairwise

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_ALIKE = (
    "ae", "ei", "iy", "ao", "ou", "uw", "vw", "ck", "sz", "gj", "cs", "cz", "cq", "bp", "dt",
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


_SOUND = frozenset((a, b) for one in _ALIKE for a, b in (tuple(one), tuple(one[::-1])))
_VOWELS = frozenset("aeiouyаеёиоуыэюя")
_RUNS = re.compile(r"(.)\1+")
# In a name of so many letters one vowel more or less does not make another name.
LONG = 8


def sounds_alike(asked: str, word: str) -> bool:
    """Whether two words in one script, whose consonants sound the same, differ but in letters that
    are heard alike."""
    one, other = _RUNS.sub(r"\1", asked), _RUNS.sub(r"\1", word)
    if len(one) != len(other):
        return False
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if all(pair in _SOUND for pair in pairs):
        return len(pairs) < 3
    return len(pairs) == 1 and len(one) >= LONG and _VOWELS.issuperset(pairs[0])


def allowed(letters: int) -> int:
    """How many slips a word of so many letters may have."""
    return 0 if letters < 4 else 1 if letters < 8 else 2


def slips(asked: str, word: str) -> int | None:
    """How many slips lead from the word to what was asked; None where they are no slips, or too
    many for words so short."""
    most = allowed(min(len(asked), len(word) + 1))
    if asked == word:
        return 0
    if _within(asked, word, 1):
        return 1 if most else None
    # Nobody begins a name wrong and makes another slip.
    begins = asked[:1] == word[:1] or asked[:2] == word[1::-1]
    return 2 if most > 1 and begins and _within(asked, word, 2) else None


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


def swapped(asked: str, key: str) -> bool:
    """Whether two keys differ by letters in the wrong order, one lost, doubled or heard alike."""
    if abs(len(asked) - len(key)) == 1:
        longer, shorter = sorted((asked, key), key=len, reverse=True)
        return any(longer[:at] + longer[at + 1 :] == shorter for at in range(1, len(longer)))
    apart = [at for at in range(len(asked)) if len(asked) == len(key) and asked[at] != key[at]]
    if len(apart) == 1:
        return (asked[apart[0]], key[apart[0]]) in _SOUND
    return (
        len(apart) == 2
        and apart[1] - apart[0] == 1
        and asked[apart[0]] == key[apart[1]]
        and asked[apart[1]] == key[apart[0]]
    )


def meant(asked: str) -> list[str]:
    """What one slip of the finger may have made this of, but for letters that were lost."""
    found = []
    for at, letter in enumerate(asked):
        head, tail = asked[:at], asked[at + 1 :]
        found.append(head + tail)
        found += [head + near + tail for near in _NEIGHBOURS.get(letter, ())]
        if tail:
            found.append(head + tail[0] + letter + tail[1:])
    return found


_NEIGHBOURS: dict[str, list[str]] = {}
for _one, _other in sorted(_NEAR):
    _NEIGHBOURS.setdefault(_one, []).append(_other)
