"""The fifth migration: releases are numbered anew in their order, and all indexed anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from storage import open_storage
from storage.schema import migrations
from tests.storage.conftest import draft, keep

SECOND = 1_000_000  # places a second before it
NOON_2014 = 1_415_880_000  # 13 November 2014, 12:00 UTC
# Before 1970, two of one second, many of one day without a time, and one just behind them.
PLACES = [
    -5 * SECOND, -5 * SECOND + 3, -SECOND, 0, 3,
    *(NOON_2014 * SECOND + n for n in range(1200)), (NOON_2014 + 1) * SECOND,
    1_688_169_600 * SECOND,
]  # fmt: skip


def old_database(path: Path) -> list[int]:
    """A database of the fourth schema; the ids of its releases in their order."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for step in migrations()[:4]:
            connection.executescript(step)
        connection.execute("INSERT INTO archives (id, name, url) VALUES (1, 'main', 'u')")
        connection.executemany(
            "INSERT INTO releases (sort, archive_id, key, keyed, link, title, body, spans, picture,"
            " language, published, month_day, fingerprint, revised_at, first_seen_at, kind, source,"
            " reader, digest) VALUES (?1, 1, ?1, 1, '', 'Суд', 'Выступил Иван Петров.', '[]', '',"
            " 'ru', '2014-11-13', '11-13', ?1, 1, 1, 1, '', 1, 'd')",
            [(place,) for place in reversed(PLACES)],
        )
        connection.execute("INSERT INTO release_words (release_words) VALUES ('rebuild')")
        rows = connection.execute("SELECT id FROM releases ORDER BY sort").fetchall()
    return [row[0] for row in rows]


async def test_the_order_stays(path: Path) -> None:
    """Every release keeps its place among the others, however many were of one second."""
    before = old_database(path)
    async with open_storage(path) as storage, storage.database.read() as connection:
        rows = await connection.rows("SELECT id, sort FROM releases ORDER BY sort")

    assert before == [row[0] for row in rows]
    assert [-5000, -4999, -1000, 0, 1] == [row[1] for row in rows[:5]]
    assert max(row[1] for row in rows) == 1_688_169_600_000


async def test_all_is_indexed_anew_and_what_comes_meanwhile_at_once(path: Path) -> None:
    """Until it is indexed a release is not found, and nothing is in the index twice."""
    old_database(path)
    async with open_storage(path) as storage:
        assert 0 == (await storage.search.find("судом", 1)).total
        await keep(storage, draft("Суда", "Петрову", key="new", language="ru"))
        assert 1 == (await storage.search.find("судом", 1)).total
        while await storage.search.catch_up(500):
            pass
        assert len(PLACES) + 1 == (await storage.search.find("судом", 1)).total
        assert len(PLACES) + 1 == (await storage.search.find("Petrov", 1)).total
        async with storage.database.write() as tx:
            await tx.run("INSERT INTO release_words (release_words) VALUES ('integrity-check')")
