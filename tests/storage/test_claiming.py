"""Claiming: what goes out next, as what, and with what is known about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import Storage, claiming
from storage.model import Address, Delivery, Lane
from storage.outbox import Result, State
from tests.storage.conftest import (
    LANES,
    LATER,
    NOON,
    TELEGRAM,
    announced,
    chat,
    claim,
    crowd,
    ended,
    fan_out,
    miscounted,
    query,
    said,
    states,
    two_releases,
    what,
    whom,
)

SOON = timedelta(milliseconds=claiming.SOON_MS)
LATEST = timedelta(milliseconds=claiming.LATEST_MS)


async def claim_for(storage: Storage, announcement: int, subscriber: int) -> Delivery | None:
    return await storage.outbox.claim_for(announcement, subscriber, TELEGRAM, 1, NOON)


async def test_a_claim_says_what_to_send_to_whom(storage: Storage) -> None:
    """A delivery carries its announcement, its subscriber with address and language, its place."""
    await storage.subscribers.subscribe(chat(1, "5"))
    await storage.subscribers.choose(chat(1, "5"), language="ru")
    number = await announced(storage)
    await fan_out(storage)
    [delivery] = await claim(storage)

    assert delivery.subscriber.address == chat(1, "5")
    assert (delivery.subscriber.language, delivery.attempts, delivery.part) == ("ru", 0, 0)
    assert (delivery.doubtful, delivery.mark, delivery.error) == (False, "", "")
    announcement = delivery.announcement
    assert announcement.release == number
    assert (announcement.kind, announcement.created_at) == ("release", NOON)
    assert (announcement.lane, announcement.lifetime) == (Lane.RELEASE, timedelta(days=7))
    assert (announcement.sent, announcement.vouched) == (0, False)


async def test_a_claim_knows_how_its_announcement_stands(storage: Storage) -> None:
    """How many it has reached so far, whether it is vouched for, and how its last try failed."""
    await crowd(storage, 2)
    number = await said(storage)
    await fan_out(storage)
    one, two = await claim(storage)
    await storage.outbox.record([
        ended(one, State.SENT), ended(two, State.WAITING, LATER),
    ])  # fmt: skip
    await storage.outbox.vouch(number)
    [again] = await claim(storage, now=LATER)

    assert (again.announcement.sent, again.announcement.vouched) == (1, True)
    assert (again.announcement.kind, again.announcement.release) == ("broadcast", None)
    assert again.announcement.lifetime == timedelta(days=1)
    assert again.attempts == 1


async def test_only_what_is_due_on_this_platform_is_claimed(storage: Storage) -> None:
    """Platforms do not take each other's work, nor any before its time, nor more than asked for."""
    await crowd(storage, 5)
    await announced(storage)
    await fan_out(storage)

    assert await storage.outbox.claim("matrix", 1, LANES, 10, NOON) == []
    assert await claim(storage, now=NOON - timedelta(milliseconds=1)) == []
    assert whom(await claim(storage, count=2)) == [1, 2]
    assert whom(await claim(storage, count=2)) == [3, 4]


async def test_what_is_in_doubt_is_due_at_its_time(storage: Storage) -> None:
    """It is claimed again like what waits, not before, and known to be doubtful."""
    await crowd(storage, 1)
    await announced(storage)
    await fan_out(storage)
    [delivery] = await claim(storage, mark=lambda _: "7")
    await storage.outbox.record([ended(delivery, State.DOUBT, LATER)])
    assert LATER == await storage.outbox.next_due(TELEGRAM)
    assert await claim(storage) == []
    [again] = await claim(storage, now=LATER)

    assert (again.doubtful, again.mark) == (True, "")


@pytest.mark.parametrize("lanes", [LANES, LANES[::-1], (Lane.STATEMENT,), (Lane.RELEASE,)])
async def test_lanes_go_in_the_order_asked_for(storage: Storage, lanes: tuple[Lane, ...]) -> None:
    """What is asked for first is claimed first, and nothing of another lane than asked for."""
    await crowd(storage, 3)
    await announced(storage)
    await said(storage)
    await fan_out(storage)
    claimed = await storage.outbox.claim(TELEGRAM, 1, lanes, 2, NOON)

    first = Lane.STATEMENT if lanes[0] is Lane.STATEMENT else Lane.RELEASE
    assert [first, first] == [d.announcement.lane for d in claimed]
    assert [1, 2] == whom(claimed)


async def test_within_a_lane_the_oldest_goes_first(storage: Storage) -> None:
    """The second release begins where the first has nothing left to claim."""
    await two_releases(storage, 4)
    assert what(await claim(storage, 2)) == [(1, 1), (1, 2)]
    await storage.outbox.record(Result(number, 1, State.SENT) for number in (1, 2))

    assert what(await claim(storage, 10)) == [(1, 3), (1, 4), (2, 1), (2, 2)]


async def test_some_announcements_can_be_left_alone(storage: Storage) -> None:
    """What waits for a canary of its own holds up no other lane."""
    await crowd(storage, 1)
    await announced(storage)
    await said(storage)
    await fan_out(storage)

    assert await claim(storage, without={1, 2}) == []
    assert what(await claim(storage, without={2})) == [(1, 1)]


