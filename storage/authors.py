"""Whose a statement is: known until its author was told how it ended, and to nobody after."""

from __future__ import annotations

from storage.database import Transaction
from storage.model import Address
from storage.seal import Seal

WHAT = "statement"  # sealed apart from the addresses of subscribers


async def write_author(tx: Transaction, seal: Seal, number: int, author: Address) -> None:
    """Bind the author's address to the statement's row."""
    await tx.run(
        "UPDATE statements SET platform = ?, author = ?, chat_hash = ? WHERE id = ?",
        (author.platform, seal.seal(author, number, WHAT), seal.chat_hash(author), number),
    )


async def forget_author(tx: Transaction, chat_hash: bytes) -> bool:
    """What was said to all stays; whose it was is erased, and so are drafts. False if none was."""
    drafts = await tx.run(
        "DELETE FROM statements WHERE chat_hash = ? AND announcement_id IS NULL", (chat_hash,)
    )
    said = await tx.run(
        "UPDATE statements SET author = x'', chat_hash = x'', report = '', reported = 1"
        " WHERE chat_hash = ?",
        (chat_hash,),
    )
    return bool(drafts or said)


async def move_author(tx: Transaction, seal: Seal, old: Address, new: Address) -> None:
    """The chat has a new address: its statements are that one's."""
    rows = await tx.rows(
        "SELECT id, platform, author FROM statements WHERE chat_hash = ? AND author <> x''",
        (seal.chat_hash(old),),
    )
    for number, platform, sealed in rows:
        thread = seal.open(sealed, platform, number, WHAT).thread
        await write_author(tx, seal, number, Address(new.platform, new.chat, thread))
    await tx.run(
        "UPDATE statements SET platform = ?, chat_hash = ? WHERE chat_hash = ?",
        (new.platform, seal.chat_hash(new), seal.chat_hash(old)),
    )
