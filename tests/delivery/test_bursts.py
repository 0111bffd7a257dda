"""Many are refused at once: false ones cost nobody a message, true ones hold nobody up for long."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat import Gone, Later, NoRights, SendError
from bot.delivery.courier import Courier
from bot.waiting import loop_seconds
from storage.model import Outbox
from tests.delivery.stage import courier, published, subscribed
from tests.delivery.weather import Rule, Weather, all_well, heartbeat, housed, waited
from tests.virtual import clock, virtual

BURST = timedelta(minutes=20)  # as the hours that are watched for it, in little
MINUTE = 60.0


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.refusals.BURST", BURST)


def gone(share: int, error: type[SendError] = Gone) -> Rule:
    """So many of a hundred are refused, here and there."""
    return lambda chat: error("no") if int(chat) * 37 % 100 < share else None


class Watch:
    """How often, and for how long, a courier was paused."""

    def __init__(self, working: Courier) -> None:
        self._working = working
        self.times = 0
        self.seconds = 0.0
        self.task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        before = False
        while True:
            self.times += self._working.paused and not before
            self.seconds += 0.02 * self._working.paused
            before = self._working.paused
            await asyncio.sleep(0.02)


@virtual
async def test_a_quarter_that_is_falsely_refused_loses_nothing(tmp_path: Path) -> None:
    """Everybody else is told soon, they when it is over, and admins hear of it once."""
    platform = Weather(gone(25))
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(400)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock) as working:
            watch = Watch(working)
            took = await waited(storage, 100, 600)
            watch.task.cancel()
            assert took < 180
            await asyncio.sleep(15 * MINUTE)
            assert Outbox(waiting=100, sent=300, failed=0, unknown=0) == (
                await storage.outbox.totals()
            )
            platform.rule = all_well
            await waited(storage, 0, 660)
            assert Outbox(waiting=0, sent=400, failed=0, unknown=0) == (
                await storage.outbox.totals()
            )

    assert (1, 1) == (platform.said("I have paused"), platform.said("gone on"))
    assert watch.seconds >= 30 * watch.times


@virtual
async def test_many_who_are_really_gone_hold_up_nobody_for_long(tmp_path: Path) -> None:
    """Eight of a hundred: one pause, the others are told at once, the gone are settled some
    hours later, without an admin.
    """
    platform = Weather(gone(8))
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(500)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock) as working:
            watch = Watch(working)
            took = await waited(storage, 40, 600)
            watch.task.cancel()
            assert took < 80
            await waited(storage, 0, BURST.total_seconds() + 11 * MINUTE)
            assert Outbox(waiting=0, sent=460, failed=40, unknown=0) == (
                await storage.outbox.totals()
            )
            assert not working.paused

    assert watch.seconds < 45
    assert (1, 1) == (platform.said("I have paused"), platform.said("gone on"))


@virtual
async def test_only_a_try_ends_a_pause(tmp_path: Path) -> None:
    """What was under way when it began, and arrives then, is no sign that it is over."""
    platform = Weather(gone(50))
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(100)))
        for chat in range(100):
            if platform.rule(str(chat)) is None:
                platform.seconds[str(chat)] = 1.0  # on their way when the tenth is refused
        await published(storage, 1, now=clock())
        async with courier(storage, platform, now=clock) as working:
            while not working.paused:
                await asyncio.sleep(0.01)
            began = loop_seconds()
            while working.paused:
                await asyncio.sleep(0.01)

    assert loop_seconds() - began >= 30


@virtual
@pytest.mark.parametrize("error", [Gone, NoRights])
async def test_a_burst_is_known_after_a_restart(tmp_path: Path, error: type[SendError]) -> None:
    """Whoever was refused before is not given up by the next run, nor is the push paused anew."""
    platform = Weather(gone(8, error))
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(500)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage):
            async with courier(storage, platform, now=clock):
                await waited(storage, 40, 600)
            again = Weather(gone(8, error))
            async with courier(storage, again, now=clock):
                await asyncio.sleep(15 * MINUTE)
                totals = await storage.outbox.totals()

    assert Outbox(waiting=40, sent=460, failed=0, unknown=0) == totals
    assert 0 == again.said("I have paused")


@virtual
async def test_a_slow_burst_fails_nobody_before_it_is_seen(tmp_path: Path) -> None:
    """Six of a hundred are falsely refused from some moment on: none of the first of them is given
    up before there are enough to see it.
    """
    platform = Weather()
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(600)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            while len(platform.arrived) < 250:
                await asyncio.sleep(0.1)
            platform.rule = gone(7)
            await waited(storage, 30, 600)
            await asyncio.sleep(10 * MINUTE)
            platform.rule = all_well
            await waited(storage, 0, 660)
            totals = await storage.outbox.totals()

    assert Outbox(waiting=0, sent=600, failed=0, unknown=0) == totals


@virtual
async def test_a_false_burst_unsubscribes_nobody(tmp_path: Path) -> None:
    """Three releases on three days, each in a burst that refuses all: afterwards all are told."""
    platform, days = Weather(gone(100)), 0
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(15)))
        async with courier(storage, platform, now=lambda: clock() + timedelta(days=days)):
            for number in (1, 2, 3):
                await published(storage, number, now=clock() + timedelta(days=days))
                await asyncio.sleep(25 * MINUTE)
                days += 1
            platform.rule = all_well
            await waited(storage, 0, 1200)
            totals = await storage.outbox.totals()
        counts = await storage.subscribers.counts()

    assert Outbox(waiting=0, sent=45, failed=0, unknown=0) == totals
    assert {"fake": 15} == counts


@virtual
async def test_one_odd_chat_is_no_burst(tmp_path: Path) -> None:
    """Refused again and again for a reason nobody knows: that is one person, however often."""
    platform = Weather(lambda chat: Later("odd") if chat == "1" else None)
    async with housed(tmp_path) as storage:
        await subscribed(storage, "1", "2")
        await published(storage, 1, now=clock())
        async with courier(storage, platform, now=clock) as working:
            while platform.count("1") < 15:
                await asyncio.sleep(10)
            assert not working.paused

    assert 0 == platform.said("I have paused")


@virtual
async def test_an_admins_word_is_no_sign_that_the_platform_takes_messages(tmp_path: Path) -> None:
    """Who says that they are really gone hears nothing untrue; the pause can be seen meanwhile."""
    platform = Weather(gone(100))
    async with housed(tmp_path) as storage:
        await storage.platforms.begin([platform.name], "it has not begun yet", clock())
        await subscribed(storage, *map(str, range(40)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            await asyncio.sleep(20)
            (rests,) = await storage.platforms.all()
            (running,) = await storage.outbox.running()
            await storage.outbox.vouch(running.announcement)
            await waited(storage, 0, 600)
            await asyncio.sleep(60)
            (goes,) = await storage.platforms.all()
            totals = await storage.outbox.totals()

    assert rests.paused is not None
    assert goes.paused is None
    assert Outbox(waiting=0, sent=0, failed=40, unknown=0) == totals
    assert (1, 0) == (platform.said("I have paused"), platform.said("gone on"))
    assert 1 == platform.said("I was sending")


@virtual
async def test_a_refusal_for_an_unknown_reason_is_no_word_that_somebody_is_gone(
    tmp_path: Path,
) -> None:
    """That they are gone has to be said twice, whatever else was said before."""
    ends = [Later("odd"), Gone("no")]
    platform = Weather(lambda chat: ends.pop(0) if chat == "1" and ends else None)
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(5)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            await waited(storage, 0, 3600)
            totals = await storage.outbox.totals()

    assert Outbox(waiting=0, sent=5, failed=0, unknown=0) == totals


@virtual
async def test_what_is_refused_again_and_again_holds_up_no_other_release(tmp_path: Path) -> None:
    """A hundred who are asked again wait behind the three hundred for whom there is something
    new; but not for ever.
    """
    platform = Weather(gone(25))
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(400)))
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            await waited(storage, 100, 600)
            await asyncio.sleep(60)
            platform.budget.freeze(700)
            await published(storage, 2, now=clock())
            await asyncio.sleep(700)
            before = len(platform.sends)
            await waited(storage, 200, 600)
            since = [send.end for send in platform.sends[before:]]

    good = [place for place, end in enumerate(since) if not end]
    again = sum(bool(end) for end in since[: good[299]])
    assert 1 <= again <= 60
