"""The indexes of words and names, kept in step with the releases inside their own transactions."""

from __future__ import annotations

from storage.aside import aside
from storage.database import Transaction
from storage.facts import fact, set_fact
from storage.search import people, stems

# What is indexed by other rules, or with another version's stems, is indexed anew.
RULES = 1
INDEX_VERSION = f"{RULES}/{stems.VERSION}"
_FACT = "index_version"


async def add(tx: Transaction, sort: int, title: str, body: str) -> None:
    """Index the release at this place in the order, which is not indexed."""
    await _renew(tx)
    await _add(tx, sort, title, body)


async def remove(tx: Transaction, sort: int) -> None:
    """Take the release at this place out of the indexes; nothing if it is not in them.

    Call it while the release still has its old place, date and words.
    """
    await _renew(tx)
    row = await tx.row("SELECT title, body FROM releases WHERE sort = ? AND indexed = 1", (sort,))
    if row is None:
        return
    await people.remove(tx, sort, *row)
    await tx.run(
        "INSERT INTO release_words (release_words, rowid, title, body) VALUES ('delete', ?, ?, ?)",
        (sort, stems.stemmed(row[0]), await aside(stems.stemmed, row[1])),
    )
    await tx.run("UPDATE releases SET indexed = 0 WHERE sort = ?", (sort,))


async def catch_up(tx: Transaction, count: int) -> int:
    """Index up to `count` releases that are not indexed yet, the newest first.

    Returns how many are left.
    """
    await _renew(tx)
    for row in await tx.rows(
        "SELECT sort, title, body FROM releases WHERE indexed = 0 AND withdrawn = 0"
        " ORDER BY sort DESC LIMIT ?",
        (count,),
    ):
        await _add(tx, *row)
    left = "SELECT count(*) FROM releases WHERE indexed = 0 AND withdrawn = 0"
    return int(await tx.value(left))


async def _add(tx: Transaction, sort: int, title: str, body: str) -> None:
    await tx.run(
        "INSERT INTO release_words (rowid, title, body) VALUES (?, ?, ?)",
        (sort, stems.stemmed(title), await aside(stems.stemmed, body)),
    )
    await tx.run("UPDATE releases SET indexed = 1 WHERE sort = ?", (sort,))
    await people.add(tx, sort, title, body)


async def _renew(tx: Transaction) -> None:
    """Empty indexes of another version: their rows could not be taken out one by one."""
    if await fact(tx, _FACT) == INDEX_VERSION:
        return
    await tx.run(
        "UPDATE releases SET indexed = 0 WHERE sort IN (SELECT id FROM release_words_docsize)"
    )
    await tx.run("INSERT INTO release_words (release_words) VALUES ('delete-all')")
    # The ids of names go on from where they were: whoever has read them reads the new ones alone.
    for table in ("mentions", "name_years", "name_keys", "names"):
        await tx.run(f"DELETE FROM {table}")
    await set_fact(tx, _FACT, INDEX_VERSION)
