"""How far the outbox is, from its counters: nobody counts deliveries."""

from __future__ import annotations

from collections.abc import Iterable

from storage.database import Connection, Row
from storage.model import Lane, Outbox, Progress, Queue
from storage.times import from_ms

RUNNING = 20

# A cancelled one is over once the last that was under way has ended. These are found where they
# are few, among all that is under way (deliveries_open), not among the announcement's own. Why
# nobody has it is asked only once nobody can get it any more: the first rows tell.
COLUMNS = """
a.id, a.total, a.sent, a.failed, a.skipped, a.unknown, a.cancelled,
CASE WHEN a.done_at IS NOT NULL THEN 1
     WHEN a.cancelled THEN a.id NOT IN (SELECT announcement_id FROM deliveries WHERE state = 1)
     ELSE a.fanned AND a.total = a.sent + a.failed + a.skipped + a.unknown END,
a.fanned,
CASE WHEN a.fanned AND a.failed > 0 AND a.total = a.failed + a.skipped
     THEN EXISTS (SELECT 1 FROM deliveries AS d
                  WHERE d.announcement_id = a.id AND d.state = 3 AND d.error = 'refused')
     ELSE 0 END,
a.kind = 'correction'
"""


def progress_of(row: Row) -> Progress:
    """The Progress in a row of COLUMNS."""
    number, total, sent, failed, skipped, unknown, cancelled, over, whole, refused, corrects = row
    return Progress(
        number, total, sent, failed, skipped, unknown, cancelled=bool(cancelled), over=bool(over),
        whole=bool(whole), refused=bool(refused), corrects=bool(corrects),
    )  # fmt: skip


async def progress(connection: Connection, number: int) -> Progress | None:
    row = await connection.row(
        f"SELECT {COLUMNS} FROM announcements AS a WHERE a.id = ?", (number,)
    )
    return progress_of(row) if row is not None else None


async def running(connection: Connection) -> list[Progress]:
    """What is not over, newest first, 20 at most."""
    rows = await connection.rows(
        f"SELECT {COLUMNS} FROM announcements AS a WHERE a.done_at IS NULL ORDER BY a.id DESC"
    )
    return [found for found in map(progress_of, rows) if not found.over][:RUNNING]


async def queue(connection: Connection) -> list[Queue]:
    """Every lane in which something waits, what goes first at the top."""
    rows: Iterable[Row] = await connection.rows(
        "SELECT lane, sum(total - sent - failed - skipped - unknown), min(created_at)"
        " FROM announcements WHERE done_at IS NULL AND cancelled = 0"
        " AND total > sent + failed + skipped + unknown GROUP BY lane ORDER BY lane"
    )
    return [Queue(Lane(lane), waiting, from_ms(since)) for lane, waiting, since in rows]


async def totals(connection: Connection) -> Outbox:
    row = await connection.row(
        "SELECT coalesce(sum((total - sent - failed - skipped - unknown) * (1 - cancelled)), 0),"
        " coalesce(sum(sent), 0), coalesce(sum(failed), 0), coalesce(sum(unknown), 0)"
        " FROM announcements"
    )
    assert row is not None, "an aggregate always has a row"
    return Outbox(*row)
