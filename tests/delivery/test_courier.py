"""The courier: each subscriber once, in order, whatever the platform does."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.chat import Gone, Later, Moved, Stop, Unknown
from bot.delivery import outcomes
from storage import DatabaseError, Storage
from storage.model import Address, Fate, Lane, Outbox
from tests.delivery import stage
from tests.delivery.stage import clock, courier, published, settled, subscribed
from tests.fakes.platform import FakePlatform
from tests.fakes.releases import ARCHIVE, draft


async def test_each_subscriber_gets_each_release_once_and_in_order(storage: Storage) -> None:
    """Three chats, two releases: six messages, the older first in every chat."""
    platform = FakePlatform()
    await subscribed(storage, "a", "b", "c")
    await published(storage, 1, 2)
    async with courier(storage, platform):
        await platform.until(lambda: len(platform.arrived) == 6)
        totals = await settled(storage)

    assert Outbox(waiting=0, sent=6, failed=0, unknown=0) == totals
    for chat in "abc":
        texts = [m.text.text for c, m in platform.arrived if c == chat]
        assert ["number 1" in texts[0], "number 2" in texts[1]] == [True, True]


async def test_a_message_that_must_wait_is_sent_later(storage: Storage) -> None:
    """Later postpones one delivery; it arrives all the same."""
    platform = FakePlatform()
    platform.failures.append(Later("too many requests", seconds=0.1))
    await subscribed(storage, "a")
    await published(storage, 1)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (totals.sent, platform.chats) == (1, ["a"])


async def test_nothing_leaves_inside_a_freeze_of_the_platform(storage: Storage) -> None:
    """A wait for the whole platform holds back everybody's messages."""
    platform = FakePlatform(rate=29)
    times: list[float] = []
    loop = asyncio.get_running_loop()
    platform.on_send = lambda: times.append(loop.time())
    platform.failures.append(Later("too many requests", seconds=1.0, scope="platform"))
    await subscribed(storage, *"abcdefghij")
    await published(storage, 1)
    async with courier(storage, platform):
        await settled(storage)

    in_flight_then = [t for t in times if t - times[0] < 0.2]
    assert not [t for t in times if 0.2 <= t - times[0] < 1.0]
    assert len(in_flight_then) <= 8


async def test_someone_who_is_gone_is_not_tried_again(storage: Storage) -> None:
    """Said twice, it fails that delivery; one day of it ends no subscription."""
    platform = FakePlatform()
    platform.failures.extend([Gone("blocked"), Gone("blocked")])
    await subscribed(storage, "a")
    await published(storage, 1)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (totals.failed, await storage.subscribers.counts()) == (1, {"fake": 1})


async def test_a_chat_that_moved_is_followed(storage: Storage) -> None:
    """The message goes to the new address, and so does everything after."""
    platform = FakePlatform()
    platform.failures.append(Moved("upgraded", Address("fake", "new")))
    await subscribed(storage, "old")
    await published(storage, 1)
    async with courier(storage, platform):
        await settled(storage)

    assert ["new"] == platform.chats
    assert await storage.subscribers.find(Address("fake", "old")) is None


