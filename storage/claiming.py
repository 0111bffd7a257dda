"""Which deliveries go out next: due, the first of their chat, and one a chat at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from storage import correcting
from storage.database import Row, Transaction
from storage.deliveries import State, settle
from storage.model import Address, Announcement, Delivery, Lane
from storage.seal import SealError
from storage.subscribers import Subscribers
from storage.times import from_ms

# So many due rows of one announcement, and of all, one claim looks at beyond those it takes.
LOOKED_AT = 200
LOOKED_AT_IN_ALL = 1000
LOOKED_AT_FOR_FRESH = 2000

# When a row that another one is in the way of is looked at again. At the latest within a minute,
# whenever the other is due: it may be cancelled meanwhile.
SOON_MS = 250
LATEST_MS = 60_000

BLOCKED = 6  # the column that says until when a row is in another's way


@dataclass(frozen=True, slots=True)
class Wish:
    """Who claims, and what: `now` in ms; `mark` gives the place from which to look for a send.

    With a `subscriber` only what is theirs, if it is `fresh` only what has not failed yet.
    """

    platform: str
    epoch: int
    now: int
    mark: Callable[[Address], str]
    fresh: bool = False
    subscriber: int | None = None


@dataclass(slots=True)
class _Sorted:
    """What became of the rows that were looked at."""

    claimed: list[Delivery]
    intents: list[tuple[int, str, int]]  # epoch, mark, delivery
    postponed: list[tuple[int, int]]  # due_at, delivery
    sealed: list[tuple[int, int, State]]  # what this key does not open


async def claim(
    tx: Transaction,
    subscribers: Subscribers,
    wish: Wish,
    lanes: Sequence[Lane],
    count: int,
    without: Collection[int],
) -> list[Delivery]:
    """Write the intent to send up to `count` deliveries."""
    claimed: list[Delivery] = []
    looked = 0
    for announcement in await _with_something_due(tx, wish, lanes):
        if announcement.id in without:
            continue
        for most in (count - len(claimed), LOOKED_AT):
            if len(claimed) == count or looked >= count + LOOKED_AT_IN_ALL:
                return claimed
            rows = await _due(tx, wish, announcement, most)
            looked += len(rows)
            claimed += await _take(tx, subscribers, wish, announcement, rows, count - len(claimed))
            if len(rows) < most:
                break
    return claimed


async def claim_for(
    tx: Transaction, subscribers: Subscribers, wish: Wish, number: int
) -> Delivery | None:
    """The same for the row that the announcement of this number has for `wish.subscriber`."""
    row = await tx.row(ANNOUNCEMENT + "WHERE a.id = ? AND a.cancelled = 0", (number,))
    if row is None:
        return None
    announcement = announcement_of(row)
    rows = await _due(tx, wish, announcement, 1)
    claimed = await _take(tx, subscribers, wish, announcement, rows, 1)
    return claimed[0] if claimed else None


async def _with_something_due(
    tx: Transaction, wish: Wish, lanes: Sequence[Lane]
) -> list[Announcement]:
    rows = await tx.rows(_OPEN, (json.dumps([*lanes]), wish.platform, wish.now))
    return sorted(map(announcement_of, rows), key=lambda a: (lanes.index(a.lane), a.id))


async def _due(tx: Transaction, wish: Wish, announcement: Announcement, most: int) -> list[Row]:
    values = (announcement.lane, announcement.id, wish.platform, wish.now)
    if wish.subscriber is not None:
        return await tx.rows(_DUE_FOR_ONE, (*values, wish.subscriber, most))
    if wish.fresh:
        return await tx.rows(_DUE_FRESH, (*values, LOOKED_AT_FOR_FRESH, most))
    return await tx.rows(_DUE, (*values, most))


async def _take(
    tx: Transaction,
    subscribers: Subscribers,
    wish: Wish,
    announcement: Announcement,
    rows: list[Row],
    wanted: int,
) -> list[Delivery]:
    """Claim `wanted` of these rows; postpone what waits for another, fail what does not open."""
    if announcement.kind == "correction":
        rows = await _with_copies(tx, announcement, rows)
    found = _sorted_out(subscribers, wish, announcement, rows, wanted)
    await tx.run_many(
        "UPDATE deliveries SET state = 1, epoch = ?, mark = ? WHERE id = ?", found.intents
    )
    await tx.run_many("UPDATE deliveries SET due_at = ? WHERE id = ?", found.postponed)
    await settle(tx, found.sealed, "seal")
    return found.claimed


async def _with_copies(tx: Transaction, announcement: Announcement, rows: list[Row]) -> list[Row]:
    """The rows that have a copy to put right, its id in their last column; the others are settled.

    While it is not known whether the copy has arrived, its row waits for that.
    """
    assert announcement.release is not None, "a correction is of a release"
    free = [row[0] for row in rows if row[BLOCKED] is None]
    copies = await correcting.copies(tx, announcement.release, free)
    idle = {n for n in free if n not in copies}
    await settle(tx, [(n, announcement.id, State.SKIPPED) for n in idle], "uncopied")
    found = []
    for row in rows:
        if row[0] in copies:
            copy = copies[row[0]]
            found.append(
                (*row[:BLOCKED], copy.doubtful_until, *row[BLOCKED + 1 : -1], copy.message)
            )
        elif row[0] not in idle:
            found.append(row)
    return found


def _sorted_out(
    subscribers: Subscribers,
    wish: Wish,
    announcement: Announcement,
    rows: list[Row],
    wanted: int,
) -> _Sorted:
    found = _Sorted([], [], [], [])
    for row in rows:
        if len(found.claimed) == wanted:
            break
        number, part, attempts, state, mark, error, blocked_until = row[: BLOCKED + 1]
        if blocked_until is not None:
            again = min(max(blocked_until, wish.now + SOON_MS), wish.now + LATEST_MS)
            found.postponed.append((again, number))
            continue
        try:
            subscriber = subscribers.opened((*row[BLOCKED + 1 : -1], None))
        except SealError:
            # One broken row must not hold up the others.
            found.sealed.append((number, announcement.id, State.FAILED))
            continue
        doubtful = state == State.DOUBT
        before = mark if doubtful else ""
        # An edit is repeated, never looked for: no answer has to keep away from its chat.
        place = wish.mark(subscriber.address) if announcement.kind != "correction" else ""
        # What has a place to look from is looked for: a crash meanwhile must not lose that place.
        found.intents.append((wish.epoch, before or place, number))
        found.claimed.append(
            Delivery(
                number, announcement, subscriber, part, attempts, doubtful, before, error, row[-1]
            )
        )  # fmt: skip
    return found


def announcement_of(row: Row) -> Announcement:
    """The announcement in a row of ANNOUNCEMENT."""
    return Announcement(
        id=row[0], kind=row[1], release=row[2], created_at=from_ms(row[3]), lane=Lane(row[4]),
        lifetime=timedelta(milliseconds=row[5]), sent=row[6], vouched=bool(row[7]),
    )  # fmt: skip


ANNOUNCEMENT = """
SELECT a.id, a.kind, a.release_id, a.created_at, a.lane, a.lifetime, a.sent, a.vouched
FROM announcements AS a
"""
# Open announcements are few: each is asked for its first due row (deliveries_due).
_OPEN = f"""
{ANNOUNCEMENT}
WHERE a.done_at IS NULL AND a.cancelled = 0 AND a.lane IN (SELECT value FROM json_each(?))
  AND EXISTS (SELECT 1 FROM deliveries AS d
              WHERE d.announcement_id = a.id AND d.platform = ? AND d.state IN (0, 4)
                AND d.due_at <= ?)
