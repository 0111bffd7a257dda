"""What was meant where the keyboard of the other script had been left on."""

from __future__ import annotations

import re

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?"
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю.ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,"
_TO_RUSSIAN = str.maketrans(_LATIN, _RUSSIAN)
_TO_LATIN = str.maketrans(_RUSSIAN, _LATIN)
# "О'Рурк" has one in both layouts.
_APOSTROPHE = re.compile(r"^\w'\w")
# Where the other keyboard has no letters: no Latin word can have been meant.
_SIGNS = frozenset("бюжэхъё")


def layouts(text: str) -> tuple[str, ...]:
    """The text as the other keyboard writes it: "rfhgjd" is "карпов"; () where it cannot be."""
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    found = []
    if latin > cyrillic:
        found.append(text.translate(_TO_RUSSIAN))
        if _APOSTROPHE.search(text):
            found.append(text.translate({**_TO_RUSSIAN, ord("'"): "'"}))
    elif cyrillic > latin and not _SIGNS.intersection(text.lower()):
        found.append(text.translate(_TO_LATIN))
    return tuple(meant for meant in found if meant != text)
