"""Under which keys a name is kept and asked for, and how sure each of them is."""

from __future__ import annotations

import re
from functools import lru_cache

from storage.search.names.cases import GUESS, undone
from storage.search.names.fold import readings
from storage.search.names.letters import bare, clean, is_cyrillic

# A stranger reading of Latin letters, and a part of a name with a hyphen.
STRANGER, PART = 1, 3
# No name is longer; what is would only cost time.
LONGEST = 40


@lru_cache(maxsize=20_000)
def whole_keys(word: str) -> dict[str, int]:
    """The keys of the whole word, with their grades: the smaller, the surer."""
    found: dict[str, int] = {}
    for form, grade in _forms(word[:LONGEST]):
        for place, key in enumerate(readings(form)):
            _put(found, key, grade + (STRANGER if place and not is_cyrillic(form) else 0))
    return found


@lru_cache(maxsize=20_000)
def keys(word: str) -> dict[str, int]:
    """Every key of the word as it is written: of the whole, and of the parts between hyphens."""
    word = word[:LONGEST]
    found = dict(whole_keys(word))
    parts = [part for part in re.split(r"[-'’‘ʼ]", clean(word)) if len(part) > 3]
    if len(parts) > 1:
        for part in parts:
            for form, grade in _forms(part):
                for key in readings(form)[:1]:
                    _put(found, key, PART + min(grade, 1))
    return found


def _put(found: dict[str, int], key: str, grade: int) -> None:
    if len(key) > 1:
        found[key] = min(grade, found.get(key, grade))


def _forms(word: str) -> tuple[tuple[str, int], ...]:
    if not is_cyrillic(word):
        return ((word, 0),)
    letters = bare(word)
    forms = undone(letters)
    if "-" not in word:
        return forms
    # Both halves of a name with a hyphen may be declined.
    first, _, last = clean(word).lower().rpartition("-")
    head = {base for base, grade in undone(bare(first)) if grade < GUESS} | {bare(first)}
    return (*forms, *((start + base, 1) for start in sorted(head) for base, _ in undone(last)))


@lru_cache(maxsize=50_000)
def certain(word: str) -> frozenset[str]:
    """The keys that the word has whatever case it stands in: as written, or by one sure rule."""
    if not is_cyrillic(word):
        return frozenset(readings(word)[:1])
    forms = [base for base, grade in undone(bare(word)) if grade]
    sure = forms if len(forms) == 1 and not _ambiguous(word) else []
    return frozenset(key for form in (word, *sure) for key in readings(form)[:1])


def _ambiguous(word: str) -> bool:
    return bare(word).endswith(("ова", "ева", "ёва", "ина", "ына"))
