"""Western names by the ear: which Cyrillic word may be how a Latin one is heard.

A coarse key finds the candidates; `heard` believes one only where every letter agrees.
"""

from __future__ import annotations

import re
from functools import lru_cache

from storage.search.names.cases import undone
from storage.search.names.letters import bare, is_cyrillic, sounded
from storage.search.names.slips import LONG

# A key that begins with this tells the consonants alone.
EAR = "~"
MOST_EARS = 12
_LONGEST = 40

# The consonants of keys: s is all that hisses, k is г, к, х and h, v is в and ф; t, d, b, p, l, m,
# n, r are themselves. What may be silent, or heard in two ways, makes a key for each.
_LATIN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("schtsch", ("s",)), ("shch", ("s",)), ("tsch", ("s",)), ("tch", ("s",)),
    ("sch", ("s", "sk")), ("ch", ("s", "k")), ("sh", ("s",)), ("zh", ("s",)), ("th", ("t", "s")),
    ("ph", ("v",)), ("kh", ("k",)), ("igh", ("", "k")), ("ough", ("", "v", "k")),
    ("augh", ("", "v", "k")), ("gh", ("k", "")), ("dge", ("s",)), ("dg", ("s",)),
    ("dt", ("t", "dt")), ("alk", ("k", "lk")), ("ts", ("s",)), ("tz", ("s",)), ("rz", ("rs", "s")),
    ("ng", ("nk", "n", "ns")),
    ("gn", ("n", "kn")), ("ck", ("k",)), ("cz", ("s",)), ("sz", ("s",)), ("qu", ("kv", "k")),
    ("wh", ("v",)), ("wr", ("r",)), ("kn", ("kn", "n")), ("x", ("ks", "s")), ("q", ("k", "s")),
    ("ce", ("s",)), ("ci", ("s",)), ("cy", ("s",)), ("c", ("k",)), ("ge", ("k", "s")),
    ("gi", ("k", "s")), ("gy", ("k", "s")), ("g", ("k",)), ("h", ("k", "")), ("j", ("s", "", "k")),
    ("bh", ("v", "bk")), ("mh", ("v", "mk")), ("bv", ("v", "bv")), ("ę", ("n", "")),
    ("z", ("s",)), ("ś", ("s",)), ("f", ("v",)), ("w", ("v", "")),
)  # fmt: skip
_STARTS = {text[0]: [pair for pair in _LATIN if pair[0][0] == text[0]] for text, _ in _LATIN}
_SILENT = re.compile(r"(?<=[aeiouyäöü])[stdxzpr]$|(?<=[aeiouyäöü])[rnm][tsd]$")
_CYRILLIC = str.maketrans("бпдтвфлмнргґкхзсжшщчц", "bpdtvvlmnrkkkksssssss")
_VOWELS = re.compile(r"[^bpdtvlmnrks]+")
_RUNS = re.compile(r"(.)\1+")
# у before a vowel is how w is written.
_GLIDE = re.compile(r"(?<![бвгджзклмнпрстфхцчшщ])у(?=[аеёиоуыэюя])")


@lru_cache(maxsize=20_000)
def ears(word: str) -> frozenset[str]:
    """Keys by the ear, across scripts: the consonants alone."""
    letters = bare(word)[:_LONGEST]
    if is_cyrillic(word):
        found = {key for form, _ in undone(letters) for key in _cyrillic(form)}
    else:
        text = re.sub(r"^ma?c(?=[a-z]{3})", "mak", sounded(word)[:_LONGEST])
        found = _latin(text)
        if _SILENT.search(text):
            found |= _latin(text[:-1])
    return frozenset(EAR + key for key in sorted(found)[:MOST_EARS] if key)


def _cyrillic(form: str) -> set[str]:
    text = form.replace("дж", "с").replace("тч", "с").replace("дз", "с").replace("тс", "с")
    keys = {text, _GLIDE.sub("в", text)}
    return {_tidy(_VOWELS.sub("", key.translate(_CYRILLIC))) for key in keys}


