"""One chat's own limits, chats that are held, and what is remembered of them."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from bot.pacing import Budget, Rate
from bot.pacing.chats import ChatPace
from storage.model import Address, Lane
from tests.pacing.stage import chat, now, windows
from tests.virtual import this_loop, virtual

SLACK = 1e-6


async def times(budget: Budget, lane: Lane, address: Address, count: int) -> list[float]:
    """When so many for one chat got their turns, all of them asked for at once."""
    taken: list[float] = []

    async def take() -> None:
        async with budget.turn(lane, address):
            taken.append(now())

    await asyncio.gather(*(take() for _ in range(count)))
    return taken


@virtual
async def test_what_is_pushed_to_one_chat_is_kept_apart() -> None:
    """Those who wait for the same chat do not meet in it, however long they waited for turns."""
    budget = Budget(Rate(3.0), windows)
    crowd = [asyncio.create_task(times(budget, Lane.ANSWER, chat(n), 1)) for n in range(9)]
    taken = await times(budget, Lane.RELEASE, chat("a"), 6)
    await asyncio.gather(*crowd)

    assert all(b - a > 1.05 - SLACK for a, b in pairwise(taken))


@virtual
async def test_an_answer_in_three_parts_goes_at_once() -> None:
    """A short burst is tolerated, then it is one a second."""
    taken = await times(Budget(Rate(1000.0), windows), Lane.ANSWER, chat("a"), 9)

    assert taken[2] - taken[0] < 0.01
    assert all(b - a > 3.15 - SLACK for a, b in zip(taken, taken[3:], strict=False))
    assert taken[-1] - taken[0] < 6.4


@virtual
async def test_a_group_gets_nineteen_a_minute() -> None:
    """Answers and deliveries together, and all topics of it."""
    budget = Budget(Rate(29.0), windows)
    both = await asyncio.gather(
        times(budget, Lane.ANSWER, Address("fake", "-1"), 30),
        times(budget, Lane.RELEASE, Address("fake", "-1", "topic"), 30),
    )
    taken = sorted(both[0] + both[1])

    assert all(b - a > 1.05 - SLACK for a, b in pairwise(taken))
    assert all(b - a > 60.5 - SLACK for a, b in zip(taken, taken[19:], strict=False))


@virtual
async def test_answers_count_what_was_pushed() -> None:
    """The burst that answers may have is less by what a chat was sent besides."""
    budget = Budget(Rate(1000.0), windows)
    await times(budget, Lane.RELEASE, chat("a"), 1)
    began = now()
    await asyncio.sleep(2)
    await times(budget, Lane.RELEASE, chat("a"), 1)
    taken = await times(budget, Lane.ANSWER, chat("a"), 2)

    assert [2, 3.15] == pytest.approx([at - began for at in taken], abs=0.01)


@virtual
async def test_rest_tells_how_long() -> None:
    """What the courier asks before it waits: a chat's rest, by what is to be sent."""
    budget = Budget(Rate(1000.0), windows)
    assert 0 == budget.rest(Lane.RELEASE, chat("a"))
    await times(budget, Lane.ANSWER, chat("a"), 1)
    assert 1.05 == pytest.approx(budget.rest(Lane.RELEASE, chat("a")))
    assert 0 == budget.rest(Lane.ANSWER, chat("a"))
    assert 0 == budget.rest(Lane.RELEASE, chat("b"))


@virtual
async def test_no_answer_goes_to_a_chat_that_is_held() -> None:
    """Until each hold is let go of; deliveries and other chats go on."""
    budget = Budget(Rate(1000.0), exclusive=True)
    assert budget.hold(chat("a"))
    assert budget.hold(chat("a"))
    answer = asyncio.create_task(times(budget, Lane.ANSWER, chat("a"), 1))
    await times(budget, Lane.RELEASE, chat("a"), 1)
    await times(budget, Lane.ANSWER, chat("b"), 1)
    await asyncio.sleep(5)
    budget.let_go(chat("a"))
    await asyncio.sleep(5)
    assert not answer.done()
    budget.let_go(chat("a"))
    let_go = now()

    assert [let_go] == await answer


@virtual
async def test_no_hold_while_an_answer_is_on_its_way() -> None:
    """Neither while one of several is, nor for a minute after one was lost."""
    budget = Budget(Rate(1000.0), exclusive=True)
    async with budget.turn(Lane.ANSWER, chat("a")):
        await times(budget, Lane.ANSWER, chat("a"), 1)
        assert not budget.hold(chat("a"))
        assert budget.hold(chat("b"))
    assert budget.hold(chat("a"))
    budget.let_go(chat("a"))
    with pytest.raises(TimeoutError):
        async with budget.turn(Lane.ANSWER, chat("a")):
            raise TimeoutError
    assert not budget.hold(chat("a"))
    await asyncio.sleep(60.1)
    assert budget.hold(chat("a"))


@virtual
async def test_who_was_called_before_a_hold_waits() -> None:
    """A hold between a call and the send: the answer stays, for it would be in the way."""
    budget = Budget(Rate(10.0), exclusive=True)
    await times(budget, Lane.RELEASE, chat("a"), 1)
    answer = asyncio.create_task(times(budget, Lane.ANSWER, chat("a"), 1))
    await asyncio.sleep(0.01)
    # In the same moment, and behind the call.
    assert budget._timer is not None
    this_loop().call_at(budget._timer.when(), budget.hold, chat("a"))
    await asyncio.sleep(1)
    assert not answer.done()
    budget.let_go(chat("a"))
    await answer


def test_memory_is_bounded() -> None:
    """At a thousand a second, each to another chat, those of some seconds are remembered."""
    pace = ChatPace(windows)
    most = 0
    for n in range(300_000):
        pace.sent(chat(n), n / 1000)
        most = max(most, len(pace._chats))
    assert most <= 2 * 3150 + 1


def test_what_counts_is_not_forgotten() -> None:
    """Chats that are frozen, held, or answered stay, however many others come."""
    pace = ChatPace(windows)
    pace.freeze(chat("frozen"), 1e6, 0)
    assert pace.hold(chat("held"), 0)
    pace.answering(chat("answered"), 0)
    for n in range(19):
        pace.sent(chat("-1"), n * 2)
    for n in range(20_000):
        pace.sent(chat(n), 38 + n / 1000)

    assert pace.pause(chat("frozen"), Lane.RELEASE, 60) > 0
    assert pace.pause(chat("held"), Lane.ANSWER, 60) > 0
    assert not pace.hold(chat("answered"), 60)
    assert 0.5 == pytest.approx(pace.pause(chat("-1"), Lane.RELEASE, 60))
