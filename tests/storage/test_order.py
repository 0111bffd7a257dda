"""Order: what is in the way of what, in a chat and in a lane, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import Storage, claiming
from storage.model import Lane
from storage.outbox import State
from tests.storage.conftest import (
    LATER,
    NOON,
    TELEGRAM,
    announced,
    claim,
    crowd,
    ended,
    fan_out,
    query,
    said,
    two_releases,
    what,
    whom,
)

SOON = timedelta(milliseconds=claiming.SOON_MS)
LATEST = timedelta(milliseconds=claiming.LATEST_MS)


async def test_a_chat_gets_its_releases_in_order(storage: Storage) -> None:
    """The later release waits until the earlier is settled, also while that is tried again."""
    await two_releases(storage, 2)
    first = await claim(storage)
    assert what(first) == [(1, 1), (1, 2)]
    assert await claim(storage) == []
    await storage.outbox.record([
        ended(first[0], State.WAITING, LATER), ended(first[1], State.SENT),
    ])  # fmt: skip
    assert what(await claim(storage, now=NOON + SOON)) == [(2, 2)]
    third = await claim(storage, now=LATER)

    assert what(third) == [(1, 1)]
    assert third[0].attempts == 1


async def test_a_doubtful_send_holds_up_its_chat(storage: Storage) -> None:
    """While nobody knows whether a message arrived, the next one of its chat waits."""
    await two_releases(storage, 1)
    [delivery] = await claim(storage)
    await storage.outbox.record([ended(delivery, State.DOUBT, LATER)])
    assert await claim(storage) == []
    await storage.outbox.record([ended(delivery, State.UNKNOWN)])

    assert what(await claim(storage, now=NOON + LATEST)) == [(2, 1)]
    assert (await storage.outbox.totals()).unknown == 1


async def test_what_was_cancelled_is_not_claimed_and_in_nobodys_way(storage: Storage) -> None:
    """The later release goes out as if the earlier were not there, whatever still waits of it."""
    await two_releases(storage, 2)
    assert await storage.outbox.cancel(1)

    assert what(await claim(storage)) == [(2, 1), (2, 2)]


async def test_a_chat_has_one_message_under_way(storage: Storage) -> None:
    """A statement overtakes a release, but never beside one that is on its way to the same chat."""
    await crowd(storage, 2)
    await announced(storage)
    await said(storage)
    await fan_out(storage)
    [release] = await storage.outbox.claim(TELEGRAM, 1, [Lane.RELEASE], 1, NOON)
    assert what(await claim(storage)) == [(2, 2)]
    assert await claim(storage, now=NOON + SOON) == []
    await storage.outbox.record([ended(release, State.WAITING, LATER)])

    assert what(await claim(storage, now=NOON + 2 * SOON)) == [(2, 1)]


async def test_one_claim_takes_one_of_a_chat(storage: Storage) -> None:
    """Also across lanes; the other follows when that one has landed."""
    await crowd(storage, 1)
    await announced(storage)
    await said(storage)
    await fan_out(storage)
    [statement] = await claim(storage)
    await storage.outbox.record([ended(statement, State.SENT)])

    assert what([statement]) == [(2, 1)]
    assert what(await claim(storage, now=NOON + SOON)) == [(1, 1)]


async def test_those_that_fail_do_not_hold_up_the_others(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many for whom the first release fails for days: everybody else gets the second at once."""
    monkeypatch.setattr(claiming, "LOOKED_AT", 3)
    await two_releases(storage, 20)
    await storage.outbox.record(
        ended(d, State.WAITING if d.subscriber.id <= 15 else State.SENT, LATER)
        for d in await claim(storage, 20)
    )
    got: list[int] = []
    for _ in range(20):
        claimed = await claim(storage, 2)
        got += whom(claimed)
        await storage.outbox.record(ended(d, State.SENT) for d in claimed)

    assert got == [16, 17, 18, 19, 20]


