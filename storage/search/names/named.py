"""How the names of a query are told back: who was meant, and in which spellings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from storage.database import Connection
from storage.model import Named, Naming
from storage.search.names.letters import is_cyrillic
from storage.search.names.resolved import Resolved
from storage.search.persons import display, pairs


class Meant(Protocol):
    """A query's words, and what they were resolved to."""

    @property
    def words(self) -> Sequence[str]: ...

    @property
    def resolved(self) -> Resolved: ...


async def named(connection: Connection, meant: Meant, naming: Naming) -> tuple[Named, ...]:
    """The surnames of the query, each with the person's name and its spellings, frequent first."""
    found: dict[tuple[int, ...], Named] = {}
    for reading in meant.resolved.readings:
        if reading is None or reading.optional or reading.asked in found or not reading.sure:
            continue
        asked = " ".join(meant.words[at] for at in reading.asked)
        language = "ru" if is_cyrillic(asked) else "en"
        counts: dict[str, int] = {}
        for _, word, _, count in await pairs(connection, [s.name_id for s in reading.spellings]):
            counts[word] = counts.get(word, 0) + count
        spellings = tuple(sorted(counts, key=lambda word: -counts[word]))
        name = await display(connection, reading, naming, language)
        found[reading.asked] = Named(asked, name, spellings)
    return tuple(found.values())
