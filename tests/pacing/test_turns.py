"""Whose turn it is: answers first, a share for deliveries, and order for everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from bot.pacing import Budget, Rate
from storage.model import Address, Lane
from tests.pacing.stage import Server, chat, now, push, sent, windows
from tests.virtual import virtual

Turn = tuple[float, Lane, str]


class Turns:
    """Everybody who waits, and the turns in the order in which they came."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.taken: list[Turn] = []
        self.tasks: list[asyncio.Task[None]] = []

    def want(self, lane: Lane, names: Iterable[object]) -> list[asyncio.Task[None]]:
        wanted = [asyncio.create_task(self._take(lane, chat(name))) for name in names]
        self.tasks += wanted
        return wanted

    async def _take(self, lane: Lane, address: Address) -> None:
        async with self.budget.turn(lane, address):
            self.taken.append((now(), lane, address.chat))

    async def done(self) -> list[Turn]:
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return self.taken


@virtual
async def test_an_answer_waits_for_one_turn_at_most() -> None:
    """However many deliveries wait, the next turn is the answer's."""
    budget, server = Budget(Rate(29.0), windows), Server()
    pushing = asyncio.create_task(push(budget, server, 30, senders=60))
    await asyncio.sleep(1)
    waited = []
    for n in range(100):
        waited.append(await sent(budget, server, Lane.ANSWER, chat(f"asks {n}")))
        await asyncio.sleep(0.137)
    await pushing

    assert max(waited) < 1 / 29 + 1e-6


@virtual
async def test_deliveries_keep_a_fifth() -> None:
    """Answers without end leave one turn in five to what is pushed."""
    turns = Turns(Budget(Rate(20.0)))
    turns.want(Lane.ANSWER, range(80))
    turns.want(Lane.RELEASE, range(100, 120))
    lanes = [lane for _, lane, _ in await turns.done()]

    for first in range(0, 100, 5):
        assert 1 == lanes[first : first + 5].count(Lane.RELEASE)


@virtual
async def test_who_gives_up_takes_no_share() -> None:
    """Deliveries that come and give up do not use up what is left to those that stay."""
    turns = Turns(Budget(Rate(20.0)))
    turns.want(Lane.ANSWER, range(80))
    await asyncio.sleep(0.06)  # two have gone out, and one follows each 50 ms
    for n in range(4):
        impatient = turns.want(Lane.RELEASE, [f"impatient {n}"])
        await asyncio.sleep(0.02)
        impatient[0].cancel()
        await asyncio.sleep(0.03)
    turns.want(Lane.RELEASE, ["patient"])
    names = [name for _, _, name in await turns.done()]

    assert "patient" == names[6]


@virtual
async def test_one_after_the_other() -> None:
    """Of the same lane who came first goes first; of deliveries it does not matter which lane."""
    turns = Turns(Budget(Rate(100.0), windows))
    lanes = [Lane.RELEASE, Lane.STATEMENT, Lane.LATER]
    for n in range(60):
        turns.want(lanes[n % 3], [n])

    assert [str(n) for n in range(60)] == [name for _, _, name in await turns.done()]


@virtual
async def test_order_is_kept_within_a_chat() -> None:
    """Several for one chat, which has to rest in between, and for one with no limit at all."""
    for budget in (Budget(Rate(50.0), windows), Budget(Rate(50.0))):
        came: list[int] = []

        async def take(n: int, budget: Budget = budget, came: list[int] = came) -> None:
            async with budget.turn(Lane.RELEASE, chat("same")):
                came.append(n)

        await asyncio.gather(*(take(n) for n in range(20)))
        assert list(range(20)) == came


@virtual
async def test_who_rests_lets_others_go_first() -> None:
    """A chat that got something a moment ago takes up no turn of anybody's."""
    turns = Turns(Budget(Rate(50.0), windows))
    began = now()
    turns.want(Lane.RELEASE, ["a", "a", "a", *range(50)])
    taken = await turns.done()

    others = [at - began for at, _, name in taken if name != "a"]
    assert 51 / 50 == pytest.approx(max(others) + 1 / 50, abs=0.03)
    assert [0, 1.05, 2.1] == pytest.approx([at - began for at, _, n in taken if n == "a"], abs=0.03)


