"""Reading a whole number out of what somebody typed, whatever its length."""

from __future__ import annotations

import re

# Longer numbers are all the same to us, and safe for a database of 64-bit integers.
MOST = 10**15

_NUMBER = re.compile(r"([-−–+]?)([0-9]+)")


def whole(word: str) -> int | None:
    """The number that this word is, held within ±MOST; None for anything else."""
    found = _NUMBER.fullmatch(word)
    if found is None:
        return None
    digits = found[2].lstrip("0") or "0"
    number = MOST if len(digits) > 15 else int(digits)
    return number if found[1] in ("", "+") else -number
