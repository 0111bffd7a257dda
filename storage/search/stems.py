"""Words as they are indexed: one letter for е and ё, Russian words without their endings.

Each word becomes one word: where the index says the third word was hit, it is the third in the
text. Latin words are left to the index, which takes their endings itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

# Whoever has a text indexed by another version has other stems in it.
VERSION = Stemmer.version()

_LETTER = "\u0400-\u0481\u048a-\u052f"
_CYRILLIC = re.compile(f"[{_LETTER}]")
_MARK = "\u0300-\u0331"  # those that the index takes for a part of a word
# With other letters before or behind it is a word in two scripts, whose ending nobody knows.
_RUN = re.compile(
    rf"(?P<starts>(?<![^\W_])(?<![{_MARK}]))?"
    rf"(?P<run>[{_LETTER}][{_LETTER}{_MARK}]*+)"
    rf"(?P<ends>(?![^\W_]))?"
)
_RUSSIAN = re.compile("[а-я]+")
_STRESS = re.compile("[\u0300\u0301]")
_FOLD = str.maketrans({"ё": "е", "Ё": "Е", "ѐ": "е", "Ѐ": "Е", "ѝ": "и", "Ѝ": "И"})
# Of houses (домов), or somebody's name (Карпов)? Names have a capital, and keep it with an ending.
_LIKE_A_NAME = re.compile("[а-я]{2,}[ое]в")

# A word as the index cuts it out of a text.
WORD = re.compile(rf"[^\W_][^\W_{_MARK}]*(?:[{_MARK}]+[^\W_{_MARK}]*)*")

# Bytes of a word whose ending the index takes (FTS5's porter, fts5_tokenize.c): "is" has none.
_SHORTEST, _LONGEST = 3, 64

_russian = Stemmer.Stemmer("russian")
_latin = Stemmer.Stemmer("porter")


def stemmed(text: str) -> str:
    """The text as it is indexed, word for word."""
    if not _CYRILLIC.search(text):
        return text
    return _RUN.sub(_stem_in_place, text)


def ways(word: str) -> tuple[str, ...]:
    """All that a word of a query may be in the index: in small letters it may be a name or not."""
    here = stemmed(word)
    if word[:1].islower():
        named = stemmed(word[:1].upper() + word[1:])
        if named.lower() != here.lower():
            return (here, named)
    return (here,)


def terms(text: str) -> frozenset[str]:
    """The words of a text, each without case, accents and ending."""
    return frozenset(_term(word) for word in WORD.findall(stemmed(text)))


@lru_cache(maxsize=20_000)
def _term(word: str) -> str:
    plain = unicodedata.normalize("NFD", word.lower())
    if plain.isascii() or not _RUN.search(word):
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
        if not _SHORTEST <= len(plain.encode()) <= _LONGEST:
            return plain
        return str(_latin.stemWord(plain)) or plain
    return word.lower()


def _stem_in_place(match: re.Match[str]) -> str:
    starts, run, ends = match.group("starts", "run", "ends")
    return _composed(run) if starts is None or ends is None else _stem(run)


@lru_cache(maxsize=20_000)
def _stem(run: str) -> str:
    word = _composed(run)
    small = word.lower()
    if not _RUSSIAN.fullmatch(small):
        return word
    if word[0] != small[0] and _LIKE_A_NAME.fullmatch(small):
        return small
    return str(_russian.stemWord(small)) or small


def _composed(run: str) -> str:
    """й in one piece, whatever device typed it; ё as е; no stress marks."""
    return unicodedata.normalize("NFC", _STRESS.sub("", run)).translate(_FOLD)