@virtual
async def test_who_gives_up_costs_nobody_a_turn() -> None:
    """Cancelled while it waits, at the head, in the middle or where a chat rests."""
    budget = Budget(Rate(10.0), windows)
    turns = Turns(budget)
    began = now()
    given_up = turns.want(Lane.ANSWER, ["first", "x", "y"])[1:]
    given_up += turns.want(Lane.RELEASE, ["a", "a", "b"])[1:]
    turns.want(Lane.RELEASE, range(10))
    await asyncio.sleep(0.05)
    for task in given_up:
        task.cancel()
    taken = await turns.done()

    assert ["first", "a", *(str(n) for n in range(10))] == [name for _, _, name in taken]
    gaps = [at - began - n / 10 for n, (at, _, _) in enumerate(taken)]
    assert 12 * [0] == pytest.approx(gaps, abs=1e-6)
    assert 0 == budget.in_flight
    async with budget.turn(Lane.RELEASE, chat("b")):  # it was never sent anything
        assert now() < began + 1.25


@virtual
async def test_a_turn_that_runs_out_of_time_leaves_nothing_behind() -> None:
    """Many wait and give up, again and again: whoever stays is served, at the full rate."""
    budget = Budget(Rate(10.0), windows)
    began = now()

    async def impatient(n: int) -> bool:
        try:
            async with asyncio.timeout(0.5), budget.turn(Lane.RELEASE, chat(n % 7)):
                return True
        except TimeoutError:
            return False

    for _ in range(20):
        await asyncio.gather(*(impatient(n) for n in range(30)))
    took = [now() - began]
    async with budget.turn(Lane.ANSWER, chat("patient")):
        assert now() - began - took[0] <= 0.1
    assert 0 == budget.in_flight


@virtual
async def test_what_is_under_way_is_counted() -> None:
    """From the turn to the end of the block, also where that raises or is cancelled."""
    budget = Budget(Rate(100.0))

    async def raising() -> None:
        async with budget.turn(Lane.RELEASE, chat("b")):
            raise KeyError

    async with budget.turn(Lane.RELEASE, chat("a")):
        assert 1 == budget.in_flight
        with pytest.raises(KeyError):
            await raising()
        assert 1 == budget.in_flight
        endless = asyncio.create_task(sent(budget, Server(slow=1e6), Lane.RELEASE, chat("c")))
        await asyncio.sleep(0.1)
        assert 2 == budget.in_flight
        endless.cancel()
        await asyncio.gather(endless, return_exceptions=True)
    assert 0 == budget.in_flight


@pytest.mark.parametrize(
    ("rate", "seconds", "most"),
    [(29.0, 0.1, 5), (29.0, 1.0, 44), (29.0, 9.0, 64), (1.0, 0.1, 2), (1000.0, 0.1, 150),
     (1000.0, 1.0, 256)],
)  # fmt: skip
def test_what_may_be_under_way_grows_with_the_latency(
    rate: float, seconds: float, most: int
) -> None:
    """Half as much again as the rate fills; from 2 to 64, or to 256 for who pays."""
    budget = Budget(Rate(rate))
    budget.rate._latency.most = seconds
    assert most == budget.most_in_flight


@virtual
async def test_every_turn_is_observed() -> None:
    """How long it waited and took, and how it ended."""
    seen: list[tuple[Lane, float, float, type[BaseException] | None]] = []
    budget = Budget(Rate(10.0))
    budget.observe = lambda lane, waited, took, end: seen.append(
        (lane, round(waited, 6), round(took, 6), type(end) if end else None)
    )
    async with budget.turn(Lane.ANSWER, chat("a")):
        await asyncio.sleep(0.03)
    with pytest.raises(KeyError):
        async with budget.turn(Lane.LATER, chat("b")):
            raise KeyError

    assert [(Lane.ANSWER, 0, 0.03, None), (Lane.LATER, 0.07, 0, KeyError)] == seen