"""

# What is in the way of a row: anything under way to the same subscriber; in its own lane also what
# came before and still waits, unless that is cancelled. NULL: nothing.
_BLOCKED_UNTIL = """
(SELECT max(CASE e.state WHEN 1 THEN 0 ELSE e.due_at END)
 FROM deliveries AS e JOIN announcements AS b ON b.id = e.announcement_id
 WHERE e.subscriber_id = d.subscriber_id AND e.state IN (0, 1, 4) AND e.id <> d.id
   AND (e.state = 1 OR (e.id < d.id AND b.lane = ?1 AND b.cancelled = 0)))
"""
_COLUMNS = f"""
SELECT d.id, d.part, d.attempts, d.state, d.mark, d.error, {_BLOCKED_UNTIL},
       s.id, s.platform, s.address, s.active, s.language, s.timezone, ''
"""
# The index is walked in its order and no further than the limit, and the rest joined to that.
_DUE = f"""
{_COLUMNS}
FROM (SELECT * FROM deliveries
      WHERE announcement_id = ?2 AND platform = ?3 AND state IN (0, 4) AND due_at <= ?4
      ORDER BY due_at, id LIMIT ?5) AS d
CROSS JOIN subscribers AS s ON s.id = d.subscriber_id
WHERE s.active = 1
"""
_DUE_FRESH = f"""
{_DUE} AND d.error = '' LIMIT ?6
"""
# Without the plus, the rows of the announcement would be walked in search of the subscriber's.
_DUE_FOR_ONE = f"""
{_COLUMNS}
FROM (SELECT * FROM deliveries
      WHERE +announcement_id = ?2 AND platform = ?3 AND state IN (0, 4) AND due_at <= ?4
        AND state IN (0, 1, 4) AND subscriber_id = ?5
      ORDER BY id LIMIT ?6) AS d
CROSS JOIN subscribers AS s ON s.id = d.subscriber_id
WHERE s.active = 1
"""