def _latin(text: str) -> set[str]:
    done, at = {""}, 0
    while at < len(text):
        group = text[at]
        sounds: tuple[str, ...] = (group,)
        for one, heard_as in _STARTS.get(text[at], ()):
            if text.startswith(one, at):
                group, sounds = one, heard_as
                break
        if len(done) > MOST_EARS:
            sounds = sounds[:1]
        done = {head + sound for head in done for sound in sounds}
        at += len(group)
    return {_tidy(_VOWELS.sub("", key)) for key in done}


def _tidy(key: str) -> str:
    return _RUNS.sub(r"\1", key.replace("ts", "s"))


# How Latin letters are heard, as Cyrillic letters: what is usual, and behind a bar what is rare.
# й and и, ё and е are one. A letter that may be silent is in `_is_silent`.
_HEARD_AS: dict[str, str] = {
    "a": "а э | еи е о аи", "e": "е э | и а ие иэ", "i": "и аи | э е иа", "o": "о оу | а у е ау",
    "u": "у ю | а о уо ью", "y": "и аи", "aa": "а | о аа", "ae": "е э аэ | аи",
    "ai": "еи эи аи е э",
    "ay": "еи эи | аи", "au": "ау о | а", "aw": "о | оу ау", "ea": "и е э | еа иа еи эи",
    "ee": "и | е эе ее", "ei": "аи еи | эи и", "eu": "еи ои е | ю еу ео", "ew": "ю у | еу",
    "ey": "и еи эи", "ie": "и е | ие", "oa": "о оу", "oe": "е о | у оэ", "oi": "ои уа",
    "oo": "у | о", "ou": "ау у | о оу а я", "ow": "ау оу о ов | у", "oy": "ои уаи | уа",
    "ue": "ю | у уэ", "ui": "уи ю аи | и еи уеи уэи", "uy": "аи уи | еи",
    "ia": "иа я ья", "io": "ио е | ьо", "ya": "я иа", "yo": "е ио", "igh": "аи", "eigh": "еи эи и",
    "ough": "аф оф о ау у ав ов", "augh": "о аф оф ов ав", "eau": "о", "eaux": "о", "aux": "о",
    "ault": "о", "ö": "е о э", "ä": "е э | а", "ü": "ю у | и", "å": "о | а", "û": "ю у",
    "â": "я а", "ś": "с ш", "ó": "о у", "ę": "ен ем е", "b": "б", "c": "к с ц | ч",
    "d": "д | т", "f": "ф", "g": "г дж | ж х", "h": "х г", "j": "дж и ж ь | х цз", "k": "к",
    "l": "л ль", "m": "м", "n": "н нь", "p": "п", "q": "к ц", "r": "р | ж", "s": "с з | ш ж",
    "t": "т | ц", "v": "в ф", "w": "в у | ф", "x": "кс | кз гз з с", "z": "з ц | с цз", "ck": "к",
    "ch": "ч ш х | к", "sh": "ш", "sch": "ш ск сх", "tch": "ч", "th": "т с з | д", "ph": "ф",
    "gh": "г", "kh": "х", "wh": "у в | х", "qu": "кв к | ку", "kn": "н кн", "wr": "р | вр",
    "ts": "ц тс", "tz": "ц тц", "dg": "дж", "dge": "дж", "gn": "нь н гн",
    "ng": "нг н | нж нгг", "mb": "м мб", "cc": "к кк | ч", "ll": "л лл ль | и", "rr": "р рр",
    "ss": "с сс", "tt": "т тт", "nn": "н нн", "mm": "м мм", "ff": "ф фф", "dd": "д дд | т",
    "gg": "г гг дж", "pp": "п пп", "zz": "ц цц", "bb": "б бб", "kk": "к кк", "ge": "ж дж ге",
    "mc": "мак мк мэк ма", "mac": "мак мк мэк ма", "zh": "чж ж | дж", "st": "ст шт", "sp": "сп шп",
    "rz": "ж ш | рж", "cz": "ч | ц", "sz": "ш | с", "cs": "ч", "gy": "дь д", "dt": "т дт",
    "ski": "скии", "ska": "ская", "cka": "цкая", "sson": "ссон сон", "sen": "сен", "iu": "ю",
    "ian": "янь ян", "ong": "ун онг", "yu": "юи ю", "hu": "ху", "gui": "ги", "gue": "г ге",
    "que": "к", "lh": "ль", "nh": "нь", "bh": "в", "mh": "в м", "bv": "в бв", "ier": "е ье иер",
    "jo": "ио е", "ja": "я", "ju": "ю", "je": "е", "cester": "стер", "ire": "аиер аер аир",
    "yw": "иу", "ar": "ар а", "gov": "гов", "xu": "сюи", "ure": "ур юр", "ore": "ор",
    "ur": "ер", "ugh": "ью ау", "you": "я ю", "oeh": "е еи", "alk": "ок олк",
    "wa": "уо во", "ace": "ес еис ас",
}  # fmt: skip
_SAME = str.maketrans("йёыъ", "иеиь")
_RARE = 1
_HEARD = {
    text: tuple(
        (sound, cost)
        for cost, part in enumerate(sounds.translate(_SAME).split("|"))
        for sound in part.split()
    )
    for text, sounds in _HEARD_AS.items()
}
_WIDEST = max(map(len, _HEARD))
# Two letters that are one sound.
_DIGRAPHS = frozenset(["sh", "ch", "zh", "th", "ph", "kh", "gh"])
# In a shorter name every letter tells (дом, Dam).
SHORT = 4
_LATIN_VOWELS = frozenset("aeiouyöäüåûâóę")


