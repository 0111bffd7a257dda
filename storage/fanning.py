"""Who is told: an announcement's audience, frozen when it is announced, written down in chunks."""

from __future__ import annotations

from datetime import datetime

from storage import correcting
from storage.database import Transaction
from storage.facts import joined_so_far
from storage.following.audience import SPEAKS, WANTS, meet
from storage.model import Lane, Naming
from storage.times import to_ms


async def announce(tx: Transaction, release: int, now: datetime, naming: Naming) -> None:
    """Owe this release to all who want it and are subscribed at this moment.

    Twice changes nothing.
    """
    made = await tx.run(
        "INSERT INTO announcements (kind, release_id, created_at, audience, lane)"
        " VALUES ('release', ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (release, to_ms(now), await joined_so_far(tx), Lane.RELEASE),
    )
    if made:
        number = await tx.value(
            "SELECT id FROM announcements WHERE kind = 'release' AND release_id = ?", (release,)
        )
        await meet(tx, number, release, naming)


async def fan_out(tx: Transaction, chunk: int) -> bool:
    """Write the next `chunk` of an audience that is not whole yet; False when all are written."""
    # By lane: a statement does not wait for the audience of a release. Within a lane in order:
    # what was announced first has the smaller delivery ids, and goes first in each chat.
    row = await tx.row(
        "SELECT id, release_id, audience, reached, created_at, kind FROM announcements"
        " WHERE fanned = 0 ORDER BY lane, id LIMIT 1"
    )
    if row is None:
        return False
    number, release, audience, reached, created_at, kind = row
    if kind == "correction":
        return await correcting.fan_out(tx, number, release, chunk)
    last = await tx.value(
        "SELECT max(id) FROM (SELECT id FROM subscribers WHERE id > ? ORDER BY id LIMIT ?)",
        (reached, chunk),
    )
    if last is None:
        await tx.run("UPDATE announcements SET fanned = 1 WHERE id = ?", (number,))
        await tx.run("DELETE FROM announcement_follows WHERE announcement_id = ?", (number,))
        return True
    followed = await tx.value(_FOLLOWED, (reached, last)) if release is not None else False
    written = await tx.run(
        _FAN_OUT.format(wanted=_WANTED if followed else ""),
        (number, created_at, reached, last, audience, release),
    )
    await tx.run(
        "UPDATE announcements SET reached = ?, total = total + ? WHERE id = ?",
        (last, written, number),
    )
    return True


# Languages were chosen for releases: what admins say has none, and goes to everybody.
_FAN_OUT = f"""
INSERT INTO deliveries (announcement_id, subscriber_id, platform, due_at)
SELECT ?1, s.id, s.platform, ?2
FROM subscribers AS s
WHERE s.id > ?3 AND s.id <= ?4 AND s.active = 1 AND s.joined <= ?5
  AND (?6 IS NULL OR {SPEAKS.format(release="?6")})
  {{wanted}}
ON CONFLICT DO NOTHING
"""
_WANTED = "AND " + WANTS.format(announcement="?1")
_FOLLOWED = """
SELECT EXISTS (SELECT 1 FROM subscription_filters
               WHERE subscriber_id > ? AND subscriber_id <= ? AND kind <> 'language')
"""
