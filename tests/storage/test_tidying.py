"""Tidying: what was cancelled is settled, what is long done becomes counters, piece by piece."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from storage import Storage
from storage.model import Outbox, RichText
from storage.outbox import State
from storage.tidying import DRAFTS_KEPT, KEPT
from tests.storage.conftest import (
    DAY,
    LATER,
    NOON,
    announced,
    chat,
    claim,
    crowd,
    ended,
    fan_out,
    miscounted,
    query,
    states,
)

MS = timedelta(milliseconds=1)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.tidying.PIECE", 2)


async def owed(storage: Storage, people: int) -> None:
    await crowd(storage, people)
    await announced(storage)
    await fan_out(storage)


async def tidied(storage: Storage, now: datetime = NOON) -> int:
    """Tidy until there is no more to do; how many pieces that were."""
    pieces = 1
    while await storage.outbox.tidy(now):
        pieces += 1
    return pieces


async def done_at(storage: Storage) -> object:
    return (await query(storage, "SELECT done_at FROM announcements"))[0][0]


async def test_cancelling_is_once(storage: Storage) -> None:
    """True the first time; not what is cancelled already, nor what is over or never was."""
    await owed(storage, 1)
    await announced(storage, "two")
    await fan_out(storage)
    assert await storage.outbox.cancel(2)
    assert not await storage.outbox.cancel(2)
    await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage))

    assert not await storage.outbox.cancel(1)
    assert not await storage.outbox.cancel(3)


async def test_what_is_not_written_down_yet_can_be_cancelled(storage: Storage) -> None:
    """Then nobody else is written into its audience, though all so far were settled."""
    await crowd(storage, 3)
    await announced(storage)
    await storage.outbox.fan_out(1)
    await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage))
    assert await storage.outbox.cancel(1)

    assert not await storage.outbox.fan_out()
    assert [State.SENT] == await states(storage)


async def test_what_was_cancelled_is_skipped_piece_by_piece(storage: Storage) -> None:
    """All that waits, in doubt or not; it counts as waiting no more from the first moment."""
    await owed(storage, 7)
    one, two = await claim(storage, 2)
    await storage.outbox.record([ended(one, State.SENT), ended(two, State.DOUBT, LATER)])
    await storage.outbox.cancel(1)
    assert Outbox(sent=1) == await storage.outbox.totals()
    assert await storage.outbox.tidy(NOON)
    assert 2 == (await states(storage)).count(State.SKIPPED)
    assert 3 == await tidied(storage)

    assert [State.SENT, *[State.SKIPPED] * 6] == await states(storage)
    assert await miscounted(storage) == []
    assert await done_at(storage) is not None


async def test_what_is_under_way_is_awaited(storage: Storage) -> None:
    """A cancelled announcement is done when its last send has ended, and not before."""
    await owed(storage, 3)
    [delivery] = await claim(storage, 1)
    await storage.outbox.cancel(1)
    await tidied(storage)
    assert await done_at(storage) is None
    assert [State.INTENT, State.SKIPPED, State.SKIPPED] == await states(storage)
    await storage.outbox.record([ended(delivery, State.SENT)])
    await tidied(storage)

    assert await done_at(storage) is not None
    assert await miscounted(storage) == []


async def test_done_is_what_is_settled_and_written_down_whole(storage: Storage) -> None:
    """Not while its audience is still being written, nor while something waits."""
    await crowd(storage, 2)
    await announced(storage)
    await storage.outbox.fan_out(1)
    await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage))
    await tidied(storage)
    assert await done_at(storage) is None
    await fan_out(storage)
    await tidied(storage)
    assert await done_at(storage) is None
    await storage.outbox.record(ended(d, State.FAILED) for d in await claim(storage))
    await tidied(storage, LATER)

    assert LATER.timestamp() * 1000 == await done_at(storage)
    await tidied(storage, LATER + DAY)
    assert LATER.timestamp() * 1000 == await done_at(storage), "it stays so"


async def test_what_nobody_is_owed_is_done_at_once(storage: Storage) -> None:
    """A release without an audience is no work for ever."""
    await owed(storage, 0)
    await tidied(storage)

    assert await done_at(storage) is not None


async def test_what_is_long_done_becomes_counters(storage: Storage) -> None:
    """Its rows go, piece by piece, after the days in which corrections may need them."""
    await owed(storage, 5)
    await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage))
    await tidied(storage)
    assert 1 == await tidied(storage, NOON + KEPT - MS)
    assert 5 == len(await states(storage))
    assert await storage.outbox.tidy(NOON + KEPT)
    assert 3 == len(await states(storage))
    await tidied(storage, NOON + KEPT)

    assert [] == await states(storage)
    assert [(1, 5, 5)] == await query(storage, "SELECT folded, total, sent FROM announcements")
    assert Outbox(sent=5) == await storage.outbox.totals()
    assert 1 == await tidied(storage, NOON + KEPT), "and then there is nothing more to do"


async def test_other_announcements_keep_their_rows(storage: Storage) -> None:
    """What is not done stays, however old; what is done later goes later."""
    await owed(storage, 3)
    await announced(storage, "two")
    await fan_out(storage)
    await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage, 3))
    await tidied(storage)
    await tidied(storage, NOON + KEPT)

    assert [State.WAITING] * 3 == await states(storage)
    await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage, now=LATER))
    await tidied(storage, NOON + KEPT)
    assert [State.SENT] * 3 == await states(storage)


async def test_a_draft_is_kept_for_a_day(storage: Storage) -> None:
    """After that its buttons do nothing; what was confirmed stays."""
    for number in (1, 2):
        await storage.statements.draft(chat(number), RichText("Hear!"), DAY, "en", NOON)
    await storage.statements.send(2, chat(2), NOON)
    await tidied(storage, NOON + DRAFTS_KEPT - MS)
    assert await storage.statements.find(1, chat(1)) is not None
    await tidied(storage, NOON + DRAFTS_KEPT)

    assert await storage.statements.find(1, chat(1)) is None
    assert await storage.statements.find(2, chat(2)) is not None
