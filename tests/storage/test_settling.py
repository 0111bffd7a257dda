"""Settling: how sends ended is counted once, and nothing is owed to who is not there any more."""

from __future__ import annotations

import pytest

from storage import Storage
from storage.model import Outbox
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
    states,
    what,
    whom,
)

COUNTERS = "SELECT total, sent, failed, skipped, unknown FROM announcements ORDER BY id"


async def owed(storage: Storage, people: int) -> None:
    """One release, owed to so many people."""
    await crowd(storage, people)
    await announced(storage)
    await fan_out(storage)


async def test_recording_twice_is_recording_once(storage: Storage) -> None:
    """A result that is recorded again changes neither the delivery nor a counter."""
    await owed(storage, 4)
    ends = (State.SENT, State.FAILED, State.SKIPPED, State.UNKNOWN)
    results = [ended(d, s) for d, s in zip(await claim(storage), ends, strict=True)]
    for _ in range(3):
        await storage.outbox.record([*results, *results])
    again = [Result(r.delivery, r.announcement, State.WAITING) for r in results]
    await storage.outbox.record(again)

    assert [(4, 1, 1, 1, 1)] == await query(storage, COUNTERS)
    assert await miscounted(storage) == []
    assert await claim(storage) == []


@pytest.mark.parametrize(
    ("ends", "state", "attempts"),
    [
        ([State.WAITING, State.SENT], State.WAITING, 1),
        ([State.DOUBT, State.SENT], State.SENT, 2),
        ([State.DOUBT, State.WAITING, State.SENT], State.WAITING, 2),
        ([State.FAILED, State.DOUBT], State.FAILED, 1),
    ],
)
@pytest.mark.parametrize("together", [True, False])
async def test_results_of_one_delivery_count_in_their_order(
    storage: Storage, ends: list[State], state: State, attempts: int, together: bool
) -> None:
    """In one batch as in several: what is settled or waits again takes no further result."""
    await owed(storage, 1)
    [delivery] = await claim(storage)
    results = [ended(delivery, end) for end in ends]
    for batch in [results] if together else [[r] for r in results]:
        await storage.outbox.record(batch)

    assert [(state, attempts)] == await query(storage, "SELECT state, attempts FROM deliveries")
    assert await miscounted(storage) == []


async def test_a_late_answer_settles_a_doubt(storage: Storage) -> None:
    """What was in doubt is sent after all; it was one delivery all along."""
    await owed(storage, 1)
    [delivery] = await claim(storage)
    await storage.outbox.record([ended(delivery, State.DOUBT, LATER)])
    await storage.outbox.record([ended(delivery, State.SENT)])

    assert [(1, 1, 0, 0, 0)] == await query(storage, COUNTERS)
    assert await claim(storage, now=LATER) == []


async def test_what_was_not_tried_is_no_attempt(storage: Storage) -> None:
    """A claim that is given back leaves no trace but its error and its time."""
    await owed(storage, 1)
    [delivery] = await claim(storage, mark=lambda _: "7")
    given_back = Result(delivery.id, 1, State.WAITING, error="later", due_at=LATER, tried=False)
    await storage.outbox.record([given_back])
    [again] = await claim(storage, now=LATER)

    assert (0, "later", False, "") == (again.attempts, again.error, again.doubtful, again.mark)


@pytest.mark.parametrize("back", [True, False])
@pytest.mark.parametrize("end", [State.WAITING, State.DOUBT, None])
async def test_a_send_in_flight_is_not_tried_again_for_who_left(
    storage: Storage, back: bool, end: State | None
) -> None:
    """Leaving while a send is under way: if it fails, or the run dies, it is not tried again."""
    await owed(storage, 1)
    [delivery] = await claim(storage)
    await storage.subscribers.unsubscribe(chat(1))
    if back:
        await storage.subscribers.subscribe(chat(1))
    if end is None:
        await storage.outbox.recover(TELEGRAM, 2, NOON)
    else:
        await storage.outbox.record([ended(delivery, end, NOON)])

    assert await claim(storage) == []
    assert await storage.outbox.totals() == Outbox()
    assert [(1, 0, 0, 1, 0)] == await query(storage, COUNTERS)


@pytest.mark.parametrize("end", [State.WAITING, State.DOUBT, State.SENT, None])
async def test_a_send_in_flight_is_not_tried_again_once_cancelled(
    storage: Storage, end: State | None
) -> None:
    """If it fails, or the run dies, it is skipped; if it arrived, that is counted."""
    await owed(storage, 1)
    [delivery] = await claim(storage)
    await storage.outbox.cancel(1)
    if end is None:
        await storage.outbox.recover(TELEGRAM, 2, NOON)
    else:
        await storage.outbox.record([ended(delivery, end, NOON)])

    sent = end is State.SENT
    assert [(1, sent, 0, not sent, 0)] == await query(storage, COUNTERS)


