"""Western names by the ear: which Cyrillic word may be how a Latin one is heard.

A coarse key finds the candidates; `heard` believes one only where every letter agrees.
"""

from __future__ import annotations

import re
from functools import lru_cache

from storage.search.names.cases import undone
from storage.search.names.letters import bare, is_cyrillic, sounded

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
    ("augh", ("", "v", "k")), ("gh", ("k", "")), ("dge", ("s",)), ("dg", ("s",)), ("dt", ("t",)),
    ("ts", ("s",)), ("tz", ("s",)), ("rz", ("rs", "s")), ("ng", ("nk", "n", "ns")),
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


# How Latin letters are heard, as Cyrillic letters; "" is not at all. й and и, ё and е are one.
_A, _E, _O = "а э е о эи еи аи", "е э и а ", "о а у оу е ау "
_HEARD_AS: dict[str, str] = {
    "a": _A, "e": _E + " иэ ие", "i": "и аи е э иа", "o": _O, "u": "у ю а уо ью", "y": "и аи ",
    "aa": "а о", "ae": "е э аэ аи", "ai": "еи эи аи е э", "ay": "еи эи аи", "au": "ау о а",
    "aw": "о оу ау", "ea": "и е э еа иа еи эи", "ee": "и е эе", "ei": "аи еи эи и",
    "eu": "еи ои ю еу ео е", "ew": "ю у еу", "ey": "и еи эи", "ie": "и е ие", "oa": "о оу",
    "oe": "о е у оэ", "oi": "ои уа", "oo": "у о", "ou": "ау у о оу а", "ow": "ау оу о ов",
    "oy": "ои уа уаи", "ue": "ю у уэ ", "ui": "уи ю аи и еи уеи уэи", "uy": "аи уи еи",
    "ia": "иа я ья", "io": "ио ё е ьо", "ya": "я иа", "yo": "е ио", "igh": "аи", "eigh": "еи эи",
    "ough": "аф оф о ау у", "augh": "о аф оф", "eau": "о", "eaux": "о", "aux": "о", "ault": "о",
    "ö": "е о э", "ä": "е э а", "ü": "ю у и", "å": "о а", "û": "ю у", "â": "я а", "ś": "с ш",
    "ó": "о у",
    "ę": "ен ем е", "b": "б", "c": "к с ц ч", "d": "д т ", "f": "ф в", "g": "г дж ж х к",
    "h": "х г ", "j": "дж и ж х цз ь", "k": "к ", "l": "л ль ", "m": "м", "n": "н нь", "p": "п",
    "q": "к ц", "r": "р  ж", "s": "с з ш ж", "t": "т ц", "v": "в ф", "w": "в у ",
    "x": "кс кз гз з с", "z": "з ц с цз", "ck": "к", "ch": "ч ш х к", "sh": "ш",
    "sch": "ш ск сх", "tch": "ч", "th": "т с з д", "ph": "ф", "gh": "г ", "kh": "х",
    "wh": "у в х", "qu": "кв к ку", "kn": "н кн", "wr": "р вр", "ts": "ц тс", "tz": "ц тц",
    "dg": "дж", "dge": "дж", "gn": "нь н гн", "ng": "нг н нж нгг", "mb": "м мб",
    "cc": "к кк ч", "ll": "л лл и ль", "rr": "р рр", "ss": "с сс", "tt": "т тт", "nn": "н нн",
    "mm": "м мм", "ff": "ф фф", "dd": "д дд т", "gg": "г гг дж", "pp": "п пп", "zz": "ц цц",
    "bb": "б бб", "kk": "к кк", "ge": "ж дж ге", "mc": "мак мк мэк", "mac": "мак мк мэк",
    "zh": "чж ж дж", "st": "шт", "sp": "шп", "rz": "ж ш рж", "cz": "ч ц", "sz": "ш с",
    "cs": "ч", "gy": "дь д", "dt": "т дт", "ski": "скии", "ska": "ская", "cka": "цкая",
    "sson": "ссон сон", "sen": "сен", "iu": "ю", "ian": "янь ян", "ong": "ун онг",
    "yu": "юи ю", "hu": "ху", "gui": "ги", "gue": "г ге", "que": "к", "lh": "ль", "nh": "нь",
    "bh": "в", "mh": "в м", "bv": "в бв", "ier": "е ье иер", "jo": "йо е ио",
    "ja": "я", "ju": "ю", "je": "е",
}  # fmt: skip
_SAME = str.maketrans("йёыъ", "иеиь")
_HEARD = {text: tuple(sounds.translate(_SAME).split(" ")) for text, sounds in _HEARD_AS.items()}
_WIDEST = max(map(len, _HEARD))


@lru_cache(maxsize=20_000)
def heard(latin: str, cyrillic: str) -> int:
    """How the Cyrillic word may be how the Latin one is heard: 2 as it stands, 1 by one of the
    nominatives it may have, 0 not at all."""
    text, word = sounded(latin), bare(cyrillic)
    if len(text) > _LONGEST or len(word) > _LONGEST:
        return 0
    if _said(text, word):
        return 2
    return int(any(_said(text, base) for base, _ in undone(word)))


def _said(latin: str, cyrillic: str) -> bool:
    said = cyrillic.translate(_SAME)
    return _spells(latin, said) or (_SILENT.search(latin) is not None and _spells(latin[:-1], said))


def _spells(latin: str, cyrillic: str) -> bool:
    """Whether the Latin letters, heard one after the other, give the Cyrillic ones."""
    reached: list[set[int]] = [set() for _ in range(len(latin) + 1)]
    reached[0].add(0)
    for at, places in enumerate(reached[:-1]):
        if not places:
            continue
        for size in range(1, min(_WIDEST, len(latin) - at) + 1):
            for sound in _HEARD.get(latin[at : at + size], ()):
                reached[at + size].update(
                    place + len(sound) for place in places if cyrillic.startswith(sound, place)
                )
    return len(cyrillic) in reached[-1]
