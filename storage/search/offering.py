"""Whom somebody may have meant who asked for a name that is not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from storage.database import Connection
from storage.model import Naming, Person
from storage.search.names.given import givens_of
from storage.search.names.letters import bare, is_cyrillic, whole
from storage.search.names.patronymics import is_patronymic
from storage.search.persons import Pair, best_name, counted, merged_persons, pairs
from storage.search.resolving import MISTYPED
from storage.search.vocabulary import Vocabulary

# How near a name must be to be offered; what is within one of so many steps is as near.
NEAR = 0.75
STEPS = 25
# Of so many of the nearest names persons are looked for.
OFFERED = 60


async def offers(
    connection: Connection,
    words: Sequence[str],
    naming: Naming,
    vocabulary: Vocabulary,
    count: int = 2,
) -> tuple[Person, ...]:
    """The persons whose names are nearest to the one asked for, the nearest first; of those about
    as near the most frequent."""
    givens = givens_of(naming)
    surnames = [whole(w) for w in words if not givens.known(whole(w)) and not is_patronymic(w)]
    nearest: dict[int, float] = {}
    for asked in [word for word in surnames if len(bare(word)) > 2][:MISTYPED]:
        for name_id, likeness in (await vocabulary.alike(asked, NEAR)).items():
            nearest[name_id] = max(likeness, nearest.get(name_id, 0))
    best = sorted(nearest, key=lambda name_id: -nearest[name_id])[:OFFERED]
    merged = merged_persons(await pairs(connection, best), givens)
    ranked = sorted(merged, key=lambda ids: _worth(merged[ids], nearest))
    language = "ru" if any(is_cyrillic(word) for word in surnames) else "en"
    return tuple(
        [
            await counted(connection, best_name(merged[ids], givens, language), ids, naming, None)
            for ids in ranked[:count]
        ]
    )


def _worth(found: Sequence[Pair], nearest: Mapping[int, float]) -> tuple[float, int]:
    likeness = max(nearest[pair[0]] for pair in found)
    return -round(likeness * STEPS), -sum(pair[3] for pair in found)