async def test_fresh_ones_never_failed(storage: Storage) -> None:
    """Asked for fresh ones, whatever failed before is passed over, however much of it is due."""
    await crowd(storage, 6)
    await announced(storage)
    await fan_out(storage)
    results = [ended(d, State.WAITING, NOON) for d in await claim(storage, 4)]
    await storage.outbox.record(
        Result(r.delivery, r.announcement, r.state, error="gone") for r in results
    )

    assert whom(await claim(storage, 1, fresh=True)) == [5]
    assert whom(await claim(storage, 5, fresh=True)) == [6]
    assert await claim(storage, 5, fresh=True) == []
    assert whom(await claim(storage, 5)) == [1, 2, 3, 4]


async def test_a_clock_set_back_hastens(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a far future is due now, in pieces; what waits for the near one is left."""
    monkeypatch.setattr("storage.settling.PIECE", 2)
    await crowd(storage, 6)
    await announced(storage)
    await fan_out(storage)
    await storage.outbox.record(
        ended(d, State.DOUBT if d.id == 1 else State.WAITING,
              LATER if d.id == 6 else NOON + timedelta(days=1))
        for d in await claim(storage)
    )  # fmt: skip
    await storage.outbox.hasten("matrix", NOON, LATER)
    assert await claim(storage) == []
    await storage.outbox.hasten(TELEGRAM, NOON, LATER)

    assert whom(await claim(storage)) == [1, 2, 3, 4, 5]


async def test_one_row_can_be_claimed_by_name(storage: Storage) -> None:
    """The row that an announcement has for a subscriber, once, and for nobody else."""
    await crowd(storage, 3)
    await announced(storage)
    await fan_out(storage)
    claimed = await claim_for(storage, 1, 2)

    assert claimed is not None
    assert what([claimed]) == [(1, 2)]
    assert await claim_for(storage, 1, 2) is None
    assert await claim_for(storage, 1, 9) is None
    assert await claim_for(storage, 2, 1) is None
    assert await storage.outbox.claim_for(1, 1, "matrix", 1, NOON) is None
    assert [0, 1, 0] == await states(storage)
    assert whom(await claim(storage)) == [1, 3]


async def test_a_mark_is_asked_once_for_each_that_is_claimed(storage: Storage) -> None:
    """It is kept with the intent; what is blocked, or not wanted, gets none."""
    await two_releases(storage, 3)
    asked: list[Address] = []

    def mark(address: Address) -> str:
        asked.append(address)
        return f"m{len(asked)}"

    claimed = await claim(storage, 2, mark=mark)
    more = await storage.outbox.claim_for(1, 3, TELEGRAM, 1, NOON, mark=mark)
    assert more is not None
    assert await claim(storage, mark=mark) == []

    assert asked == [d.subscriber.address for d in [*claimed, more]]
    kept = await query(storage, "SELECT mark FROM deliveries ORDER BY id")
    assert [("m1",), ("m2",), ("m3",), ("",), ("",), ("",)] == kept


async def test_a_mark_that_fails_claims_nothing(storage: Storage) -> None:
    """The intents of the same claim are rolled back."""
    await crowd(storage, 2)
    await announced(storage)
    await fan_out(storage)

    def mark(address: Address) -> str:
        if address == chat(2):
            raise KeyError
        return ""

    with pytest.raises(KeyError):
        await claim(storage, mark=mark)
    assert [0, 0] == await states(storage)


async def test_a_row_that_the_key_does_not_open_fails_alone(storage: Storage) -> None:
    """One broken row is a failure of its own, counted; the others of its claim go out."""
    await crowd(storage, 3)
    await announced(storage)
    await fan_out(storage)
    async with storage.database.write() as tx:
        await tx.run("UPDATE subscribers SET address = x'00' WHERE id = 2")

    assert whom(await claim(storage)) == [1, 3]
    assert [(3, "seal")] == await query(
        storage, "SELECT state, error FROM deliveries WHERE subscriber_id = 2"
    )
    assert await miscounted(storage) == []


async def test_a_broken_row_makes_no_claim_shorter(storage: Storage) -> None:
    """As many are claimed as were asked for, where there are as many."""
    await crowd(storage, 4)
    await announced(storage)
    await fan_out(storage)
    async with storage.database.write() as tx:
        await tx.run("UPDATE subscribers SET address = x'00' WHERE id = 1")

    assert whom(await claim(storage, 2)) == [2, 3]


async def test_whom_something_is_for(storage: Storage) -> None:
    """Whoever has a row, however that ended, and anybody while the audience is not written down."""
    await crowd(storage, 2)
    await announced(storage)
    await storage.subscribers.subscribe(chat(3))
    assert await storage.outbox.owed(1, 3), "it may still come to that"
    await fan_out(storage)
    assert [True, True, False] == [await storage.outbox.owed(1, n) for n in (1, 2, 3)]
    [one, _] = await claim(storage)
    await storage.outbox.record([ended(one, State.SENT)])

    assert await storage.outbox.owed(1, 1)
    assert not await storage.outbox.owed(2, 1)