def _most(cyrillic: str) -> int:
    """How many rare sounds a name of so many letters may have."""
    return 0 if len(cyrillic) < SHORT else 1 if len(cyrillic) < LONG else 2


@lru_cache(maxsize=20_000)
def heard(latin: str, cyrillic: str) -> int:
    """How the Cyrillic word may be how the Latin one is heard: 2 as it stands, 1 by one of the
    nominatives it may have, 0 not at all."""
    text, word = sounded(latin), bare(cyrillic)
    if len(text) > _LONGEST or len(word) > _LONGEST:
        return 0
    if _said(text, word):
        return 2
    bases = (base for base, _ in undone(word) if len(base) > 3 or len(base) == len(word) - 1)
    return int(any(_said(text, base) for base in bases))


def _said(latin: str, cyrillic: str) -> bool:
    return strangeness(latin, cyrillic.translate(_SAME)) <= _most(cyrillic)


def strangeness(latin: str, cyrillic: str) -> int:
    """How many rare sounds it takes that the Latin letters, heard one after the other, give the
    Cyrillic ones."""
    reached: list[dict[int, int]] = [{} for _ in range(len(latin) + 1)]
    reached[0][0] = 0
    for at, places in enumerate(reached[:-1]):
        if not places:
            continue
        for size in range(1, min(_WIDEST, len(latin) - at) + 1):
            for sound, cost in _sounds(latin, at, size):
                there = reached[at + size]
                for place, so_far in places.items():
                    if so_far + cost > 2 or not cyrillic.startswith(sound, place):
                        continue
                    end = place + len(sound)
                    there[end] = min(so_far + cost, there.get(end, so_far + cost))
    return reached[-1].get(len(cyrillic), 3)


def _sounds(latin: str, at: int, size: int) -> list[tuple[str, int]]:
    found = list(_HEARD.get(latin[at : at + size], ()))
    if size == 1:
        silent = _silence(latin, at)
        if silent is not None:
            found.append(("", silent))
    return found


def _silence(latin: str, at: int) -> int | None:
    """What it costs that this letter is not heard; None where it always is."""
    letter, before, after = latin[at], latin[at - 1 : at], latin[at + 1 : at + 2]
    voiced = bool(before) and before in _LATIN_VOWELS
    closed = not after or after not in _LATIN_VOWELS
    if letter == "h":
        if before + letter in _DIGRAPHS:
            return None
        return _RARE if not before else 0 if not voiced or closed else None
    if letter == "e":
        return 0 if latin[at + 1 :] in ("", "s") and before else _RARE if before else None
    if letter == "w":
        return 0 if voiced and closed else None
    if letter == "r":
        return _RARE if voiced and closed else None
    if letter in "stdxzp" and not after:
        return _RARE if voiced or before in ("r", "n", "m") else None
    return _RARE if letter in "oyd" and before and not voiced else None
