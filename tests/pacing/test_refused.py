"""Pauses that the platform asks for: nothing goes out inside one, and nobody else waits."""

from __future__ import annotations

import asyncio

import pytest

from bot.pacing import Budget, Rate
from storage.model import Lane
from tests.fakes.botapi.limits import Bucket, Limit, Sliding
from tests.pacing.stage import Server, a_second, chat, now, push, sent, windows
from tests.virtual import this_loop, virtual


def one_a_second(name: str) -> list[Limit]:
    """A chat's own limit: one a second, three at once after a rest; a group's 20 a minute, too."""
    minute: list[Limit] = [Sliding(20, 60)] if name.startswith("-") else []
    return [Bucket(1, 3), *minute]


async def refuse(budget: Budget, name: str, seconds: float, *, own: bool = False) -> bool:
    """Send there and be refused; whether everybody has to pause."""
    async with budget.turn(Lane.RELEASE, chat(name)):
        return budget.refused(chat(name), seconds, own=own)


async def granted(budget: Budget, name: str, lane: Lane = Lane.RELEASE) -> float:
    """When this chat got its turn."""
    async with budget.turn(lane, chat(name)):
        return now()


@virtual
async def test_nothing_goes_out_inside_a_pause() -> None:
    """Neither who comes then, nor who waited before it began; and it ends by itself."""
    budget = Budget(Rate(10.0), windows)
    async with budget.turn(Lane.RELEASE, chat("refused")):
        waiting = [asyncio.create_task(granted(budget, str(n))) for n in range(5)]
        await asyncio.sleep(0.15)
        assert budget.refused(chat("refused"), 3, own=False)
    began = now()
    assert budget.frozen
    assert 3.0 < budget.ahead() < 3.1
    waiting.append(asyncio.create_task(granted(budget, "answer", Lane.ANSWER)))
    times = await asyncio.gather(*waiting)

    assert [1, 5] == [sum(at < began for at in times), sum(at >= began + 3 for at in times)]
    assert not budget.frozen
    assert max(times) < began + 3.1 + 5 * 0.1


@virtual
async def test_who_was_called_a_moment_ago_waits_too() -> None:
    """A pause that is asked for between a call and what comes of it is kept, and costs no place."""
    budget = Budget(Rate(10.0))
    began = await granted(budget, "first")
    second = asyncio.create_task(granted(budget, "second"))
    third = asyncio.create_task(granted(budget, "third"))
    await asyncio.sleep(0)
    # In the same moment, and behind the call.
    assert budget._timer is not None
    this_loop().call_at(budget._timer.when(), budget.freeze, 5)

    assert [5.1, 5.2] == pytest.approx([await second - began, await third - began])


@virtual
async def test_a_pause_is_not_shortened_by_another() -> None:
    """The longest that was asked for counts."""
    budget, began = Budget(Rate(10.0)), now()
    budget.freeze(8)
    budget.freeze(1)
    await refuse(budget, "a", 2)

    assert now() >= began + 8


@virtual
async def test_a_hot_chat_holds_up_nobody_else() -> None:
    """A group that is refused rests alone, also from what waited for it; others do not notice."""
    budget = Budget(Rate(20.0), windows)
    assert not await refuse(budget, "-1", 30, own=True)
    began = now()
    hot = asyncio.create_task(granted(budget, "-1"))
    waited = []
    for n in range(40):
        await asyncio.sleep(0.04 + 0.02 * (n % 3))  # with and without a turn that is free
        asked = now()
        waited.append(await granted(budget, str(n)) - asked)

    assert max(waited) < 0.05
    assert not hot.done()
    assert 29.8 < await hot - began < 31
    assert 0 == budget.rest(Lane.RELEASE, chat("-2"))


