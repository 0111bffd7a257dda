"""Letters of any keyboard, brought to one form: full width, look-alikes, accents, hyphens."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = "'’‘ʼ`´ʹʺ″′"
_LIKE_CYRILLIC = str.maketrans("aceopxyABCEHKMOPTXYi", "асеорхуАВСЕНКМОРТХУі")
_LIKE_LATIN = str.maketrans("асеорхуАВСЕНКМОРТХУіІјѕ", "aceopxyABCEHKMOPTXYiIjs")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ]")
_HYPHENS = re.compile(r"[\u2010-\u2015\u2212\u00ad]")
# What no accent makes of a Latin letter.
_STROKES = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "æ": "ae",
     "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "ə": "e"}
)  # fmt: skip
# Carons and their like say which sound is meant: they become what other schemes write.
_CARONS = str.maketrans(
    {"č": "ch", "š": "sh", "ž": "zh", "ŝ": "shch", "ć": "ch", "ź": "z", "ż": "zh",
     "ń": "n", "ą": "on", "ş": "sh", "ţ": "ts", "ț": "ts", "ș": "sh", "ğ": "g",
     "ë": "e", "ě": "e", "ï": "i", "ĭ": "i", "ð": "d", "ř": "r", "ç": "s", "ñ": "n", "ø": "ö"}
)  # fmt: skip
# Letters that are heard in more ways than one; `sounded` leaves them as they are.
_OPEN = frozenset("äöüåâûśęó")


def is_cyrillic(word: str) -> bool:
    return _CYRILLIC.search(word) is not None


@lru_cache(maxsize=50_000)
def clean(word: str) -> str:
    """The word in one script: composed, of usual width, look-alike letters of the other mended."""
    word = _HYPHENS.sub("-", unicodedata.normalize("NFKC", word))
    cyrillic, latin = len(_CYRILLIC.findall(word)), len(_LATIN.findall(word))
    if not cyrillic or not latin:
        return word
    mended = word.translate(_LIKE_CYRILLIC if cyrillic >= latin else _LIKE_LATIN)
    wrong = _LATIN if cyrillic >= latin else _CYRILLIC
    if not wrong.search(mended):
        return mended
    # Half and half: whichever way no letter of the other script is left.
    other = word.translate(_LIKE_LATIN if cyrillic >= latin else _LIKE_CYRILLIC)
    return other if not (_CYRILLIC if cyrillic >= latin else _LATIN).search(other) else mended


@lru_cache(maxsize=50_000)
def bare(word: str) -> str:
    """Letters alone, small: no accents but й and ё, no hyphens, no apostrophes."""
    word = clean(word).lower()
    for sign in _APOSTROPHES:
        word = word.replace(sign, "")
    if is_cyrillic(word):
        return "".join(c for c in word if c.isalpha())
    decomposed = unicodedata.normalize("NFD", word.translate(_STROKES))
    return "".join(c for c in decomposed if c.isascii() and c.isalpha())


def sounded(word: str) -> str:
    """A Latin word in small letters, its accents written out as the sounds they mean."""
    word = clean(word).lower()
    for sign in _APOSTROPHES:
        word = word.replace(sign, "")
    word = unicodedata.normalize("NFC", word).translate(_CARONS).translate(_STROKES)
    return "".join(
        plain
        for letter in word
        for plain in (letter if letter in _OPEN else unicodedata.normalize("NFD", letter))
        if plain in _OPEN or (plain.isascii() and plain.isalpha())
    )


@lru_cache(maxsize=50_000)
def whole(word: str) -> str:
    """The word without a possessive ending and what stands around its letters.

    "" where it has digits: it is no name then.
    """
    if any(letter.isdigit() for letter in word):
        return ""
    word = clean(word).strip("-'’‘ʼ`´.,;:!?\"“”«»()")
    for end in ("’s", "'s", "ʼs", "’S", "'S"):
        if word.endswith(end):
            return word[: -len(end)]
    return word
