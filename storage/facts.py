"""Single facts about this database: its key, its runs, when Herald was down, how many forgot."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.database import Connection, Database, Transaction
from storage.times import from_ms, to_ms

KEY_CHECK = "key_check"
ALIVE = "alive_at"
EPOCH = "epoch"
CHANGE = "change"  # the last change of any letter
FORGOTTEN = "forgotten"
JOINED = "joined"
RESTORED = "restored"  # how often a backup was restored

# A shorter silence is a restart, not an outage.
OUTAGE = timedelta(minutes=5)


async def fact(connection: Connection, name: str) -> str:
    """The fact of this name, "" while it is unknown."""
    return await connection.value("SELECT value FROM facts WHERE name = ?", (name,)) or ""


async def set_fact(tx: Transaction, name: str, value: str) -> None:
    await tx.run(
        "INSERT INTO facts (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


async def next_number(tx: Transaction, name: str, by: int = 1) -> int:
    """Count this fact up, by one or more; returns the new number."""
    number = int(await fact(tx, name) or 0) + by
    await set_fact(tx, name, str(number))
    return number


async def joined_so_far(connection: Connection) -> int:
    """The number of the last to subscribe: the audience of what is announced now."""
    return int(await fact(connection, JOINED) or 0)


class Facts:
    """The shelf of single facts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str:
        async with self._database.read() as connection:
            return await fact(connection, name)

    async def set(self, name: str, value: str) -> None:
        async with self._database.write() as tx:
            await set_fact(tx, name, value)

    async def next_epoch(self) -> int:
        """A number for a courier's run: what smaller ones left open is nobody's any more."""
        async with self._database.write() as tx:
            return await next_number(tx, EPOCH)

    async def alive(self, now: datetime) -> None:
        """Say so at the start and about once a minute: a longer silence was an outage.

        It may have been one without an end of the process, of a machine that slept: so say it
        before the downtime is asked for, too. A clock that was set back ends what has not been.
        """
        async with self._database.write() as tx:
            last = await fact(tx, ALIVE)
            if last and now < from_ms(int(last)):
                await tx.run("DELETE FROM outages WHERE began_at >= ?", (to_ms(now),))
                await tx.run(
                    "UPDATE outages SET ended_at = ? WHERE ended_at > ?", (to_ms(now), to_ms(now))
                )
            if last and now - from_ms(int(last)) >= OUTAGE:
                await tx.run(
                    "INSERT INTO outages (platform, began_at, ended_at) VALUES ('', ?, ?)",
                    (int(last), to_ms(now)),
                )
            await set_fact(tx, ALIVE, str(to_ms(now)))

    async def platform_was_down(self, platform: str, began: datetime, ended: datetime) -> None:
        async with self._database.write() as tx:
            await tx.run(
                "INSERT INTO outages (platform, began_at, ended_at) VALUES (?, ?, ?)",
                (platform, to_ms(began), to_ms(ended)),
            )

    async def downtime(self, since: datetime, until: datetime, platform: str = "") -> timedelta:
        """How much of this time Herald, or the platform, was down. Overlaps count once."""
        async with self._database.read() as connection:
            rows = await connection.rows(
                "SELECT began_at, ended_at FROM outages"
                " WHERE platform IN ('', ?) AND ended_at > ? AND began_at < ? ORDER BY began_at",
                (platform, to_ms(since), to_ms(until)),
            )
        return union([(from_ms(b), from_ms(e)) for b, e in rows], since, until)


def union(outages: list[tuple[datetime, datetime]], since: datetime, until: datetime) -> timedelta:
    """The length of these outages, sorted by beginning, within `since` and `until`."""
    total, reached = timedelta(), since
    for began, ended in outages:
        start, end = max(began, reached), min(ended, until)
        if end > start:
            total += end - start
            reached = end
    return total
