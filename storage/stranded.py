"""What is owed on platforms that nobody runs: found without walking over the outbox."""

from __future__ import annotations

from collections.abc import Collection

from storage.claiming import ANNOUNCEMENT, announcement_of
from storage.database import Connection
from storage.model import Announcement


async def stranded(
    connection: Connection, running: Collection[str]
) -> list[tuple[Announcement, str]]:
    """Each announcement that is not over, with each platform that it waits on and is not run."""
    found = []
    for row in await connection.rows(f"{ANNOUNCEMENT} WHERE a.done_at IS NULL AND a.fanned = 1"):
        announcement = announcement_of(row)
        platform = ""
        while platform := await connection.value(_NEXT, (announcement.id, platform)) or "":
            if platform not in running:
                found.append((announcement, platform))
    return found


async def left_open(connection: Connection, running: Collection[str]) -> list[str]:
    """The platforms that are not run, on which a run that ended left something under way."""
    rows = await connection.rows("SELECT DISTINCT platform FROM deliveries WHERE state = 1")
    return [platform for (platform,) in rows if platform not in running]


_NEXT = """
SELECT min(platform) FROM deliveries INDEXED BY deliveries_due
WHERE announcement_id = ? AND platform > ? AND state IN (0, 4)
"""
