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


def _keys() -> frozenset[tuple[str, str]]:
    pairs = set[tuple[str, str]]()
    for top in range(len(_ROWS)):
        row = _ROWS[top]
        pairs.update(pairwise(row))
        if top % 3 < 2:
            below = _ROWS[top + 1]
            # A key stands over two of the next row, its own place and the one before.
            pairs.update((row[i], below[i]) for i in range(min(len(row), len(below))))
            pairs.update((row[i + 1], below[i]) for i in range(min(len(row) - 1, len(below))))
    return frozenset((a, b) for x, y in pairs for a, b in ((x, y), (y, x)))


# Keys that lie side by side, and letters that are heard alike besides.
_KEYS = _keys()
_SOUND = frozenset((a, b) for one in _ALIKE for a, b in (tuple(one), tuple(one[::-1])))
_NEAR = _KEYS | _SOUND
_VOWELS = frozenset("aeiouyаеёиоуыэюя")
_RUNS = re.compile(r"(.)\1+")
_MANS = re.compile(r"(ов|ев|ёв|ин|ын|ov|ev|in|yn)$")
# In shorter names the key beside another makes another name (Раков, Раов).
BESIDE = 7
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
        return len(pairs) < (2 if len(one) < LONG else 3)
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
    if word[:-1] == asked and _MANS.search(asked) and word[-1] in "аa":
        return None  # a woman's name
    beside = len(asked) >= BESIDE
    if _within(asked, word, 1, 1, beside):
        return 1 if most else None
    # Nobody begins a name wrong and makes another slip.
    begins = asked[:1] == word[:1] or asked[:2] == word[1::-1]
    return 2 if most > 1 and begins and _within(asked, word, 2, 0, beside) else None


def _within(asked: str, word: str, left: int, whole: int, beside: bool) -> bool:
    """Whether so many slips do.

    A finger loses a letter (at most `whole` of them), and types one twice or (`beside`) the next
    key as well; any other letter more makes another name (Яшин, Яшкин).
    """
    at = 0
    while at < len(asked) and at < len(word) and asked[at] == word[at]:
        at += 1
    before = asked[at - 1 : at]
    asked, word = asked[at:], word[at:]
    if not asked and not word:
        return True
    if not left or abs(len(asked) - len(word)) > left:
        return False
    if (
        asked[:2] == word[1::-1]
        and len(word) > 1
        and _within(asked[2:], word[2:], left - 1, whole, beside)
    ):
        return True
    near = bool(asked and word) and (asked[0], word[0]) in _NEAR
    if near and _within(asked[1:], word[1:], left - 1, whole, beside):
        return True
    if (
        asked
        and _is_touched(before, asked, beside)
        and _within(asked[1:], word, left - 1, whole, beside)
    ):
        return True
    lost = bool(word) and (whole > 0 or word[0] == before)
    return lost and _within(asked, word[1:], left - 1, whole - (word[0] != before), beside)


def _is_touched(before: str, asked: str, beside: bool) -> bool:
    """Whether the first of these letters may be one too many: twice, or the key beside."""
    return any(
        one and (one == asked[0] or (beside and (one, asked[0]) in _KEYS))
        for one in (before, asked[1:2])
    )


def swapped(asked: str, key: str) -> bool:
    """Whether two keys differ by letters in the wrong order, one lost or heard alike."""
    if len(asked) + 1 == len(key):
        mans = key[:-1] == asked and _MANS.search(asked) is not None
        return not mans and any(key[:at] + key[at + 1 :] == asked for at in range(1, len(key)))
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
    """What one slip of the finger may have made this of, but for letters that were lost; nobody
    begins with another letter."""
    found = []
    for at, letter in enumerate(asked):
        head, tail = asked[:at], asked[at + 1 :]
        if at and _is_touched(head[-1], asked[at:], len(asked) >= BESIDE):
            found.append(head + tail)
        if at:
            found += [head + near + tail for near in _NEIGHBOURS.get(letter, ())]
        if tail:
            found.append(head + tail[0] + letter + tail[1:])
    doubles = len(_RUNS.findall(asked))
    # Letters in the wrong order that come to one are a letter more.
    return [one for one in found if len(_RUNS.findall(one)) <= doubles]


_NEIGHBOURS: dict[str, list[str]] = {}
for _one, _other in sorted(_NEAR):
    _NEIGHBOURS.setdefault(_one, []).append(_other)
