"""The words of all names in memory, for slips of the finger: read on as the archive grows."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from storage.database import Connection
from storage.search.names.cases import undone
from storage.search.names.fold import readings, usual
from storage.search.names.keys import LONGEST, certain
from storage.search.names.letters import bare, is_cyrillic
from storage.search.names.slips import allowed, meant, slips, swapped

# Some 20 ms of work at a time: others get their turn in between.
CHUNK = 400
COMPARED = 50_000
# Names longer or shorter by more than this do not look alike.
LENGTHS = 4
# So many readings of a word are tried for slips across scripts.
KEYS = 3
# Shorter keys have too many neighbours.
ACROSS = 6
TYPED = 6
# Nobody's name is longer, and slips in longer words take long to look for.
MOST_TYPED = 24
# No key is so long.
FAR = 1000


class Vocabulary:
    """Every form of every name, by its length. Names are only ever added, so their ids tell what
    is new."""

    def __init__(self) -> None:
        self._last = 0
        # Words by their length, and keys by theirs below zero, those of Cyrillic words far below.
        self._forms: dict[int, dict[str, list[int]]] = defaultdict(dict)
        self._lists: dict[int, list[str]] = defaultdict(list)

    async def read_on(self, connection: Connection) -> bool:
        """Read some of the names that are new since the last time; whether there are more.

        One at a time: two would read the same names.
        """
        rows = await connection.rows(
            "SELECT id, word FROM names WHERE id > ? ORDER BY id LIMIT ?", (self._last, CHUNK)
        )
        for name_id, word in rows:
            for form in _forms(word):
                self._put(form, name_id, len(form))
            for key in certain(word):
                self._put(key, name_id, _place(key, is_cyrillic(word)))
            self._last = name_id
        return len(rows) == CHUNK

    def _put(self, form: str, name_id: int, size: int) -> None:
        known = self._forms[size]
        if form not in known:
            self._lists[size].append(form)
        known.setdefault(form, []).append(name_id)

    async def slipped(self, word: str) -> dict[int, int]:
        """The names that the word is a slip of, each with how many slips; only the fewest."""
        asked = bare(word)
        most = allowed(len(asked))
        if not most or len(asked) > MOST_TYPED:
            return {}
        found: dict[int, int] = {}
        for size in range(len(asked) - most, len(asked) + most + 1):
            forms = self._forms.get(size, {})
            for form in await self._near(asked, size, most):
                count = slips(asked, form)
                if count is not None:
                    for name_id in forms[form]:
                        found[name_id] = min(count, found.get(name_id, count))
        if not found:
            return await self._across(word)
        fewest = min(found.values(), default=0)
        return {name_id: count for name_id, count in found.items() if count == fewest}

    async def _across(self, word: str) -> dict[int, int]:
        """The names whose spelling in the other script is one slip away from the word's own."""
        found: dict[int, int] = {}
        other = not is_cyrillic(word)
        for key in readings(word)[:KEYS]:
            for size in (len(key), len(key) + 1) if len(key) >= ACROSS else ():
                place = _place("*" * size, other)
                for form in await self._near(key, place, 1):
                    if swapped(key, form):
                        found |= dict.fromkeys(self._forms[place][form], 1)
        for key in {usual(form) for form in meant(bare(word))} if len(word) >= TYPED else ():
            found |= dict.fromkeys(self._forms.get(_place(key, other), {}).get(key, ()), 1)
        return found

    async def _near(self, asked: str, size: int, most: int) -> list[str]:
        """The forms of this length that are a few letters away, whichever letters they are."""
        near = list[str]()
        for some in self._pieces(size):
            near += [
                found[0]
                for found in process.extract(
                    asked, some, scorer=OSA.distance, score_cutoff=most, limit=None
                )
            ]
            await asyncio.sleep(0)
        return near

    async def alike(self, word: str, least: float) -> dict[int, float]:
        """The names in either script that sound like the word, from this likeness on (to 1)."""
        found: dict[int, float] = {}
        for asked in filter(None, [usual(word[:LONGEST])]):
            for size in range(max(2, len(asked) - LENGTHS), len(asked) + LENGTHS + 1):
                for place in (-size, -size - FAR):
                    await self._like(asked, place, least, found)
        return found

    async def _like(self, asked: str, place: int, least: float, found: dict[int, float]) -> None:
        for some in self._pieces(place):
            near = process.extract(
                asked, some, scorer=JaroWinkler.similarity, score_cutoff=least, limit=None
            )
            for form, likeness, _ in near:
                for name_id in self._forms[place][form] if form[0] == asked[0] else ():
                    found[name_id] = max(likeness, found.get(name_id, 0.0))
            await asyncio.sleep(0)

    def _pieces(self, size: int) -> Iterator[list[str]]:
        """The forms of this length, so many at a time as hold nobody up."""
        forms = self._lists.get(size, [])
        for start in range(0, len(forms), COMPARED):
            yield forms[start : start + COMPARED]


def _place(key: str, cyrillic: bool) -> int:
    return -len(key) - FAR * cyrillic


def _forms(word: str) -> set[str]:
    """The word in small letters, and the nominative where its case form leaves no doubt."""
    form = bare(word)
    found = {form} if len(form) > 2 else set()
    if is_cyrillic(word) and found:
        sure = certain(word)
        found |= {base for base, grade in undone(form) if grade and set(certain(base)) & sure}
    return found
