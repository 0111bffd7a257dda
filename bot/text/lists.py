"""What stands before the items of a list: bullets, numbers, letters, Roman numerals."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,9}")
_NAMED = {
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
    "decimal": "1",
    "none": "none",
}
_STYLE = re.compile(rf"list-style(?:-type)?\s*:[^;]*?({'|'.join(_NAMED)})\b", re.IGNORECASE)
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


@dataclass(slots=True)
class Numbering:
    """One list as it is read: `next` is its next item's number, None in a list of bullets."""

    next: int | None = None
    step: int = 1
    kind: str = "1"

    def marker(self, value: str | None, kind: str | None) -> str:
        """What stands before the next item, which may have its own value and kind of number."""
        if self.kind == "none":
            return ""
        if self.next is None:
            return "• "
        number = whole(value, self.next)
        self.next = number + self.step
        return f"{numeral(number, kind or self.kind)}. "


def kind_of(type_: str | None, style: str | None) -> str:
    """How a list numbers its items: as its style says (editors write that), else its `type`.

    "none" for no markers, "" where neither says anything.
    """
    found = _STYLE.search(style or "")
    return _NAMED[found[1].lower()] if found else type_ or ""


def whole(text: str | None, default: int) -> int:
    """The number an attribute gives, or `default` where it gives none."""
    found = _WHOLE.match(text or "")
    return int(found[0]) if found else default


def numeral(number: int, kind: str) -> str:
    """The number as HTML's `type` 1, a, A, i or I writes it; decimal where it cannot."""
    written = ""
    if kind in ("a", "A") and number > 0:
        written = _letters(number)
    elif kind in ("i", "I") and 0 < number < 4000:
        written = _roman(number)
    if not written:
        return str(number)
    return written.upper() if kind.isupper() else written


def _letters(number: int) -> str:
    """a … z, aa, ab …"""
    written = ""
    while number:
        number, place = divmod(number - 1, 26)
        written = chr(ord("a") + place) + written
    return written


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        written += letters * count
    return written
