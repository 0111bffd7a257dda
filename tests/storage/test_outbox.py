"""The outbox: what is owed is owed once, to those who were there, until it is settled."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage import Seal, Storage, open_storage
from storage.model import Delivery, Outbox
from storage.outbox import Result, State, announce
from tests.storage.conftest import (
    NOON,
    SECRET,
    TELEGRAM,
    announced,
    chat,
    fan_out,
    miscounted,
    query,
)

ROOT = Path(__file__).parents[2]
LATER = NOON + timedelta(minutes=10)


async def crowd(storage: Storage, count: int) -> None:
    for number in range(1, count + 1):
        await storage.subscribers.subscribe(chat(number))


async def claim(storage: Storage, count: int = 100, now: datetime = NOON) -> list[Delivery]:
    return await storage.outbox.claim(TELEGRAM, 1, count, now)


def ended(delivery: Delivery, state: State, due_at: datetime | None = None) -> Result:
    return Result(delivery.id, delivery.announcement.id, state, due_at=due_at)


def whom(deliveries: list[Delivery]) -> list[int]:
    return [d.subscriber.id for d in deliveries]


async def test_the_audience_is_who_was_there_when_it_was_stored(storage: Storage) -> None:
    """Who joins after, or leaves and joins again, gets nothing old; who leaves before, nothing."""
    await crowd(storage, 4)
    await storage.subscribers.unsubscribe(chat(4))
    await announced(storage)
    await storage.subscribers.unsubscribe(chat(2))
    await storage.subscribers.unsubscribe(chat(3))
    await storage.subscribers.subscribe(chat(3))
    await storage.subscribers.subscribe(chat(4))
    await storage.subscribers.subscribe(chat(5))
    await fan_out(storage)

    assert whom(await claim(storage)) == [1]


async def test_joining_again_after_the_fan_out_brings_nothing_old(storage: Storage) -> None:
    """What waited for somebody who left does not wait for them when they are back."""
    await crowd(storage, 2)
    await announced(storage)
    await fan_out(storage)
    await storage.subscribers.unsubscribe(chat(1))
    await storage.subscribers.subscribe(chat(1))

    assert whom(await claim(storage)) == [2]


@pytest.mark.parametrize("back", [True, False])
@pytest.mark.parametrize("crash", [True, False])
async def test_a_send_in_flight_is_not_tried_again_for_who_left(
    storage: Storage, back: bool, crash: bool
) -> None:
    """Leaving while a send is under way: if it fails, or the run dies, it is not tried again."""
    await crowd(storage, 1)
    await announced(storage)
    await fan_out(storage)
    [delivery] = await claim(storage)
    await storage.subscribers.unsubscribe(chat(1))
    if back:
        await storage.subscribers.subscribe(chat(1))
    if crash:
        await storage.outbox.recover(TELEGRAM, 2)
    else:
        await storage.outbox.record([ended(delivery, State.WAITING, NOON)])

    assert await claim(storage) == []
    assert await storage.outbox.totals() == Outbox()
    assert await miscounted(storage) == []


async def test_announced_twice_is_owed_once(storage: Storage) -> None:
    """The same release announced again changes nothing."""
    await crowd(storage, 3)
    number = await announced(storage)
    async with storage.database.write() as tx:
        await announce(tx, number, NOON)
    await fan_out(storage)

    assert (await storage.outbox.totals()).waiting == 3


@pytest.mark.parametrize("chunk", [1, 2, 3, 4, 100])
async def test_chunks_leave_nobody_out(storage: Storage, chunk: int) -> None:
    """An audience written in chunks of any size is whole, and each is in it once."""
    await crowd(storage, 7)
    await storage.subscribers.forget(chat(4))
    for name in ("one", "two"):
        await announced(storage, name)
    await fan_out(storage, chunk)

    owed = await query(storage, "SELECT announcement_id, subscriber_id FROM deliveries")
    assert sorted(owed) == [(a, s) for a in (1, 2) for s in (1, 2, 3, 5, 6, 7)]
    assert await miscounted(storage) == []
    assert not await storage.outbox.fan_out()


async def test_a_chosen_language_limits_releases(storage: Storage) -> None:
    """Whoever chose languages gets releases in these alone; whoever chose none gets all."""
    await crowd(storage, 3)
    await storage.subscribers.choose(chat(2), only=frozenset({"ru"}))
    await storage.subscribers.choose(chat(3), only=frozenset({"ru", "en"}))
    for language in ("en", "ru", "de"):
        await announced(storage, language, language)
    await fan_out(storage)

    owed = await query(storage, "SELECT announcement_id, subscriber_id FROM deliveries")
    assert sorted(owed) == [(1, 1), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1)]


async def test_what_is_no_release_reaches_every_language(storage: Storage) -> None:
    """A statement by the admins has no language: those who chose some get it too."""
    await crowd(storage, 2)
    await storage.subscribers.choose(chat(2), only=frozenset({"ru"}))
    async with storage.database.write() as tx:
        await tx.run(
            "INSERT INTO announcements (kind, created_at, audience) VALUES ('broadcast', 0, 2)"
        )
    await fan_out(storage)

    assert (await storage.outbox.totals()).waiting == 2


async def test_a_chat_gets_its_releases_in_order(storage: Storage) -> None:
    """The later release waits until the earlier is settled, also while that is tried again."""
    await crowd(storage, 2)
    await announced(storage, "one")
    await announced(storage, "two")
    await fan_out(storage)
    first = await claim(storage)
    assert [(d.announcement.id, d.subscriber.id) for d in first] == [(1, 1), (1, 2)]
    assert await claim(storage) == []
    await storage.outbox.record([
        ended(first[0], State.WAITING, LATER), ended(first[1], State.SENT),
    ])  # fmt: skip
    second = await claim(storage)
    assert [(d.announcement.id, d.subscriber.id) for d in second] == [(2, 2)]
    third = await claim(storage, now=LATER)

    assert [(d.announcement.id, d.subscriber.id, d.attempts) for d in third] == [(1, 1, 1)]


async def test_a_doubtful_send_holds_up_its_chat(storage: Storage) -> None:
    """While nobody knows whether a message arrived, the next one of its chat waits."""
    await crowd(storage, 1)
    await announced(storage, "one")
    await announced(storage, "two")
    await fan_out(storage)
    [delivery] = await claim(storage)
    await storage.outbox.record([ended(delivery, State.DOUBT)])
    assert await claim(storage) == []
    await storage.outbox.record([ended(delivery, State.UNKNOWN)])

    assert [d.announcement.id for d in await claim(storage)] == [2]
    assert (await storage.outbox.totals()).unknown == 1


async def test_the_next_time_is_when_something_can_be_claimed(storage: Storage) -> None:
    """What waits for an earlier message of its chat does not wake anybody before its turn."""
    assert await storage.outbox.next_due(TELEGRAM) is None
    await crowd(storage, 1)
    await announced(storage, "one")
    await announced(storage, "two")
    await fan_out(storage)
    assert await storage.outbox.next_due(TELEGRAM) == NOON
    [delivery] = await claim(storage)
    assert await storage.outbox.next_due(TELEGRAM) is None
    await storage.outbox.record([ended(delivery, State.WAITING, LATER)])

    assert await storage.outbox.next_due(TELEGRAM) == LATER
    assert await storage.outbox.next_due("matrix") is None


async def test_a_claim_says_what_to_send_to_whom(storage: Storage) -> None:
    """A delivery carries its release, its subscriber with address and language, and its place."""
    await storage.subscribers.subscribe(chat(1, "5"))
    await storage.subscribers.choose(chat(1, "5"), language="ru")
    number = await announced(storage)
    await fan_out(storage)
    [delivery] = await claim(storage)

    assert delivery.subscriber.address == chat(1, "5")
    assert (delivery.subscriber.language, delivery.attempts, delivery.part) == ("ru", 0, 0)
    assert delivery.announcement.release == number
    assert (delivery.announcement.kind, delivery.announcement.created_at) == ("release", NOON)


async def test_only_what_is_due_on_this_platform_is_claimed(storage: Storage) -> None:
    """Lanes do not take each other's work, nor any before its time, nor more than asked for."""
    await crowd(storage, 5)
    await announced(storage)
    await fan_out(storage)

    assert await storage.outbox.claim("matrix", 1, 10, NOON) == []
    assert await claim(storage, now=NOON - timedelta(milliseconds=1)) == []
    assert whom(await claim(storage, count=2)) == [1, 2]
    assert whom(await claim(storage, count=2)) == [3, 4]


