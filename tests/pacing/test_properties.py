"""Whatever is asked, refused and given up, in any order: the promises of a budget."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacing import Budget, Rate
from bot.pacing.budget import FREE, LATE_SECONDS, LATE_SECONDS_WINDOW
from storage.model import Address, Lane
from tests.pacing.stage import PUSHED, chat, now, windows
from tests.virtual import run_virtually, this_loop

SLACK = 1e-6


@dataclass(frozen=True)
class Want:
    """After a `pause` somebody wants a turn, and gives up after `patience`; the send takes
    `seconds` and is refused for `refused` more, where that is not 0. The loop may `stall` before.
    """

    pause: float
    lane: Lane
    chat: str
    patience: float
    seconds: float
    refused: float
    stall: float


@dataclass(frozen=True)
class Granted:
    at: float
    rate: float
    lane: Lane
    chat: str
    came: int


wants = st.builds(
    Want,
    pause=st.sampled_from([0.0, 0.0, 0.01, 0.05, 0.3, 2.0]),
    lane=st.sampled_from(list(Lane)),
    chat=st.sampled_from(["1", "2", "3", "4", "-1", "-2"]),
    patience=st.sampled_from([0.0, 0.02, 0.5, math.inf, math.inf]),
    seconds=st.sampled_from([0.0, 0.05, 0.4]),
    refused=st.sampled_from([0.0] * 6 + [1.0, 3.0]),
    stall=st.sampled_from([0.0] * 8 + [0.003, 0.02, 0.2]),
)


class Trial:
    """A budget, those who want turns of it, and what came of it."""

    def __init__(self, rate: float) -> None:
        self.budget = Budget(Rate(rate, rate + 0.6), windows)
        self.granted: list[Granted] = []
        self.asked: list[tuple[float, float, str]] = []  # from, until, chat or "" for all

    async def run(self, wants: list[Want]) -> None:
        async with asyncio.timeout(3600), asyncio.TaskGroup() as tasks:
            for came, want in enumerate(wants):
                await asyncio.sleep(want.pause)
                this_loop().stall(want.stall)
                tasks.create_task(self._one(came, want))

    async def _one(self, came: int, want: Want) -> None:
        address = chat(want.chat)
        try:
            async with asyncio.timeout(None if math.isinf(want.patience) else want.patience) as t:
                async with self.budget.turn(want.lane, address):
                    t.reschedule(None)
                    rate = self.budget.rate.now
                    self.granted.append(Granted(now(), rate, want.lane, want.chat, came))
                    await asyncio.sleep(want.seconds)
                    if want.refused:
                        self._refuse(address, want.refused)
        except TimeoutError:
            pass

    def _refuse(self, address: Address, seconds: float) -> None:
        own = address.chat.startswith("-")
        everybody = self.budget.refused(address, seconds, own=own)
        self.asked.append((now(), now() + seconds, "" if everybody else address.chat))


@settings(max_examples=200, deadline=None)
@given(rate=st.sampled_from([2.0, 29.0, 100.0]), wants=st.lists(wants, max_size=60))
def test_promises(rate: float, wants: list[Want]) -> None:
    """Turns are spaced, none is inside a pause, chats keep their windows, order is kept, whoever
    is patient gets a turn, and nothing is left behind.
    """
    trial = Trial(rate)
    run_virtually(trial.run(wants))
    granted = trial.granted

    fastest = rate + 0.6
    late = LATE_SECONDS if rate <= FREE else 0.05
    assert all(b.at - a.at >= 1 / fastest - late - SLACK for a, b in pairwise(granted))
    if rate <= FREE:
        row = zip(granted, granted[FREE:], strict=False)
        assert all(b.at - a.at >= FREE / fastest - LATE_SECONDS_WINDOW - SLACK for a, b in row)
    for begin, end, name in trial.asked:
        inside = [g for g in granted if begin < g.at < end and name in ("", g.chat)]
        assert [] == inside
    for name in {g.chat for g in granted}:
        check_chat(name, [g for g in granted if g.chat == name])
    patient = {n for n, want in enumerate(wants) if math.isinf(want.patience)}
    assert patient <= {g.came for g in granted}
    assert (0, 0) == (trial.budget.in_flight, len(trial.budget._line))


def check_chat(name: str, granted: list[Granted]) -> None:
    """Its windows, and the order of coming in each of its two queues."""
    for n, one in enumerate(granted):
        for most, seconds in windows(chat(name), one.lane):
            if n >= most:
                assert one.at - granted[n - most].at >= seconds - SLACK
    for answers in (True, False):
        came = [g.came for g in granted if (g.lane is Lane.ANSWER) == answers]
        assert sorted(came) == came


@settings(max_examples=100, deadline=None)
@given(
    lanes=st.lists(st.sampled_from(list(Lane)), min_size=1, max_size=40),
    given_up=st.sets(st.integers(0, 39)),
)
def test_order_of_strangers(lanes: list[Lane], given_up: set[int]) -> None:
    """All of other chats, and all at once: each queue in its order, and no turn is lost."""

    async def run() -> list[tuple[float, int]]:
        budget, taken = Budget(Rate(10.0), windows), []

        async def take(came: int) -> None:
            async with budget.turn(lanes[came], chat(came)):
                taken.append((now(), came))

        tasks = [asyncio.create_task(take(came)) for came in range(len(lanes))]
        await asyncio.sleep(0.01)
        for n in given_up - {0}:
            if n < len(tasks):
                tasks[n].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return taken

    taken = run_virtually(run())

    stayed = [n for n in range(len(lanes)) if n == 0 or n not in given_up]
    assert sorted(stayed) == sorted(n for _, n in taken)
    assert all(abs(b - a - 0.1) < SLACK for (a, _), (b, _) in pairwise(taken))
    for answers in (True, False):
        came = [n for _, n in taken if (lanes[n] is Lane.ANSWER) == answers]
        assert sorted(came) == came


def test_windows_are_meant() -> None:
    """The chats of these properties are limited at all."""
    assert PUSHED == windows(chat("1"), Lane.RELEASE)