async def test_a_claim_looks_at_few_rows(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though everything of an announcement is blocked, one claim walks over a part of it only."""
    monkeypatch.setattr(claiming, "LOOKED_AT", 3)
    await two_releases(storage, 20)
    await storage.outbox.record(ended(d, State.WAITING, LATER) for d in await claim(storage, 20))
    assert await claim(storage, 2) == []

    postponed = "SELECT count(*) FROM deliveries WHERE announcement_id = 2 AND due_at > ?"
    assert [(5,)] == await query(storage, postponed, int(NOON.timestamp() * 1000))


async def test_a_claim_looks_at_few_rows_in_all(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many announcements there are of which everything is blocked."""
    monkeypatch.setattr(claiming, "LOOKED_AT_IN_ALL", 4)
    await crowd(storage, 2)
    for number in range(6):
        await announced(storage, str(number))
    await fan_out(storage)
    await storage.outbox.record(ended(d, State.WAITING, LATER) for d in await claim(storage))
    before = await query(storage, "SELECT id, due_at FROM deliveries")
    assert await claim(storage, 1, NOON + SOON) == []
    after = await query(storage, "SELECT id, due_at FROM deliveries")

    assert 5 <= sum(a != b for a, b in zip(before, after, strict=True)) <= 6


@pytest.mark.parametrize(("minutes", "expected"), [(0.5, 0.5), (600, 1)])
async def test_what_is_blocked_is_looked_at_again_when_that_may_end(
    storage: Storage, minutes: float, expected: float
) -> None:
    """When the one before it is due, but within a minute: that one may be cancelled meanwhile."""
    await two_releases(storage, 1)
    [delivery] = await claim(storage, 1)
    due = NOON + timedelta(minutes=minutes)
    await storage.outbox.record([ended(delivery, State.WAITING, due)])
    assert await claim(storage) == []
    await storage.outbox.cancel(1)
    again = NOON + timedelta(minutes=expected)

    assert await storage.outbox.next_due(TELEGRAM) == again
    assert what(await claim(storage, now=again)) == [(2, 1)]


async def test_the_next_time_is_when_something_may_be_claimed(storage: Storage) -> None:
    """What waits for another message of its chat wakes nobody again and again."""
    assert await storage.outbox.next_due(TELEGRAM) is None
    await two_releases(storage, 1)
    assert await storage.outbox.next_due(TELEGRAM) == NOON
    [delivery] = await claim(storage)
    assert await claim(storage) == []
    assert await storage.outbox.next_due(TELEGRAM) == NOON + SOON
    await storage.outbox.record([ended(delivery, State.WAITING, NOON + 2 * SOON)])
    assert await claim(storage, now=NOON + SOON) == []

    assert await storage.outbox.next_due(TELEGRAM) == NOON + 2 * SOON
    assert await storage.outbox.next_due("matrix") is None


async def test_what_was_cancelled_wakes_nobody(storage: Storage) -> None:
    """It is not due any more, though it is not settled yet."""
    await crowd(storage, 1)
    await announced(storage)
    await fan_out(storage)
    await storage.outbox.cancel(1)

    assert await storage.outbox.next_due(TELEGRAM) is None


async def test_one_row_by_name_waits_for_its_turn_too(storage: Storage) -> None:
    """Not before an earlier release of its chat, not before its time, not once it is cancelled."""
    await two_releases(storage, 1)
    assert await storage.outbox.claim_for(2, 1, TELEGRAM, 1, NOON) is None
    [delivery] = await claim(storage)
    await storage.outbox.record([ended(delivery, State.WAITING, LATER)])
    assert await storage.outbox.claim_for(1, 1, TELEGRAM, 1, NOON) is None
    await storage.outbox.cancel(1)

    assert await storage.outbox.claim_for(1, 1, TELEGRAM, 1, LATER) is None
    assert await storage.outbox.claim_for(2, 1, TELEGRAM, 1, LATER) is not None
