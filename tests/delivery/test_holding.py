"""What holds others up, and what does not: a refusal of one copy, results that cannot be kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.chat import Gone, Message, Refused, SendError, Sent, Unknown
from bot.delivery.courier import Courier
from bot.delivery.refusals import Refusals
from storage import DatabaseError, Storage
from storage.model import Address, Outbox
from storage.outbox import Result
from tests.delivery.stage import courier, published, settled, subscribed
from tests.delivery.weather import HOUR, Weather, heartbeat, housed, waited
from tests.fakes.platform import FakePlatform
from tests.virtual import clock, virtual

ADMIN = Address("fake", "admin")


class Choosy(FakePlatform):
    """Does not take what goes to this chat, whatever it says."""

    async def send(self, address: Address, message: Message, *, key: str) -> Sent:
        if address.chat == "a":
            raise Refused("a name in it was not accepted")
        return await super().send(address, message, key=key)


async def test_what_an_admin_has_got_is_not_refused_for_one_copy(storage: Storage) -> None:
    """The first subscriber's copy is refused after the admin's arrived: all others get theirs."""
    platform = Choosy(admins=[ADMIN])
    await subscribed(storage, *"abcdef")
    await published(storage, 1)
    async with courier(storage, platform):
        totals = await settled(storage)

    assert (5, 1) == (totals.sent, totals.failed)
    assert ["admin", *"bcdef"] == [platform.chats[0], *sorted(platform.chats[1:])]


@virtual
async def test_nothing_more_is_sent_while_results_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was claimed ahead goes out, then it waits; afterwards everybody gets it once."""
    platform = Weather(admins=())
    async with housed(tmp_path) as storage:
        await subscribed(storage, *map(str, range(100)))
        await published(storage, 1, now=clock())
        record, locked = storage.outbox.record, asyncio.Event()
        locked.set()

        async def failing(results: list[Result]) -> None:
            if locked.is_set():
                raise DatabaseError("locked")
            await record(results)

        monkeypatch.setattr(storage.outbox, "record", failing)
        async with heartbeat(storage), courier(storage, platform, now=clock):
            await asyncio.sleep(60)
            sent = len(platform.sends)
            locked.clear()
            await waited(storage, 0, 60)
            totals = await storage.outbox.totals()

    assert sent <= 12
    assert Outbox(waiting=0, sent=100, failed=0, unknown=0) == totals
    assert 1 == platform.most()


@virtual
async def test_a_push_is_not_through_while_something_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nothing more is due, how a slow send ends may still matter."""
    platform = Weather(admins=())
    platform.seconds["2"] = 20.0
    under_way: list[int] = []
    through = Refusals.through

    async with housed(tmp_path) as storage:
        await subscribed(storage, *"123")
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock) as working:

            def noted(refusals: Refusals) -> None:
                under_way.append(len(working._sending))
                through(refusals)

            monkeypatch.setattr(Refusals, "through", noted)
            await waited(storage, 1, 10)
            await asyncio.sleep(10)
            working.wake.set()
            await waited(storage, 0, 60)
            await asyncio.sleep(60)

    assert {0} == set(under_way)


@virtual
@pytest.mark.parametrize("error", [Unknown("no answer"), Gone("gone")])
async def test_what_has_arrived_is_counted_no_longer(tmp_path: Path, error: SendError) -> None:
    """Each fails once and arrives then: nothing is remembered of how often it failed."""
    failed: set[str] = set()

    def once(chat: str) -> SendError | None:
        if chat in failed:
            return None
        failed.add(chat)
        return error

    platform = Weather(once, admins=())
    async with housed(tmp_path) as storage:
        await subscribed(storage, *"123")
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock) as working:
            await waited(storage, 0, 700)
            totals = await storage.outbox.totals()
            known = remembered(working)

    assert Outbox(waiting=0, sent=3, failed=0, unknown=0) == totals
    assert [0, 0, 0] == known


@virtual
@pytest.mark.parametrize(
    ("error", "end"), [(Unknown("no answer"), Outbox(unknown=3)), (Gone("gone"), Outbox(failed=3))]
)
async def test_what_is_given_up_is_counted_no_longer(
    tmp_path: Path, error: SendError, end: Outbox
) -> None:
    """Each fails until that is believed: nothing is remembered of how often it failed."""
    platform = Weather(lambda _: error, admins=())
    async with housed(tmp_path) as storage:
        await subscribed(storage, *"123")
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock) as working:
            await waited(storage, 0, HOUR)
            totals = await storage.outbox.totals()
            known = remembered(working)

    assert end == totals
    assert [0, 0, 0] == known


def remembered(working: Courier) -> list[int]:
    """Of how many deliveries a courier knows how often they failed, in one way or another."""
    doubts, refusals = working._sender._endings._doubts, working._refusals
    return [len(known._tallies) for known in (doubts, refusals._refused, refusals._said)]