async def test_recording_twice_is_recording_once(storage: Storage) -> None:
    """A result that is recorded again changes neither the delivery nor a counter."""
    await crowd(storage, 4)
    await announced(storage)
    await fan_out(storage)
    states = (State.SENT, State.FAILED, State.SKIPPED, State.UNKNOWN)
    results = [ended(d, s) for d, s in zip(await claim(storage), states, strict=True)]
    for _ in range(3):
        await storage.outbox.record(results)
    await storage.outbox.record([ended_as(r, State.WAITING) for r in results])

    assert await query(storage, "SELECT sent, failed, skipped, unknown FROM announcements") == [
        (1, 1, 1, 1)
    ]
    assert await miscounted(storage) == []
    assert await claim(storage) == []


def ended_as(result: Result, state: State) -> Result:
    return Result(result.delivery, result.announcement, state)


async def test_recovering_takes_up_what_earlier_runs_left(storage: Storage) -> None:
    """What was claimed or in doubt when a run died is sent again; what this run holds is left."""
    await crowd(storage, 3)
    await announced(storage)
    await fan_out(storage)
    old = await storage.outbox.claim(TELEGRAM, 1, 2, NOON)
    await storage.outbox.record([ended(old[1], State.DOUBT)])
    mine = await storage.outbox.claim(TELEGRAM, 2, 1, NOON)
    assert await storage.outbox.recover("matrix", 2) == 0
    assert await storage.outbox.recover(TELEGRAM, 2) == 2
    assert await storage.outbox.recover(TELEGRAM, 2) == 0

    assert whom(mine) == [3]
    assert whom(await storage.outbox.claim(TELEGRAM, 2, 10, NOON)) == [1, 2]


