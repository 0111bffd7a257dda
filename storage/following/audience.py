"""Who wants a release: decided by what is followed when it is announced, whatever comes later."""

from __future__ import annotations

import asyncio
import json

from storage.aside import aside
from storage.database import Transaction
from storage.following import terms
from storage.following.matching import meets, text_of
from storage.model import Naming

PIECE = 50  # candidates looked at in one go


async def meet(tx: Transaction, announcement: int, release: int, naming: Naming) -> None:
    """Write down which follows the release meets: at one cost, however many follow them."""
    await tx.run(
        "DELETE FROM announcement_follows WHERE announcement_id IN"
        " (SELECT id FROM announcements WHERE fanned = 1)"
    )
    if not await tx.value("SELECT EXISTS (SELECT 1 FROM follow_terms)"):
        return
    await terms.renew_few(tx, naming)
    row = await tx.row("SELECT title, body FROM releases WHERE id = ?", (release,))
    if row is None:
        return
    text = await aside(text_of, *row)
    candidates = await tx.rows(_CANDIDATES, (json.dumps(sorted(text.terms())),))
    for start in range(0, len(candidates), PIECE):
        await tx.run_many(
            "INSERT INTO announcement_follows (announcement_id, kind, value) VALUES (?, ?, ?)",
            [
                (announcement, kind, value)
                for kind, value, hits in candidates[start : start + PIECE]
                if meets(value, json.loads(hits), text, naming)
            ],
        )
        await asyncio.sleep(0)  # others get their turn in between


async def settle(tx: Transaction, number: int) -> None:
    """Write down what a subscriber is owed of audiences that are not written so far.

    Call it before any of their choices changes: what they chose until now is what counts there.
    What they did not want is skipped.
    """
    await _write(tx, await tx.rows(_UNDECIDED, (number,)))


async def pass_by(tx: Transaction, number: int) -> None:
    """Skip whatever audience that is not written so far: all they are owed is settled."""
    rows = await tx.rows(_UNDECIDED, (number,))
    await _write(tx, [(*row[:-1], False) for row in rows])


async def _write(tx: Transaction, rows: list[tuple[int, int, str, int, bool]]) -> None:
    await tx.run_many(
        "INSERT INTO deliveries (announcement_id, subscriber_id, platform, due_at, state)"
        " VALUES (?, ?, ?, ?, CASE WHEN ? THEN 0 ELSE 5 END)",
        rows,
    )
    await tx.run_many(
        "UPDATE announcements SET total = total + 1, skipped = skipped + NOT ? WHERE id = ?",
        [(wanted, announcement) for announcement, *_, wanted in rows],
    )


# From the terms of the release, never along all that is followed.
_CANDIDATES = """
SELECT f.kind, f.value, json_group_array(f.term)
FROM json_each(?) AS here CROSS JOIN follow_terms AS f ON f.term = here.value
GROUP BY f.kind, f.value
HAVING count(*) >= max(f.needed)
"""
# Of a subscriber s, and of an announcement and its release, whose columns are put in.
SPEAKS = """
       (NOT EXISTS (SELECT 1 FROM subscription_filters AS f
                    WHERE f.subscriber_id = s.id AND f.kind = 'language')
        OR EXISTS (SELECT 1 FROM subscription_filters AS f
                   JOIN releases AS r ON r.language = f.value
                   WHERE r.id = {release} AND f.subscriber_id = s.id AND f.kind = 'language'))
"""
_MEETS = """EXISTS (SELECT 1 FROM subscription_filters AS f
                    JOIN announcement_follows AS m
                      ON m.announcement_id = {announcement} AND m.kind = f.kind
                         AND m.value = f.value
                    WHERE f.subscriber_id = s.id AND f.kind"""
WANTS = f"""
       (NOT EXISTS (SELECT 1 FROM subscription_filters AS f
                    WHERE f.subscriber_id = s.id AND f.kind IN ('name', 'keyword'))
        OR {_MEETS} IN ('name', 'keyword')))
       AND NOT {_MEETS} = 'exclusion')
"""
_UNDECIDED = f"""
SELECT a.id, s.id, s.platform, a.created_at,
       {SPEAKS.format(release="a.release_id")} AND {WANTS.format(announcement="a.id")}
FROM announcements AS a CROSS JOIN subscribers AS s
WHERE a.fanned = 0 AND a.kind = 'release' AND a.reached < s.id
  AND s.id = ? AND s.active = 1 AND s.joined <= a.audience
  AND NOT EXISTS (SELECT 1 FROM deliveries AS d
                  WHERE d.announcement_id = a.id AND d.subscriber_id = s.id)
ORDER BY a.lane, a.id
"""
