"""What each archive ever published, and what of it its site still shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from storage.archives import archive_id
from storage.database import Connection, Database, Row, Transaction
from storage.model import Archive, Glimpse, History, Kind, Known
from storage.recognise import recognise
from storage.times import from_ms, to_ms
from storage.withdrawing import bring_back, withdraw

PIECE = 200  # a reader is lent for two seconds, however long a site's list is
WRITTEN = 50  # releases in one transaction: others wait for their turn to write


class Histories:
    """The shelf of histories, one an archive."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, archive: Archive) -> History:
        """How it stands with this archive's history."""
        async with self._database.read() as connection:
            row = await connection.row(_SELECT + "WHERE archives.name = ?", (archive.name,))
        return _history(row) if row is not None else History(archive.name)

    async def all(self) -> list[History]:
        """How it stands with each that was ever looked at."""
        async with self._database.read() as connection:
            return [_history(row) for row in await connection.rows(_SELECT)]

    async def keep(self, archive: Archive, history: History, missed: Iterable[int] = ()) -> None:
        """Write how it stands now, and that a complete reading lacked the `missed` releases.

        In one transaction, so that no reading counts twice.
        """
        async with self._database.write() as tx:
            await keep_history(tx, await archive_id(tx, archive), history)
            await tx.run(_MISSED, (json.dumps([*missed]),))

    async def filled(self, archive: Archive, history: History, began: datetime) -> None:
        """All of it is brought in. That counts as a first complete reading, of when it began."""
        async with self._database.write() as tx:
            number = await archive_id(tx, archive)
            await keep_history(tx, number, history)
            await tx.run(
                "UPDATE archives SET first_read_at = coalesce(first_read_at, ?),"
                " last_read_at = coalesce(last_read_at, ?) WHERE id = ?",
                (to_ms(began), to_ms(began), number),
            )

    async def known(self, archive: Archive, glimpses: Sequence[Glimpse]) -> list[Known | None]:
        """For each of them the release that it is; None for one that would be new."""
        known: list[Known | None] = []
        for first in range(0, len(glimpses), PIECE):
            async with self._database.read() as connection:
                known += await _met(connection, archive, glimpses[first : first + PIECE])
        return known

    async def listed(self, archive: Archive) -> list[Known]:
        """All that the site has ever shown and that is not withdrawn, oldest first."""
        listed: list[Known] = []
        after = -(1 << 63)
        while True:
            async with self._database.read() as connection:
                rows = await connection.rows(_LISTED, (archive.name, after, PIECE))
            listed += map(known_of, rows)
            if len(rows) < PIECE:
                return listed
            after = rows[-1][-1]

    async def found_since(self, archive: Archive, since: datetime) -> frozenset[int]:
        """The releases that came to be known after this moment."""
        async with self._database.read() as connection:
            rows = await connection.rows(_FOUND, (archive.name, to_ms(since)))
        return frozenset(number for (number,) in rows)

    async def seen(self, releases: Iterable[int]) -> None:
        """The site shows these: they are listed, none of them is missed, and all are back."""
        other: list[int] = []
        for some in _pieces(releases, PIECE):
            async with self._database.read() as connection:
                other += [n for (n,) in await connection.rows(_OTHER, (json.dumps(some),))]
        for some in _pieces(other, WRITTEN):
            async with self._database.write() as tx:
                await tx.run(_SEEN, (json.dumps(some),))
                for number in some:
                    await bring_back(tx, number)

    async def withdraw(self, releases: Iterable[int]) -> None:
        """Mark them as withdrawn: nothing shows them any more, and nobody is owed them."""
        for some in _pieces(releases, WRITTEN):
            async with self._database.write() as tx:
                for number in some:
                    await withdraw(tx, number)


async def keep_history(tx: Transaction, number: int, history: History) -> None:
    """Write how it stands with the history of the archive with this row."""
    await tx.run(
        "INSERT INTO histories (archive_id, way, url, mark, begun_at, filled_at, reconcile_at,"
        " reconciled_at, notice) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (archive_id) DO UPDATE SET way = excluded.way, url = excluded.url,"
        " mark = excluded.mark, begun_at = excluded.begun_at, filled_at = excluded.filled_at,"
        " reconcile_at = excluded.reconcile_at, reconciled_at = excluded.reconciled_at,"
        " notice = excluded.notice",
        (
            number, history.way, history.url, history.mark, to_ms(history.begun_at),
            to_ms(history.filled_at), to_ms(history.reconcile_at), to_ms(history.reconciled_at),
            history.notice,
        ),
    )  # fmt: skip


def _pieces(releases: Iterable[int], size: int) -> list[list[int]]:
    numbers = [*releases]
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]


def known_of(row: Row) -> Known:
    """The Known in a row of _COLUMNS."""
    return Known(
        id=row[0], link=row[1], kind=Kind(row[2]), published=date.fromisoformat(row[3]),
        published_at=from_ms(row[4]), modified=row[5], excerpt=row[6] or "", missed=row[7],
        withdrawn=bool(row[8]), fed=bool(row[9]),
    )  # fmt: skip


async def _met(
    connection: Connection, archive: Archive, glimpses: Sequence[Glimpse]
) -> list[Known | None]:
    place = await connection.value("SELECT id FROM archives WHERE name = ?", (archive.name,))
    if place is None:
        return [None] * len(glimpses)
    numbers = [await recognise(connection, place, glimpse) for glimpse in glimpses]
    rows = await connection.rows(_KNOWN, (json.dumps([n for n in numbers if n is not None]),))
    found = {known.id: known for known in map(known_of, rows)}
    return [found[number] if number is not None else None for number in numbers]


def _history(row: Row) -> History:
    values: list[Any] = list(row)
    values[4:8] = [from_ms(ms) for ms in row[4:8]]
    return History(*values)


_SELECT = """
SELECT archives.name, way, histories.url, mark, begun_at, filled_at, reconcile_at, reconciled_at,
       notice
FROM histories JOIN archives ON archives.id = histories.archive_id
"""
_COLUMNS = f"""
SELECT r.id, r.link, r.kind, r.published, r.published_at, r.modified,
       (SELECT digest FROM release_sightings WHERE release_id = r.id AND kind = {Kind.EXCERPT:d}),
       r.missed, r.withdrawn,
       EXISTS (SELECT 1 FROM release_sightings WHERE release_id = r.id AND kind = {Kind.FEED:d}),
       r.sort
"""
_KNOWN = f"{_COLUMNS} FROM releases AS r WHERE r.id IN (SELECT value FROM json_each(?))"
_LISTED = f"""
{_COLUMNS}
FROM releases AS r
WHERE r.archive_id = (SELECT id FROM archives WHERE name = ?) AND r.listed = 1 AND r.withdrawn = 0
  AND r.sort > ?
ORDER BY r.sort LIMIT ?
"""
_FOUND = """
SELECT id FROM releases
WHERE archive_id = (SELECT id FROM archives WHERE name = ?) AND listed = 1 AND first_seen_at > ?
"""
_MISSED = """
UPDATE releases SET missed = missed + 1 WHERE id IN (SELECT value FROM json_each(?))
"""
_SEEN = """
UPDATE releases SET listed = 1, missed = 0
WHERE id IN (SELECT value FROM json_each(?)) AND (listed = 0 OR missed > 0)
"""
_OTHER = """
SELECT id FROM releases
WHERE id IN (SELECT value FROM json_each(?)) AND (listed = 0 OR missed > 0 OR withdrawn = 1)
"""