async def test_what_was_sent_survives_a_restart(path: Path) -> None:
    """A new opening of the database sends nothing that is settled."""
    async with open_storage(path, Seal(SECRET)) as storage:
        await crowd(storage, 3)
        await announced(storage)
        await fan_out(storage)
        await storage.outbox.record([ended(d, State.SENT) for d in await claim(storage, 2)])
    async with open_storage(path, Seal(SECRET)) as storage:
        assert whom(await claim(storage)) == [3]
        assert await storage.outbox.totals() == Outbox(waiting=1, sent=2)


PEOPLE = 40


async def test_nothing_is_lost_by_kill_9(path: Path) -> None:
    """Killed at any instant: who was there gets every release; twice only what was in flight."""
    async with open_storage(path, Seal(SECRET)) as storage:
        await crowd(storage, PEOPLE)
    truth = path.with_name("truth")
    kills, chance = 8, random.Random(9)
    for _ in range(kills):
        run_and_kill(path, truth, chance.uniform(0.005, 0.25))
    async with open_storage(path, Seal(SECRET)) as storage:
        await finish(storage, truth)
        stored = await query(storage, "SELECT id FROM announcements")
        totals = await storage.outbox.totals()
        assert await miscounted(storage) == []

    lines = [line.split(maxsplit=1) for line in truth.read_text().splitlines()]
    received = Counter(who for _, who in lines)
    expected = {f"{a} {chat(n).chat}" for (a,) in stored for n in range(1, PEOPLE + 1)}
    assert set(received) == expected
    assert totals == Outbox(sent=len(expected))
    assert sum(received.values()) - len(expected) <= kills * 10, "at most one claim a kill"


def run_and_kill(path: Path, truth: Path, seconds: float) -> None:
    command = [sys.executable, "-m", "tests.storage.sender", str(path), str(truth)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "begun\n"
        time.sleep(seconds)  # any instant will do: it is the killing that is tried
        assert run.poll() is None, "it was still at work"
        run.send_signal(signal.SIGKILL)


async def finish(storage: Storage, truth: Path) -> None:
    """What the next run does: take up what was left, write the audiences, send all."""
    epoch = await storage.facts.next_epoch()
    await storage.outbox.recover(TELEGRAM, epoch)
    await fan_out(storage)
    with truth.open("a", encoding="utf-8") as sent:
        while claimed := await storage.outbox.claim(TELEGRAM, epoch, 50, NOON):
            for d in claimed:
                sent.write(f"{d.id} {d.announcement.id} {d.subscriber.address.chat}\n")
            await storage.outbox.record([ended(d, State.SENT) for d in claimed])
