"""Withdrawn releases: marked, never deleted, shown nowhere, and back as quietly as they went."""

from __future__ import annotations

from storage.database import Transaction
from storage.search import index


async def withdraw(tx: Transaction, number: int) -> None:
    """Mark a release as withdrawn. Nobody is owed it any more, nor is anybody asked about it."""
    sort = await tx.value("SELECT sort FROM releases WHERE id = ? AND withdrawn = 0", (number,))
    if sort is None:
        return
    await index.remove(tx, sort)
    await tx.run("UPDATE releases SET withdrawn = 1, held = 0 WHERE id = ?", (number,))
    # Its audience is whole as it is; tidying counts what is not sent any more.
    await tx.run(
        "UPDATE announcements SET cancelled = 1, fanned = 1"
        " WHERE release_id = ? AND done_at IS NULL AND cancelled = 0",
        (number,),
    )


async def bring_back(tx: Transaction, number: int) -> None:
    """Its site shows it again: so do we, and tell nobody."""
    row = await tx.row(
        "SELECT sort, title, body FROM releases WHERE id = ? AND withdrawn = 1", (number,)
    )
    if row is None:
        return
    await tx.run("UPDATE releases SET withdrawn = 0, missed = 0 WHERE id = ?", (number,))
    await index.add(tx, *row)
