"""The word index, kept in step with the releases inside their own transactions."""

from __future__ import annotations

from storage.database import Transaction

_FOLD = str.maketrans({"ё": "е", "Ё": "Е"})


def fold(text: str) -> str:
    """Text as it is indexed and asked for: ё and е are one letter to a reader."""
    return text.translate(_FOLD)


async def add(tx: Transaction, sort: int, title: str, body: str) -> None:
    """Index the words of the release at this place in the order."""
    await tx.run(
        "INSERT INTO release_words (rowid, title, body) VALUES (?, ?, ?)",
        (sort, fold(title), fold(body)),
    )


async def remove(tx: Transaction, sort: int) -> None:
    """Take the words of the release at this place out; call it while the release still has them."""
    row = await tx.row("SELECT title, body FROM releases WHERE sort = ?", (sort,))
    if row is not None:
        await tx.run(
            "INSERT INTO release_words (release_words, rowid, title, body)"
            " VALUES ('delete', ?, ?, ?)",
            (sort, fold(row[0]), fold(row[1])),
        )