@virtual
async def test_a_chat_that_got_two_so_fast_is_meant_itself() -> None:
    """Who is refused 1.1 s after another message is refused for himself, though not a group."""
    budget = Budget(Rate(20.0), windows)
    await granted(budget, "a", Lane.ANSWER)
    async with budget.turn(Lane.ANSWER, chat("a")):
        assert not budget.refused(chat("a"), 5, own=False)
    assert not budget.frozen
    assert 4.9 < budget.rest(Lane.ANSWER, chat("a")) < 5.1


@virtual
async def test_three_chats_at_once_mean_everybody() -> None:
    """Groups that are refused in the same moment are not refused each for itself."""
    budget = Budget(Rate(20.0), windows)
    assert [False, False, True] == [
        await refuse(budget, name, 5, own=True) for name in ("-1", "-2", "-3")
    ]
    assert budget.frozen


@virtual
async def test_three_chats_one_after_the_other_do_not() -> None:
    """Neither do three refusals of one, nor those of several over a minute."""
    budget = Budget(Rate(20.0), windows)
    for _ in range(4):
        assert not await refuse(budget, "-1", 0.1, own=True)
    for name in ("-2", "-3", "-4"):
        await asyncio.sleep(2)
        assert not await refuse(budget, name, 1, own=True)
    assert not budget.frozen


@virtual
async def test_groups_and_people_keep_their_own_limits() -> None:
    """With the windows of Telegram no chat is ever refused, while some get all that they can."""
    budget, server = Budget(Rate(29.0), windows), Server(of_chat=one_a_second)
    until = now() + 300

    async def busy(name: str, lane: Lane) -> None:
        while now() < until:
            await sent(budget, server, lane, chat(name), own=name.startswith("-"))

    chats = [("-1", Lane.ANSWER), ("-2", Lane.RELEASE), ("1", Lane.ANSWER), ("2", Lane.RELEASE)]
    async with asyncio.TaskGroup() as tasks:
        for name, lane in chats * 2:  # two who write to one chat are kept apart, too
            tasks.create_task(busy(name, lane))

    assert [] == server.refused
    counts = [sum(1 for _, to in server.left if to == name) for name, _ in chats]
    assert [95, 95, 286, 286] == pytest.approx(counts, rel=0.03)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("seconds", [30, 120])
def test_a_storm_uses_what_it_permits(share: float, seconds: float) -> None:
    """One message in so many is refused, each time with a second's pause for all: in between it
    goes on at the full rate, and nothing is sent inside a pause.
    """

    @virtual
    async def run() -> None:
        budget, server = Budget(Rate(29.0, 29.6)), Server()
        await push(budget, server, 60)
        began, server.at_random = now(), share
        times = await push(budget, server, seconds)
        used = a_second(times, server.permitted(began, began + seconds))

        assert used > 0.95 * 29.0
        assert [] == server.inside_a_pause()
        server.at_random = 0
        await push(budget, server, 5)
        assert budget.rate.now >= 28.8

    run()


@virtual
async def test_a_long_pause_for_all() -> None:
    """Half a minute is kept, and the full rate is there at its end."""
    budget, server = Budget(Rate(29.0, 29.6)), Server()
    await push(budget, server, 60)
    server.pause, server.at_random = 30, 1
    began = now()
    await sent(budget, server, Lane.RELEASE, chat("x"))
    server.at_random = 0
    await push(budget, server, 1, senders=20)
    assert 30 < server.left[-1][0] - began < 31.5
    times = await push(budget, server, 5)

    assert a_second(times, 5) > 28.5
    assert [] == server.inside_a_pause()


@virtual
async def test_a_limit_below_ours_is_learned() -> None:
    """A bot that may send less soon does, is hardly ever refused, and loses little by it."""
    budget, server = Budget(Rate(29.0, 29.6)), Server([Bucket(17, 30)], uneven=0.01)
    await push(budget, server, 300)
    learned = server.pauses()
    times = await push(budget, server, 900)

    assert a_second(times, 900) > 0.95 * 17
    assert learned <= 20
    assert server.pauses() - learned <= 4
    assert [] == server.inside_a_pause()
