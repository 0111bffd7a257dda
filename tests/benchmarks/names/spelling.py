"""Other spellings of a name: transliterated, mistyped, in the wrong layout, in look-alikes."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

LATIN_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
CYRILLIC_ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
LAYOUT = dict(
    zip("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`", strict=True)
)
BACK = {latin: cyrillic for cyrillic, latin in LAYOUT.items()}
LOOK = dict(zip("аеорсухАВЕКМНОРСТХ", "aeopcyxABEKMHOPCTX", strict=True))
VOWELS = "аеёиоуыэюя"


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


SCHEMES = {
    name: {part: _pairs(text) for part, text in scheme.items()}
    for name, scheme in tomllib.loads(
        (Path(__file__).parent / "schemes.toml").read_text(encoding="utf-8")
    ).items()
}


def transliterated(text: str, scheme: str) -> str:
    """Each word of a Russian name as the scheme writes it."""
    return " ".join(
        "-".join(_word(part, SCHEMES[scheme]) for part in word.split("-")) for word in text.split()
    )


def _word(word: str, scheme: dict[str, dict[str, str]]) -> str:
    low, end = word.lower(), ""
    for russian, latin in scheme.get("ends", {}).items():
        if low.endswith(russian):
            low, end = low[: -len(russian)], latin
            break
    out, at = "", 0
    while at < len(low):
        two, one = low[at : at + 2], low[at]
        if two in scheme.get("pairs", {}):
            out += scheme["pairs"][two]
            at += 2
            continue
        first = at == 0 or low[at - 1] in VOWELS + "ьъй"
        soft = scheme.get("soft", {})
        out += soft[one] if first and one in soft else scheme["letters"].get(one, one)
        at += 1
    out += end
    return out[0].upper() + out[1:]


def slip(word: str, chance: random.Random) -> str:
    """The word with one slip of the finger: a wrong key, two swapped, one lost or twice."""
    rows = CYRILLIC_ROWS if any("а" <= one.lower() <= "ё" for one in word) else LATIN_ROWS
    while True:
        at = chance.randrange(1, len(word))
        kind = chance.choice("nslt")
        if kind == "n":
            made = word[:at] + _neighbour(word[at], rows, chance) + word[at + 1 :]
        elif kind == "s" and at + 1 < len(word):
            made = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif kind == "l":
            made = word[:at] + word[at + 1 :]
        else:
            made = word[:at] + word[at] + word[at:]
        if made != word:
            return made


def _neighbour(key: str, rows: tuple[str, ...], chance: random.Random) -> str:
    for y, row in enumerate(rows):
        x = row.find(key.lower())
        if x >= 0:
            near = [row[i] for i in (x - 1, x + 1) if 0 <= i < len(row)]
            near += [rows[j][x] for j in (y - 1, y + 1) if 0 <= j < len(rows) and x < len(rows[j])]
            return chance.choice(near)
    return key


def wrong_layout(text: str) -> str:
    """What comes of typing the text with the keyboard in the other script."""
    low = text.lower()
    table = LAYOUT if any(one in LAYOUT for one in low) else BACK
    return "".join(table.get(one, one) for one in low)


def look_alike(word: str, chance: random.Random) -> str:
    """One letter replaced by the Latin one that looks the same, where there is one."""
    places = [at for at, one in enumerate(word) if one in LOOK]
    if not places:
        return word
    at = chance.choice(places)
    return word[:at] + LOOK[word[at]] + word[at + 1 :]


def full_width(word: str) -> str:
    """Latin letters as East Asian keyboards write them."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in word)
