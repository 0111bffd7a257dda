"""How each platform is: kept, so that it can be asked from beside the running bot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.database import Database
from storage.model import Standing
from storage.times import from_ms, to_ms


class Platforms:
    """The shelf of standings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, names: Iterable[str], why: str, now: datetime) -> None:
        """A run begins with these platforms, none of them well yet, and with no other."""
        async with self._database.write() as tx:
            await tx.run("DELETE FROM platforms")
            await tx.run_many(
                "INSERT INTO platforms (name, ok, why, since) VALUES (?, 0, ?, ?)",
                [(name, why, to_ms(now)) for name in names],
            )

    async def report(self, name: str, ok: bool, why: str, now: datetime) -> None:
        """So it is with this platform from now on, if it was not so before."""
        async with self._database.write() as tx:
            await tx.run(
                "INSERT INTO platforms (name, ok, why, since) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET why = excluded.why, ok = excluded.ok,"
                " since = CASE WHEN ok = excluded.ok THEN since ELSE excluded.since END",
                (name, ok, "" if ok else why, to_ms(now)),
            )

    async def pause(self, name: str, since: datetime | None) -> None:
        """The push there rests since then; or it does not rest."""
        async with self._database.write() as tx:
            await tx.run(
                "UPDATE platforms SET paused_at = ? WHERE name = ?",
                (to_ms(since) if since else None, name),
            )

    async def all(self) -> list[Standing]:
        """Every platform that ran or runs, by name."""
        async with self._database.read() as connection:
            rows = await connection.rows(
                "SELECT name, ok, why, since, paused_at FROM platforms ORDER BY name"
            )
        return [
            Standing(name, bool(ok), why, from_ms(since), from_ms(paused))
            for name, ok, why, since, paused in rows
        ]
