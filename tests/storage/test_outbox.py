"""The outbox: what is owed is owed once, to those who were there, until it is settled."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from storage import Seal, Storage, open_storage
from storage.model import Naming, Outbox
from storage.outbox import State, announce
from tests.storage.conftest import (
    LANES,
    NOON,
    SECRET,
    TELEGRAM,
    announced,
    chat,
    claim,
    crowd,
    ended,
    fan_out,
    miscounted,
    query,
    said,
    whom,
)

ROOT = Path(__file__).parents[2]


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


async def test_announced_twice_is_owed_once(storage: Storage) -> None:
    """The same release announced again changes nothing."""
    await crowd(storage, 3)
    number = await announced(storage)
    async with storage.database.write() as tx:
        await announce(tx, number, NOON, Naming())
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
    await said(storage)
    await fan_out(storage)

    assert (await storage.outbox.totals()).waiting == 2


async def test_a_statement_does_not_wait_for_a_releases_audience(storage: Storage) -> None:
    """While the audience of a release is being written, that of a statement is written first."""
    await crowd(storage, 4)
    await announced(storage)
    await storage.outbox.fan_out(1)
    await said(storage)
    await storage.outbox.fan_out()

    assert [(1, 1), (2, 4)] == await query(storage, "SELECT id, total FROM announcements")
    await fan_out(storage)
    assert (await storage.outbox.totals()).waiting == 8


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
    await storage.outbox.recover(TELEGRAM, epoch, NOON)
    await fan_out(storage)
    now = NOON
    with truth.open("a", encoding="utf-8") as sent:
        while (await storage.outbox.totals()).waiting:
            now += timedelta(minutes=1)  # by then nothing waits for another of its chat
            claimed = await storage.outbox.claim(TELEGRAM, epoch, LANES, 50, now)
            for d in claimed:
                sent.write(f"{d.id} {d.announcement.id} {d.subscriber.address.chat}\n")
            await storage.outbox.record([ended(d, State.SENT) for d in claimed])
