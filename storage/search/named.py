"""How the names of a query are told back: who was meant, and in which spellings."""

from __future__ import annotations

from collections.abc import Sequence

from storage.database import Connection
from storage.model import Named, Naming
from storage.search.names.given import givens_of, is_initial
from storage.search.names.letters import bare, is_cyrillic
from storage.search.names.resolved import Resolved, believed
from storage.search.persons import pairs, shown


async def named(
    connection: Connection, words: Sequence[str], resolved: Resolved, naming: Naming
) -> tuple[Named, ...]:
    """The surnames among the words, each with the person's name and its spellings, frequent first.

    An ordinary word is told only where it brought other spellings than its own.
    """
    givens = givens_of(naming)
    readings = [r for r in dict.fromkeys(resolved.readings) if r is not None]
    beside = [
        word
        for word, reading in zip(words, resolved.readings, strict=True)
        if (reading is None or reading.optional) and (givens.known(word) or is_initial(word))
    ]
    surnames = [reading for reading in readings if not reading.optional and reading.spellings]
    ids = {spelling.name_id for reading in surnames for spelling in believed(reading)}
    seen = await pairs(connection, sorted(ids)) if ids else []
    found = []
    for reading in surnames:
        asked = " ".join(words[at] for at in reading.asked)
        own = {spelling.name_id for spelling in believed(reading)}
        there = [pair for pair in seen if pair[0] in own]
        counts: dict[str, int] = {}
        for _, word, _, count in there:
            counts[word] = counts.get(word, 0) + count
        spellings = tuple(sorted(counts, key=lambda word: -counts[word]))
        other = any(bare(word) != bare(asked) for word in spellings)
        if reading.sure or other:
            name = shown(there, beside, givens, "ru" if is_cyrillic(asked) else "en")
            found.append(Named(asked, name, spellings, reading.sure))
    return tuple(found)
