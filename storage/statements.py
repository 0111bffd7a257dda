"""What admins say to all: a draft, confirmed once and by its author, who is told how it goes."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.authors import WHAT, write_author
from storage.database import Database, Row
from storage.facts import joined_so_far
from storage.model import Address, Lane, Report, RichText, Statement
from storage.progress import COLUMNS, progress_of
from storage.rich import rich_of, spans_of
from storage.seal import Seal, SealError
from storage.times import to_ms

_MS = timedelta(milliseconds=1)


class Statements:
    """The shelf of statements. Without a key (`seal` is None) only what was said can be read."""

    def __init__(self, database: Database, seal: Seal | None) -> None:
        self._database = database
        self._sealed = seal

    @property
    def _seal(self) -> Seal:
        if self._sealed is None:
            raise SealError("The key is needed to open addresses.")
        return self._sealed

    async def draft(
        self, author: Address, text: RichText, lifetime: timedelta, language: str, now: datetime
    ) -> Statement:
        """Keep what is not confirmed yet, in place of an older draft of the same chat.

        Its author is told in `language`. A draft is kept for a day.
        """
        chat = self._seal.chat_hash(author)
        async with self._database.write() as tx:
            await tx.run(
                "DELETE FROM statements WHERE chat_hash = ? AND announcement_id IS NULL", (chat,)
            )
            # The row must exist before its author can be bound to it.
            number = await tx.insert(
                "INSERT INTO statements (text, spans, created_at, lifetime, platform, author,"
                " chat_hash, language) VALUES (?, ?, ?, ?, ?, x'', x'', ?)",
                (text.text, spans_of(text), to_ms(now), lifetime // _MS, author.platform, language),
            )
            await write_author(tx, self._seal, number, author)
        return Statement(number, text, lifetime)

    async def find(self, number: int, author: Address) -> Statement | None:
        """This statement, confirmed or not, if it is this author's."""
        async with self._database.read() as connection:
            row = await connection.row(_OF_AUTHOR, (number, self._seal.chat_hash(author)))
        return _statement(row) if row is not None else None

    async def unfinished(self, author: Address) -> Statement | None:
        """The newest that this author has drafted, or has not heard the last word about."""
        async with self._database.read() as connection:
            row = await connection.row(_UNFINISHED, (self._seal.chat_hash(author),))
        return _statement(row) if row is not None else None

    async def send(self, number: int, author: Address, now: datetime) -> tuple[int, bool] | None:
        """Confirm a draft: from now on it is owed to all who are subscribed at this moment.

        Returns the announcement, and whether this was the first time; None if this author has no
        such draft.
        """
        async with self._database.write() as tx:
            row = await tx.row(_OF_AUTHOR, (number, self._seal.chat_hash(author)))
            if row is None:
                return None
            statement = _statement(row)
            if statement.announcement:
                return statement.announcement, False
            announcement = await tx.insert(
                "INSERT INTO announcements (kind, created_at, audience, lane, lifetime)"
                " VALUES ('broadcast', ?, ?, ?, ?)",
                (to_ms(now), await joined_so_far(tx), Lane.STATEMENT, statement.lifetime // _MS),
            )
            await tx.run(
                "UPDATE statements SET announcement_id = ? WHERE id = ?", (announcement, number)
            )
        return announcement, True

    async def discard(self, number: int, author: Address) -> bool:
        """Delete a draft; False if this author has no such draft, or confirmed it."""
        async with self._database.write() as tx:
            return bool(
                await tx.run(
                    "DELETE FROM statements"
                    " WHERE id = ? AND chat_hash = ? AND announcement_id IS NULL",
                    (number, self._seal.chat_hash(author)),
                )
            )

    async def announced(self, number: int) -> int:
        """What became of it: its announcement, whoever wrote it; 0 for a draft, or none at all."""
        async with self._database.read() as connection:
            found = await connection.value(
                "SELECT announcement_id FROM statements WHERE id = ?", (number,)
            )
        return found or 0

    async def of(self, announcement: int) -> Statement | None:
        """What this announcement says; None if it tells of something else."""
        async with self._database.read() as connection:
            row = await connection.row(_SELECT + "WHERE announcement_id = ?", (announcement,))
        return _statement(row) if row is not None else None

    async def reports(self) -> list[Report]:
        """The confirmed ones whose author waits for the last word."""
        seal = self._seal
        async with self._database.read() as connection:
            rows = await connection.rows(_REPORTS)
        found = []
        for number, platform, sealed, message, language, *counted in rows:
            try:
                author = seal.open(sealed, platform, number, WHAT)
            except SealError:
                # There is nobody who could be told; one broken row must not hold up the others.
                await self.reported(number, message, over=True)
                continue
            found.append(Report(number, author, message, language, progress_of(tuple(counted))))
        return found

    async def waited_for(self, statement: int) -> bool:
        """Whether its author still waits for news of it: whoever was forgotten does not."""
        async with self._database.read() as connection:
            return bool(
                await connection.value(
                    "SELECT EXISTS (SELECT 1 FROM statements WHERE id = ? AND reported = 0)",
                    (statement,),
                )
            )

    async def reported(self, statement: int, message: str, *, over: bool) -> None:
        """The author was told in this message; `over` says that it was the last word.

        Then nothing is kept any longer that tells who it was.
        """
        async with self._database.write() as tx:
            # Only where one waits for it: who has been forgotten since stays so.
            await tx.run(
                "UPDATE statements SET report = ?1, reported = ?2,"
                " author = CASE WHEN ?2 THEN x'' ELSE author END,"
                " chat_hash = CASE WHEN ?2 THEN x'' ELSE chat_hash END"
                " WHERE id = ?3 AND reported = 0",
                (message, over, statement),
            )


def _statement(row: Row) -> Statement:
    number, text, spans, lifetime, announcement = row
    return Statement(number, rich_of(text, spans), lifetime * _MS, announcement or 0)


_SELECT = "SELECT id, text, spans, lifetime, announcement_id FROM statements "
_OF_AUTHOR = _SELECT + "WHERE id = ? AND chat_hash = ?"
_UNFINISHED = _SELECT + "WHERE chat_hash = ? ORDER BY id DESC LIMIT 1"
_REPORTS = f"""
SELECT s.id, s.platform, s.author, s.report, s.language, {COLUMNS}
FROM statements AS s JOIN announcements AS a ON a.id = s.announcement_id
WHERE s.announcement_id IS NOT NULL AND s.reported = 0
ORDER BY s.id
"""
