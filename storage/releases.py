"""The releases: kept, recognised, revised, listed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import MAXYEAR, MINYEAR, date

from storage.database import Database, Row
from storage.model import Draft, Release, Revision, RichText
from storage.recognise import recognise
from storage.rich import rich_of
from storage.saving import SORT_STEP, day_sort, replace_words
from storage.times import from_ms

COLUMNS = """
releases.id, releases.key, archives.name, releases.link, releases.title, releases.body,
releases.spans, releases.language, releases.published, releases.published_at, releases.revision,
releases.withdrawn, releases.picture
"""
_SELECT = f"SELECT {COLUMNS} FROM releases JOIN archives ON archives.id = releases.archive_id "


def release_of(row: Row) -> Release:
    """The Release in a row of COLUMNS."""
    return Release(
        id=row[0], key=row[1], archive=row[2], link=row[3], title=row[4],
        body=rich_of(row[5], row[6]), language=row[7], published=date.fromisoformat(row[8]),
        published_at=from_ms(row[9]), revision=row[10], withdrawn=bool(row[11]), picture=row[12],
    )  # fmt: skip


class Releases:
    """The shelf of releases. Lists leave out what was withdrawn."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, number: int) -> Release | None:
        """The release of this id, withdrawn or not."""
        found = await self._list("WHERE releases.id = ?", (number,))
        return found[0] if found else None

    async def of(self, announcement: int) -> Release | None:
        """The release that this announcement tells of, withdrawn or not; None if of none."""
        found = await self._list(
            "WHERE releases.id = (SELECT release_id FROM announcements WHERE id = ?)",
            (announcement,),
        )
        return found[0] if found else None

    async def latest(self, count: int, skip: int = 0) -> list[Release]:
        """The newest releases, newest first."""
        return await self._list(
            "WHERE releases.withdrawn = 0 ORDER BY releases.sort DESC LIMIT ? OFFSET ?",
            (count, skip),
        )

    async def on_this_day(self, month_day: str) -> list[Release]:
        """All releases of this 'MM-DD' by the archive's date, newest first."""
        return await self._list(
            "WHERE releases.month_day = ? AND releases.withdrawn = 0 ORDER BY releases.sort DESC",
            (month_day,),
        )

    async def between(self, first: date, last: date) -> list[Release]:
        """All releases dated from `first` to `last`, oldest first."""
        return await self._list(
            f"WHERE {_DATED} AND releases.withdrawn = 0 ORDER BY releases.sort",
            _dated(first, last),
        )

    async def browse(
        self, year: int | None, language: str, count: int, skip: int = 0
    ) -> list[Release]:
        """So many of a year, or of all, newest first; with a `language` those in it alone."""
        where, values = _browsed(year, language)
        return await self._list(
            "WHERE releases.sort IN (SELECT sort FROM releases"
            f" WHERE {where} ORDER BY sort DESC LIMIT ? OFFSET ?) ORDER BY releases.sort DESC",
            (*values, count, skip),
        )

    async def browsed(self, year: int | None, language: str) -> int:
        """How many there are to browse."""
        where, values = _browsed(year, language)
        async with self._database.read() as connection:
            sql = f"SELECT count(*) FROM releases WHERE {where}"
            return int(await connection.value(sql, values))

    async def years(self) -> list[tuple[int, int]]:
        """The years releases are of, and how many each has, newest first."""
        async with self._database.read() as connection:
            return [
                (int(year), count)
                for year, count in await connection.rows(
                    "SELECT substr(published, 1, 4) AS year, count(*) FROM releases"
                    " WHERE withdrawn = 0 GROUP BY year ORDER BY year DESC"
                )
            ]

    async def beside(self, number: int) -> tuple[Release | None, Release | None]:
        """The releases published just before and just after this one."""
        here = "(SELECT sort FROM releases WHERE id = ?)"
        before = f"WHERE releases.sort < {here} AND releases.withdrawn = 0 ORDER BY sort DESC"
        after = f"WHERE releases.sort > {here} AND releases.withdrawn = 0 ORDER BY sort"
        older = await self._list(f"{before} LIMIT 1", (number,))
        newer = await self._list(f"{after} LIMIT 1", (number,))
        return (older[0] if older else None), (newer[0] if newer else None)

    async def count(self) -> int:
        async with self._database.read() as connection:
            return int(await connection.value("SELECT count(*) FROM releases WHERE withdrawn = 0"))

    async def held(self) -> int:
        """How many wait for an admin's word."""
        async with self._database.read() as connection:
            return int(await connection.value("SELECT count(*) FROM releases WHERE held = 1"))

    async def languages(self) -> list[str]:
        """The languages releases are in, the most used first."""
        async with self._database.read() as connection:
            rows = await connection.rows(
                "SELECT language FROM releases WHERE withdrawn = 0"
                " GROUP BY language ORDER BY count(*) DESC, language"
            )
        return [row[0] for row in rows]

    async def history(self, number: int) -> list[Revision]:
        """All states of one release, oldest first, the present one last."""
        async with self._database.read() as connection:
            rows = await connection.rows(
                "SELECT revision, seen_at, title, body FROM release_revisions WHERE release_id = ?"
                " UNION ALL SELECT revision, revised_at, title, body FROM releases WHERE id = ?"
                " ORDER BY 1",
                (number, number),
            )
        return [Revision(r, from_ms(at), title, body) for r, at, title, body in rows]

    async def unknown(self, archive: str, drafts: Iterable[Draft]) -> list[Draft]:
        """Those of the drafts that would be new."""
        async with self._database.read() as connection:
            place = await connection.value("SELECT id FROM archives WHERE name = ?", (archive,))
            return [d for d in drafts if place is None or not await recognise(connection, place, d)]

    async def outdated(self, reader: int, count: int) -> list[tuple[int, Draft]]:
        """Up to `count` releases that an older version of the reader derived, as they came in."""
        async with self._database.read() as connection:
            rows = await connection.rows(
                "SELECT id, key, link, title, language, published, published_at, source, kind,"
                " reader, digest FROM releases WHERE reader < ? ORDER BY id LIMIT ?",
                (reader, count),
            )
        return [
            (r[0], Draft(
                key=r[1], link=r[2], title=r[3], body=RichText(), language=r[4],
                published=date.fromisoformat(r[5]), published_at=from_ms(r[6]), source=r[7],
                kind=r[8], reader=r[9], aliases=(), fingerprint="", digest=r[10],
            ))
            for r in rows
        ]  # fmt: skip

    async def rederive(self, derived: Iterable[tuple[int, Draft]]) -> None:
        """Replace what was derived from the sources; this makes no revisions."""
        async with self._database.write() as tx:
            for number, draft in derived:
                sort = await tx.value("SELECT sort FROM releases WHERE id = ?", (number,))
                await replace_words(tx, number, sort, draft)

    async def _list(self, where: str, values: Iterable[object]) -> list[Release]:
        async with self._database.read() as connection:
            return [release_of(row) for row in await connection.rows(_SELECT + where, values)]


_DATED = "releases.sort BETWEEN ? AND ? AND releases.published BETWEEN ? AND ?"


def _dated(first: date, last: date) -> tuple[object, ...]:
    """The values of _DATED: an instant and its local date lie at most a day apart."""
    return (
        day_sort(first) - 86400 * SORT_STEP, day_sort(last) + 2 * 86400 * SORT_STEP,
        first.isoformat(), last.isoformat(),
    )  # fmt: skip


def _browsed(year: int | None, language: str) -> tuple[str, tuple[object, ...]]:
    """What is browsed, as a condition and its values."""
    where, values = "releases.withdrawn = 0", tuple[object, ...]()
    if year is not None and not MINYEAR <= year <= MAXYEAR:
        return "FALSE", values
    if year is not None:
        where += f" AND {_DATED}"
        values += _dated(date(year, 1, 1), date(year, 12, 31))
    if language:
        where += " AND releases.language = ?"
        values += (language,)
    return where, values
