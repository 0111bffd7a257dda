"""One key for all the ways in which a name is written in Latin and in Cyrillic letters.

The alphabet of keys: q is ч, w is ш and щ, j is ж, c is ц, h is х; i is и, й and ы.
"""

from __future__ import annotations

import re
from functools import lru_cache

from storage.search.names.letters import bare, is_cyrillic, sounded

MOST_READINGS = 16

_CYRILLIC = str.maketrans(
    {"а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "e",
     "ж": "j", "з": "z", "и": "i", "й": "i", "ы": "i", "і": "i", "ї": "i", "ј": "i", "к": "k",
     "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
     "ў": "u", "ф": "f", "х": "h", "ц": "c", "ч": "q", "ш": "w", "щ": "w", "э": "e", "ю": "iu",
     "я": "ia", "ь": "", "ъ": "", "ћ": "q", "ђ": "j", "љ": "l", "њ": "n", "џ": "j"}
)  # fmt: skip

# What a group of Latin letters may mean, the usual first: English, German, French, Polish,
# Scandinavian spellings and the scientific ones. Longest groups are tried first.
_LATIN: dict[str, tuple[str, ...]] = {
    "schtsch": ("w",), "shtsh": ("w",), "shch": ("w",), "chtch": ("w",), "szcz": ("w",),
    "stch": ("w",), "sjtj": ("w",), "sjtsj": ("w",), "tsch": ("q",), "tch": ("q",),
    "tsj": ("q",), "sch": ("w", "j", "sq"), "sh": ("w", "sh"), "sz": ("w",), "sj": ("w", "si"),
    "cz": ("q",), "ch": ("q", "w", "h", "k"), "tj": ("t", "q"), "tzk": ("ck",),
    "zh": ("j",), "zj": ("j",), "kh": ("h", "k"), "ph": ("f",), "th": ("t",), "gh": ("g",),
    "rh": ("r",),
    "ts": ("c",), "tz": ("c",), "ck": ("k", "ck"), "cs": ("ks",), "x": ("ks", "h"),
    "dzh": ("dj",), "dj": ("dj", "di"), "qu": ("kv",), "q": ("k",), "rz": ("rz", "r"),
    "c": ("k", "c"), "z": ("z", "c"), "s": ("s", "z"), "j": ("i", "j", "dj"),
    "w": ("v",), "y": ("i",), "h": ("h", "g"), "v": ("v",), "ou": ("u", "ou"),
    "oo": ("u", "o"), "g": ("g",), "eff": ("ev", "ef"), "off": ("ov", "of"), "ow": ("ov",),
    "oe": ("oe", "e", "o"), "ae": ("ae", "e"), "ue": ("ue", "u", "iu"),
    "ö": ("o", "e"), "ä": ("e", "a"), "ü": ("u", "iu"), "å": ("o", "a"), "â": ("ia", "a"),
    "û": ("iu", "u"), "ó": ("o", "u"), "ś": ("s", "w"), "ę": ("en", "em", "e"),
    "ska": ("skaia", "ska"), "cka": ("ckaia", "ckaia"),
    "stein": ("wtein", "stein"), "stern": ("wtern", "stern"), "stadt": ("wtadt", "stadt"),
    "steyn": ("wtein", "stein"), "stejn": ("wtein", "stein"),
}  # fmt: skip
_LONGEST = 7
_MC = re.compile(r"^m[a]?c(?=[a-z]{3})")


@lru_cache(maxsize=50_000)
def readings(word: str) -> tuple[str, ...]:
    """The keys of a word as it stands, the most usual reading first; () where no letter is left."""
    if is_cyrillic(word):
        return _cyrillic(bare(word))
    text = sounded(word)
    found: dict[str, None] = {}
    for reading in _latin(text):
        found.setdefault(tidy(reading))
    found.pop("", None)
    return tuple(found)[:MOST_READINGS]


@lru_cache(maxsize=50_000)
def usual(word: str) -> str:
    """The first of the readings, which costs less than all."""
    if is_cyrillic(word):
        return "".join(readings(word)[:1])
    return tidy("".join(_latin(sounded(word), 1)))


def _cyrillic(word: str) -> tuple[str, ...]:
    usual = tidy(word.translate(_CYRILLIC))
    keys = {usual: None} if usual.isascii() and usual else {}
    if usual and any(letter in word for letter in "іїєґ"):
        keys.setdefault(tidy(word.replace("г", "х").translate(_CYRILLIC)))
    return tuple(keys)


def _latin(text: str, most: int = MOST_READINGS * 2) -> list[str]:
    text = _MC.sub("mak", text)
    done = [""]
    at = 0
    while at < len(text):
        for size in range(min(_LONGEST, len(text) - at), 0, -1):
            group = text[at : at + size]
            if size == 1 or (group in _LATIN and _fits(group, text, at)):
                break
        options = _options(group, text, at)
        # Stranger readings come after all the usual ones, one stranger letter at a time.
        done = [head + option for option in options for head in done][:most]
        at += len(group)
    return done


def _fits(group: str, text: str, at: int) -> bool:
    last = at + len(group) == len(text)
    if group in ("off", "eff", "ow", "ska", "cka"):
        return last
    return not (group == "sh" and text[at : at + 5] == "shch")


def _options(group: str, text: str, at: int) -> tuple[str, ...]:
    following = text[at + len(group) : at + len(group) + 1]
    if group == "s":
        # German writes з at a beginning and between vowels as s.
        before = text[at - 1 : at]
        between = before in ("", *"aeiouy") and following and following in "aeiouyj"
        voiced = (
            before
            and before in "aeiouyrdnl"
            and following
            and following in ("bdglmnrvw" if before in "aeiouyr" else "aeiouy")
        )
        return ("s", "z") if between or voiced else ("s",)
    if group == "c" and following and following in "eiy":
        return ("c", "s", "k")
    if group == "j" and at and (not following or following not in "aeou"):
        return ("i",)
    if group == "g" and at == 0 and following == "h":
        return ("g",)
    return _LATIN.get(group, (group,))


_RUNS = re.compile(r"(.)\1+")
# After a hissing sound о is what schemes write for ё.
_HISSED = re.compile(r"(?<=[qwj])o(?=v|rn)")


def tidy(key: str) -> str:
    """What schemes write in different ways as one: io and ie are е, letters are not doubled."""
    key = key.replace("tc", "c").replace("ts", "c")
    key = _RUNS.sub(r"\1", key)
    key = key.replace("io", "e").replace("ie", "e").replace("ii", "i")
    return _HISSED.sub("e", _RUNS.sub(r"\1", key))