async def test_what_may_have_arrived_is_sent_again(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the platform cannot say, twice is better than never."""
    monkeypatch.setattr("bot.delivery.outcomes.DOUBT_WAIT", 0.05)
    platform = FakePlatform()
    platform.failures.append(Unknown("timed out"))
    await subscribed(storage, "a")
    await published(storage, 1)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert totals.sent == 1


async def test_an_unexpected_error_does_not_stop_the_lane(storage: Storage) -> None:
    """One delivery that breaks is postponed; the others arrive."""
    platform = FakePlatform()
    platform.failures.append(RuntimeError("a bug"))
    await subscribed(storage, "a", "b")
    await published(storage, 1)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (totals.sent, sorted(platform.chats)) == (2, ["a", "b"])


async def test_a_refused_platform_ends_the_courier_and_keeps_what_is_owed(
    storage: Storage,
) -> None:
    """Stop is raised to the app; the delivery still waits for better days."""
    platform = FakePlatform()
    platform.failures.append(Stop("token refused"))
    await subscribed(storage, "a")
    await published(storage, 1)
    stopping = asyncio.Event()
    made = stage.made(storage, platform, stopping)

    with pytest.raises(Stop):
        await asyncio.wait_for(made.run(), 10)

    assert (await storage.outbox.totals()).waiting == 1


async def test_stopping_waits_for_what_is_in_flight(storage: Storage) -> None:
    """A send under way is awaited and recorded, so that it is not sent again."""
    platform = FakePlatform()
    platform.gate.clear()
    await subscribed(storage, "a")
    await published(storage, 1)
    stopping = asyncio.Event()
    made = stage.made(storage, platform, stopping)
    task = asyncio.create_task(made.run())
    await platform.until(lambda: platform.started == 1)
    stopping.set()
    asyncio.get_running_loop().call_later(0.1, platform.gate.set)
    await asyncio.wait_for(task, 10)

    assert (await storage.outbox.totals()).sent == 1


async def test_what_a_dead_run_left_open_is_taken_up(storage: Storage) -> None:
    """An intent of an earlier run, with no result, is sent by the next."""
    platform = FakePlatform()
    await subscribed(storage, "a")
    await published(storage, 1)
    dead = await storage.facts.next_epoch()
    assert len(await storage.outbox.claim("fake", dead, [Lane.RELEASE], 10, clock())) == 1
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (totals.sent, platform.chats) == (1, ["a"])


async def test_nothing_is_sent_to_somebody_who_left(storage: Storage) -> None:
    """Whoever unsubscribes while a push waits gets nothing of it, not after coming back either."""
    platform = FakePlatform()
    platform.failures.append(Later("wait", seconds=0.3))
    await subscribed(storage, "a")
    await published(storage, 1)
    async with courier(storage, platform):
        await platform.until(lambda: platform.started == 1)
        await storage.subscribers.unsubscribe(Address("fake", "a"))
        await settled(storage)
        await storage.subscribers.subscribe(Address("fake", "a"))
        await published(storage, 2)
        await platform.until(lambda: len(platform.arrived) == 1)

    assert ["number 2" in m.text.text for _, m in platform.arrived] == [True]


async def test_a_week_is_counted_without_the_time_herald_was_down(storage: Storage) -> None:
    """An old delivery is not given up because nobody was there to try it."""
    began = clock() - timedelta(days=30)
    await subscribed(storage, "a")
    await storage.keep(ARCHIVE, [(draft(1), Fate.ANNOUNCE)], began)
    while await storage.outbox.fan_out():
        pass
    await storage.facts.alive(began)
    await storage.facts.alive(clock())
    platform = FakePlatform()
    platform.failures.append(Later("wait", seconds=0.05))
    async with courier(storage, platform):
        totals = await settled(storage)

    assert totals.sent == 1


async def test_a_stop_while_the_database_is_busy_forgets_no_result(storage: Storage) -> None:
    """What arrived just before the stop is recorded, though somebody else is writing then."""
    platform = FakePlatform()
    await subscribed(storage, "a")
    await published(storage, 1)
    stopping = asyncio.Event()
    made = stage.made(storage, platform, stopping)
    task = asyncio.create_task(made.run())
    writing = asyncio.create_task(hold_the_writer(storage, platform))
    await platform.until(lambda: len(platform.arrived) == 1)
    stopping.set()
    made.wake.set()
    await asyncio.wait_for(task, 10)
    await writing

    assert Outbox(sent=1) == await storage.outbox.totals()


async def hold_the_writer(storage: Storage, platform: FakePlatform) -> None:
    """From the moment a send begins, write for longer than results are gathered."""
    await platform.until(lambda: platform.started == 1)
    async with storage.database.write():
        await platform.until(lambda: len(platform.arrived) == 1)
        await asyncio.sleep(0.3)


async def test_what_arrived_is_never_sent_again_for_a_note_that_failed(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a long outage the note about it fails at first; the message counts as arrived."""
    noon = clock()
    platform = FakePlatform()
    platform.failures.append(Later("down", seconds=0.05, scope="platform"))
    await subscribed(storage, "a")
    await published(storage, 1)
    wrote = storage.facts.platform_was_down
    failures = [DatabaseError("locked")]

    async def flaky(name: str, began: datetime, ended: datetime) -> None:
        if failures:
            raise failures.pop()
        await wrote(name, began, ended)

    monkeypatch.setattr(storage.facts, "platform_was_down", flaky)
    monkeypatch.setattr("bot.delivery.courier.RETRY_SECONDS", 0.05)
    hours = iter(range(10_000))
    async with courier(storage, platform, now=lambda: noon + timedelta(minutes=next(hours))):
        totals = await settled(storage)
        async with asyncio.timeout(10):
            while not await storage.facts.downtime(noon, noon + timedelta(days=30), "fake"):
                await asyncio.sleep(0.01)

    assert (totals.sent, platform.chats) == (1, ["a"])


async def test_one_address_that_cannot_be_opened_holds_up_nobody(storage: Storage) -> None:
    """A broken row is a failure of its own; the four others get their message."""
    platform = FakePlatform()
    await subscribed(storage, *"abcde")
    await published(storage, 1)
    async with storage.database.write() as tx:
        await tx.run("UPDATE subscribers SET address = x'00' WHERE id = 3")
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (totals.sent, totals.failed) == (4, 1)


async def test_a_courier_that_died_takes_up_its_own_claims(storage: Storage) -> None:
    """Started again in the same process, it sends what it had claimed and not settled."""
    platform = FakePlatform()
    await subscribed(storage, "a")
    await published(storage, 1)
    stopping = asyncio.Event()
    made = stage.made(storage, platform, stopping)
    platform.gate.clear()
    task = asyncio.create_task(made.run())
    await platform.until(lambda: platform.started == 1)
    for sending in made._sending:
        sending.cancel()
    task.cancel()
    await asyncio.wait((task,), timeout=10)
    platform.gate.set()
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (totals.sent, platform.chats) == (1, ["a"])


async def test_a_clock_that_is_set_back_delays_nothing(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was due in a moment is due now, though the clock says: in two days."""
    platform = FakePlatform()
    platform.failures.append(Later("wait", seconds=0.5))
    await subscribed(storage, "a")
    await published(storage, 1)
    back = timedelta()
    async with courier(storage, platform, now=lambda: clock() - back):
        await platform.until(lambda: platform.started == 1)
        back = timedelta(days=2)
        totals = await settled(storage)

    assert totals.sent == 1


async def test_what_was_not_tried_is_no_attempt(storage: Storage) -> None:
    """Giving a claim back for the pace's sake does not make the next pause longer."""
    await subscribed(storage, "a")
    await published(storage, 1)
    [claimed] = await storage.outbox.claim("fake", 1, [Lane.RELEASE], 10, clock())
    await storage.outbox.record([outcomes.not_tried(claimed, clock())])
    [again] = await storage.outbox.claim("fake", 1, [Lane.RELEASE], 10, clock())

    assert again.attempts == 0
