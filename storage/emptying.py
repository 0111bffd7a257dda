"""Keeps mailboxes small: what is old or read by nobody goes, and whose reader comes no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Connection, Transaction
from storage.leaving import erase_chat
from storage.letters import UNREAD
from storage.times import to_ms

KEPT = timedelta(days=90)
UNSEEN = timedelta(days=400)
# A letter that was on its way to somebody who was just erased makes a mailbox of nobody.
NOBODYS = timedelta(days=1)

PIECE = 500
ERASED = 20  # mailboxes at once: a long row of deliveries may hang on each


@dataclass(frozen=True, slots=True)
class Found:
    """What may go: ids of letters and contents, hashes of mailboxes; and whether there is more."""

    letters: list[int]
    contents: list[int]
    mailboxes: list[bytes]
    more: bool


class Emptying:
    """Looks a bounded piece at a time; no index tells of what is nobody's, so it walks around."""

    def __init__(self) -> None:
        self._content = 0
        self._mailbox = 0

    async def look(self, connection: Connection, now: datetime) -> Found:
        """The next piece; most of the time it is nothing."""
        aged = await connection.rows(
            "SELECT id FROM letters WHERE at <= ? LIMIT ?", (to_ms(now - KEPT), PIECE)
        )
        unseen = await connection.rows(
            "SELECT chat_hash FROM mailboxes WHERE seen_on < ? ORDER BY seen_on LIMIT ?",
            (_day(now - UNSEEN), ERASED),
        )
        contents = await connection.rows(_CONTENTS, (self._content, PIECE))
        boxes = await connection.rows(_MAILBOXES, (_day(now - NOBODYS), self._mailbox, PIECE))
        self._content = contents[-1][0] if len(contents) == PIECE else 0
        self._mailbox = boxes[-1][0] if len(boxes) == PIECE else 0
        nobodys = [chat_hash for _, chat_hash, left in boxes if left]
        return Found(
            [number for (number,) in aged],
            [number for number, read in contents if not read],
            [*(chat_hash for (chat_hash,) in unseen), *nobodys],
            more=len(aged) == PIECE or len(unseen) == ERASED,
        )


async def empty(tx: Transaction, found: Found, now: datetime) -> None:
    """Erase what was found, if it is still so: a letter may have come meanwhile, or a reader."""
    await tx.run_many("DELETE FROM letters WHERE id = ?", [(n,) for n in found.letters])
    days = (_day(now - UNSEEN), _day(now - NOBODYS))
    for chat_hash in found.mailboxes:
        if await tx.row(_OVER, (chat_hash, *days)):
            await erase_chat(tx, chat_hash)
    await tx.run_many(UNREAD, [(n,) for n in found.contents])


def _day(at: datetime) -> str:
    return at.date().isoformat()


_CONTENTS = """
SELECT id, EXISTS (SELECT 1 FROM letters WHERE content_id = contents.id)
FROM contents WHERE id > ? ORDER BY id LIMIT ?
"""
_MAILBOXES = """
SELECT id, chat_hash, seen_on < ? AND NOT EXISTS
       (SELECT 1 FROM subscribers WHERE subscribers.chat_hash = mailboxes.chat_hash)
FROM mailboxes WHERE id > ? ORDER BY id LIMIT ?
"""
_OVER = """
SELECT 1 FROM mailboxes
WHERE chat_hash = ? AND (seen_on < ? OR seen_on < ? AND NOT EXISTS
      (SELECT 1 FROM subscribers WHERE subscribers.chat_hash = mailboxes.chat_hash))
"""
