"""Browsing: a page of a year's releases, or of all, and how many there are to leaf through."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from storage import Storage
from tests.storage.conftest import draft, keep, query


async def several(storage: Storage) -> None:
    """Five releases of three years in two languages, kept out of order; one is withdrawn."""
    await keep(
        storage,
        draft("new year", key="1", day=date(2024, 1, 1)),
        draft("old, with a time", key="2", at=datetime(2012, 12, 31, 9, tzinfo=UTC)),
        draft("новый", key="3", day=date(2024, 12, 31), language="ru"),
        draft("middle", key="4", day=date(2023, 7, 1)),
        draft("withdrawn", key="5", day=date(2024, 5, 1)),
    )
    async with storage.database.write() as tx:
        await tx.run("UPDATE releases SET withdrawn = 1 WHERE title = 'withdrawn'")


async def titles(
    storage: Storage, year: int | None, language: str = "", count: int = 9, skip: int = 0
) -> list[str]:
    found = await storage.releases.browse(year, language, count, skip)
    return [release.title for release in found]


async def test_browsing_shows_the_newest_first(storage: Storage) -> None:
    """Of all years, page by page, and each release on one page only."""
    await several(storage)
    whole = ["новый", "new year", "middle", "old, with a time"]

    assert whole == await titles(storage, None)
    assert whole == [title for n in range(4) for title in await titles(storage, None, "", 1, n)]
    assert [] == await titles(storage, None, skip=4)
    assert 4 == await storage.releases.browsed(None, "")


@pytest.mark.parametrize(
    ("year", "language", "expected"),
    [
        (2024, "", ["новый", "new year"]),
        (2024, "en", ["new year"]),
        (2023, "", ["middle"]),
        (2012, "", ["old, with a time"]),
        (2013, "", []),
        (None, "ru", ["новый"]),
        (2023, "ru", []),
        (0, "", []),
        (10_000, "", []),
        (-(10**30), "en", []),
    ],
)
async def test_a_year_and_a_language_narrow_it(
    storage: Storage, year: int | None, language: str, expected: list[str]
) -> None:
    """To that year by the archive's date, to that language, and the count says how many."""
    await several(storage)

    assert expected == await titles(storage, year, language)
    assert len(expected) == await storage.releases.browsed(year, language)


async def test_a_year_is_the_archives_own(storage: Storage) -> None:
    """What came out in the last hour of a year elsewhere is of the year its archive says."""
    evening = datetime(2023, 12, 31, 23, 30, tzinfo=UTC)
    moved = draft("in Moscow it is January", at=evening)
    await keep(storage, replace(moved, published=date(2024, 1, 1)))

    assert ["in Moscow it is January"] == await titles(storage, 2024)
    assert [] == await titles(storage, 2023)
    assert [(2024, 1)] == await storage.releases.years()


async def test_the_years_are_counted(storage: Storage) -> None:
    """Each year that has a release that is shown, newest first."""
    assert [] == await storage.releases.years()
    await several(storage)

    assert [(2024, 2), (2023, 1), (2012, 1)] == await storage.releases.years()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT substr(published, 1, 4) AS year, count(*) FROM releases WHERE withdrawn = 0"
        " GROUP BY year ORDER BY year DESC",
        "SELECT count(*) FROM releases WHERE releases.withdrawn = 0 AND releases.sort BETWEEN 1"
        " AND 2 AND releases.published BETWEEN '1' AND '2' AND releases.language = 'en'",
        "SELECT sort FROM releases WHERE releases.withdrawn = 0 ORDER BY sort DESC LIMIT 9",
    ],
)
async def test_leafing_reads_no_long_rows(storage: Storage, sql: str) -> None:
    """Counting and skipping happen in the index alone: the texts are read of one page only."""
    plan = await query(storage, f"EXPLAIN QUERY PLAN {sql}")

    assert any("COVERING INDEX releases_browsed" in row[3] for row in plan), plan
