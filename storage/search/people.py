"""The name index, kept in step with the releases inside their own transactions.

Names and their keys only grow; which release mentions them, and the years, are taken back exactly
as they were counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from storage.aside import aside
from storage.database import Connection, Transaction
from storage.search.names.ears import ears
from storage.search.names.keys import keys
from storage.search.names.mentions import Mention, mentions
from storage.search.offering import offers
from storage.search.persons import people
from storage.search.resolving import EAR_GRADE, resolve
from storage.search.vocabulary import Vocabulary

__all__ = ["Vocabulary", "add", "offers", "people", "remove", "resolve"]


async def add(tx: Transaction, sort: int, title: str, body: str) -> None:
    """Index the names of the release at this place in the order."""
    found = await aside(mentions, title, body)
    ids = await _known(tx, found)
    rows = _rows(found, ids)
    await tx.run_many(
        "INSERT INTO mentions (name_id, sort, given_id, weight) VALUES (?, ?, ?, ?)",
        ((name, sort, given, weight) for (name, given), weight in sorted(rows.items())),
    )
    await _count(tx, sort, {name for name, _ in rows}, 1)


async def remove(tx: Transaction, sort: int, title: str, body: str) -> None:
    """Take the names of the release at this place out; call it while the release is there."""
    found = await aside(mentions, title, body)
    rows = _rows(found, await name_ids(tx, _words(found)))
    await _count(tx, sort, {name for name, _ in rows}, -1)
    await tx.run_many(
        "DELETE FROM mentions WHERE name_id = ? AND sort = ? AND given_id = ?",
        ((name, sort, given) for name, given in sorted(rows)),
    )


def _words(found: Iterable[Mention]) -> set[str]:
    return {word for mention in found for word in (mention.word, mention.given) if word}


def _rows(found: Iterable[Mention], ids: dict[str, int]) -> dict[tuple[int, int], int]:
    """The weight of each mention, by the ids of its name and its given name."""
    rows: dict[tuple[int, int], int] = {}
    for mention in found:
        place = (ids[mention.word], ids.get(mention.given, 0))
        rows[place] = max(mention.weight, rows.get(place, 0))
    return rows


async def _known(tx: Transaction, found: list[Mention]) -> dict[str, int]:
    """The ids of all names and given names; those never met before are put down with their keys."""
    words = _words(found)
    ids = await name_ids(tx, words)
    new = sorted(words - ids.keys())
    if new:
        await tx.run_many("INSERT INTO names (word) VALUES (?)", ((word,) for word in new))
        ids |= await name_ids(tx, new)
        await tx.run_many(
            "INSERT INTO name_keys (key, name_id, grade) VALUES (?, ?, ?)",
            ((key, ids[word], grade) for word in new for key, grade in all_keys(word).items()),
        )
    return ids


def all_keys(word: str) -> dict[str, int]:
    """The keys of a name and those by the ear."""
    if len(word) < 2:
        return {}
    return keys(word) | dict.fromkeys(ears(word), EAR_GRADE)


async def name_ids(connection: Connection, words: Iterable[str]) -> dict[str, int]:
    rows = await connection.rows(
        "SELECT word, id FROM names WHERE word IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(words)),),
    )
    return {row[0]: row[1] for row in rows}


async def _count(tx: Transaction, sort: int, names: Iterable[int], step: int) -> None:
    """Count the names of the release in or out of its year."""
    year = await tx.value(
        "SELECT CAST(substr(published, 1, 4) AS INTEGER) FROM releases WHERE sort = ?", (sort,)
    )
    rows = [(year, name, step) for name in sorted(names)]
    await tx.run_many(
        "INSERT INTO name_years (year, name_id, releases) VALUES (?, ?, ?)"
        " ON CONFLICT (name_id, year) DO UPDATE SET releases = releases + excluded.releases",
        rows,
    )
    if step < 0:
        await tx.run_many(
            "DELETE FROM name_years WHERE year = ? AND name_id = ? AND releases = 0",
            [row[:2] for row in rows],
        )