async def test_results_of_several_announcements_at_once(storage: Storage) -> None:
    """Each goes into the counters of its own announcement, whatever the result calls it."""
    await crowd(storage, 3)
    await announced(storage, "one")
    await storage.subscribers.unsubscribe(chat(3))
    await fan_out(storage)
    await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage, 1))
    await announced(storage, "two")
    await fan_out(storage)
    claimed = await claim(storage)
    assert what(claimed) == [(1, 2), (2, 1)]
    await storage.outbox.record(Result(d.id, 99, State.FAILED) for d in claimed)

    assert [(2, 1, 1, 0, 0), (2, 0, 1, 0, 0)] == await query(storage, COUNTERS)


async def test_nothing_to_record_is_nothing(storage: Storage) -> None:
    """No results at all, or one of a delivery that never was."""
    await storage.outbox.record([])
    await storage.outbox.record([Result(9, 9, State.SENT)])

    assert [] == await query(storage, COUNTERS)


async def test_recovering_takes_up_what_earlier_runs_left(storage: Storage) -> None:
    """What was under way when a run died is in doubt and due; what this run holds is left."""
    await owed(storage, 3)
    old = await storage.outbox.claim(TELEGRAM, 1, LANES, 2, NOON, mark=lambda a: a.chat[-1])
    await storage.outbox.record([ended(old[1], State.WAITING, LATER)])
    mine = await storage.outbox.claim(TELEGRAM, 2, LANES, 1, NOON)
    assert await storage.outbox.recover("matrix", 2, NOON) == 0
    assert await storage.outbox.recover(TELEGRAM, 2, NOON) == 1
    assert await storage.outbox.recover(TELEGRAM, 2, NOON) == 0

    assert whom(mine) == [3]
    [again] = await storage.outbox.claim(TELEGRAM, 2, LANES, 10, NOON)
    assert (again.id, again.doubtful, again.mark, again.attempts) == (old[0].id, True, "1", 0)


@pytest.mark.parametrize(
    ("mark", "bound", "kept"),
    [("7", "9", "7-9"), ("7", "", ""), ("7", None, "7"), ("", "9", ""), ("", None, "")],
)
async def test_recovering_says_where_a_look_ends(
    storage: Storage, mark: str, bound: str | None, kept: str
) -> None:
    """The bound is kept with the mark; without a mark or a bound nothing can be looked for."""
    await owed(storage, 1)
    await claim(storage, mark=lambda _: mark)
    await storage.outbox.recover(TELEGRAM, 2, NOON, bound)
    [again] = await storage.outbox.claim(TELEGRAM, 2, LANES, 1, NOON)

    assert (again.doubtful, again.mark) == (True, kept)


async def test_a_crash_while_looking_loses_no_mark(storage: Storage) -> None:
    """What was being looked for when the next run died, too, is looked for in the same place."""
    await owed(storage, 1)
    await claim(storage, mark=lambda _: "7")
    await storage.outbox.recover(TELEGRAM, 2, NOON, "9")
    await storage.outbox.claim(TELEGRAM, 2, LANES, 1, NOON, mark=lambda _: "30")
    await storage.outbox.recover(TELEGRAM, 3, NOON, "40")
    [again] = await storage.outbox.claim(TELEGRAM, 3, LANES, 1, NOON, mark=lambda _: "50")
    assert again.mark == "7-9"
    await storage.outbox.record([ended(again, State.WAITING, NOON)])
    await storage.outbox.claim(TELEGRAM, 3, LANES, 1, NOON, mark=lambda _: "60")
    await storage.outbox.recover(TELEGRAM, 4, NOON, "70")
    [last] = await storage.outbox.claim(TELEGRAM, 4, LANES, 1, NOON)

    assert last.mark == "60-70"


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.settling.PIECE", 2)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("people", [4, 5, 6, 7])
async def test_refused_content_fails_for_all_who_wait(storage: Storage, people: int) -> None:
    """In whatever pieces; what is settled or under way stays, what is in doubt cannot be there."""
    await owed(storage, people)
    sent, doubted, _ = await claim(storage, 3)
    await storage.outbox.record([ended(sent, State.SENT), ended(doubted, State.DOUBT, LATER)])
    assert await storage.outbox.refuse(1, "matrix") == 0
    assert await storage.outbox.refuse(1, TELEGRAM) == people - 2

    assert [2, 3, 1, *[3] * (people - 3)] == await states(storage)
    assert {("",), ("refused",)} == set(await query(storage, "SELECT error FROM deliveries"))
    assert [(people, 1, people - 2, 0, 0)] == await query(storage, COUNTERS)


@pytest.mark.usefixtures("small_pieces")
async def test_what_has_expired_is_skipped_for_all_who_wait(storage: Storage) -> None:
    """What is in doubt stays unknown for good; other announcements go on."""
    await owed(storage, 6)
    await announced(storage, "two")
    await fan_out(storage)
    sent, doubted, _ = await claim(storage, 3)
    await storage.outbox.record([ended(sent, State.SENT), ended(doubted, State.DOUBT, LATER)])
    assert await storage.outbox.expire(1, TELEGRAM) == 4

    assert [2, 6, 1, 5, 5, 5, *[0] * 6] == await states(storage)
    assert [(6, 1, 0, 3, 1), (6, 0, 0, 0, 0)] == await query(storage, COUNTERS)
    expired = await query(storage, "SELECT DISTINCT error FROM deliveries WHERE state IN (5, 6)")
    assert [("expired",)] == expired
