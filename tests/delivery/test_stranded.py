"""A platform that is taken out of the settings leaves nothing owed for ever."""

from __future__ import annotations

from datetime import timedelta

from bot.delivery.stranded import look
from storage import Storage
from storage.model import Address, Lane, RichText
from storage.outbox import Result, State
from tests.delivery.stage import clock

AUTHOR = Address("fake", "author")
DAY = timedelta(days=1)


async def announced(storage: Storage) -> int:
    """A statement to one on a platform that runs, and to three on one that does not."""
    await storage.subscribers.subscribe(Address("fake", "1"))
    for chat in ("1", "2", "3"):
        await storage.subscribers.subscribe(Address("lost", chat))
    draft = await storage.statements.draft(AUTHOR, RichText("Free them."), DAY, "en", clock())
    sent = await storage.statements.send(draft.id, AUTHOR, clock())
    assert sent is not None
    while await storage.outbox.fan_out():
        pass
    return sent[0]


async def test_what_waits_where_nobody_runs_is_given_up_in_the_end(storage: Storage) -> None:
    """Before its time is over it is left, for the platform may come back; then it is settled."""
    announcement = await announced(storage)
    (claimed,) = await storage.outbox.claim("lost", 1, [Lane.STATEMENT], 1, clock())
    await look(storage, {"fake"}, clock() + DAY / 2)
    before = await storage.outbox.progress(announcement)
    # The heartbeat of a Herald that lived all the while: no time when it was down.
    for minutes in range(0, 25 * 60, 4):
        await storage.facts.alive(clock() + timedelta(minutes=minutes))
    await look(storage, {"fake"}, clock() + DAY + timedelta(hours=1))
    after = await storage.outbox.progress(announcement)

    assert before is not None
    assert after is not None
    assert (4, 1) == (before.left, after.left)
    assert (2, 1) == (after.skipped, after.unknown)
    await storage.outbox.record([Result(claimed.id, announcement, State.SENT)])
    assert after == await storage.outbox.progress(announcement)


async def test_what_waits_where_somebody_runs_is_left(storage: Storage) -> None:
    """Its courier knows when it was down."""
    announcement = await announced(storage)
    await look(storage, {"fake", "lost"}, clock() + 9 * DAY)

    found = await storage.outbox.progress(announcement)
    assert found is not None
    assert 4 == found.left
