"""Who asked for releases: joined, left, moved, unreachable, back, and forgotten without a trace."""

from __future__ import annotations

import random
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from storage import Joined, Seal, Storage, open_storage
from storage import subscribers as module
from storage.backup import backup
from storage.model import Address
from storage.outbox import Result, State
from tests.storage.conftest import (
    LANES,
    NOON,
    SECRET,
    TELEGRAM,
    announced,
    chat,
    fan_out,
    miscounted,
    query,
)

TODAY = NOON.date()


async def active(storage: Storage, address: Address) -> bool:
    found = await storage.subscribers.find(address)
    return found is not None and found.active


async def waiting(storage: Storage) -> list[Address]:
    """Whom the outbox would send to now, as one claim after the other."""
    await fan_out(storage)
    claimed = await storage.outbox.claim(TELEGRAM, 1, LANES, 100, NOON)
    return [d.subscriber.address for d in claimed]


async def test_subscribing_twice_is_once(storage: Storage) -> None:
    """The first time is new, the second changes nothing; what was chosen stays."""
    assert await storage.subscribers.find(chat(1)) is None
    assert await storage.subscribers.subscribe(chat(1)) is Joined.NEW
    assert await storage.subscribers.subscribe(chat(1)) is Joined.ALREADY
    assert await storage.subscribers.counts() == {TELEGRAM: 1}

    assert await active(storage, chat(1))


async def test_leaving_and_coming_again(storage: Storage) -> None:
    """Leaving says whether there was anything to leave; choices outlive it."""
    assert not await storage.subscribers.unsubscribe(chat(1))
    await storage.subscribers.subscribe(chat(1))
    await storage.subscribers.choose(chat(1), language="ru", only=frozenset({"ru", "en"}))
    assert await storage.subscribers.unsubscribe(chat(1))
    assert not await storage.subscribers.unsubscribe(chat(1))
    assert await storage.subscribers.counts() == {}
    assert await storage.subscribers.subscribe(chat(1)) is Joined.NEW

    found = await storage.subscribers.find(chat(1))
    assert found is not None
    assert (found.active, found.language, found.only) == (True, "ru", frozenset({"ru", "en"}))


async def test_choosing_subscribes_nobody(storage: Storage) -> None:
    """A choice is kept for whoever makes it; what is not named stays as it is."""
    await storage.subscribers.choose(chat(1), language="ru")
    await storage.subscribers.choose(chat(1), timezone="Europe/Moscow", only=frozenset({"ru"}))
    await storage.subscribers.choose(chat(1), only=frozenset())
    found = await storage.subscribers.find(chat(1))

    assert found is not None
    assert (found.active, found.language, found.timezone) == (False, "ru", "Europe/Moscow")
    assert found.only == frozenset()


async def test_topics_are_subscribers_of_their_own(storage: Storage) -> None:
    """Each topic of a chat comes and goes alone."""
    for thread in ("", "1", "2"):
        await storage.subscribers.subscribe(chat(1, thread))
    await storage.subscribers.unsubscribe(chat(1, "1"))

    assert [await active(storage, chat(1, t)) for t in ("", "1", "2")] == [True, False, True]


async def test_gone_and_back(storage: Storage) -> None:
    """Whoever cannot be reached rests, in all topics; back again, they get what is new, not old."""
    for address in (chat(1), chat(1, "5"), chat(2)):
        await storage.subscribers.subscribe(address)
    await announced(storage, "before")
    await storage.subscribers.gone(chat(1))
    await announced(storage, "meanwhile")
    assert await storage.subscribers.counts() == {TELEGRAM: 1}
    assert await storage.subscribers.back(chat(1))
    await announced(storage, "after")
    await fan_out(storage)

    reached = await query(storage, "SELECT announcement_id, subscriber_id FROM deliveries")
    assert sorted(reached) == [(1, 3), (2, 3), (3, 1), (3, 2), (3, 3)]
    assert not await storage.subscribers.back(chat(1))


async def test_whoever_left_of_their_own_does_not_come_back_alone(storage: Storage) -> None:
    """Being let in again brings back those who were unreachable, never those who had left."""
    await storage.subscribers.subscribe(chat(1))
    await storage.subscribers.unsubscribe(chat(1))
    await storage.subscribers.gone(chat(1))

    assert not await storage.subscribers.back(chat(1))
    assert not await active(storage, chat(1))


async def test_refusals_end_it_after_three_days(storage: Storage) -> None:
    """Refused as gone on three different days it rests; often on one day is one day."""
    await storage.subscribers.subscribe(chat(1))
    for day in (0, 0, 0, 1, 1):
        assert not await storage.subscribers.refused(1, TODAY + timedelta(days=day))
    assert await active(storage, chat(1))
    assert await storage.subscribers.refused(1, TODAY + timedelta(days=5))
    assert not await active(storage, chat(1))

    assert await storage.subscribers.back(chat(1))
    assert not await storage.subscribers.refused(1, TODAY + timedelta(days=6))


async def test_an_arrival_takes_refusals_back(storage: Storage) -> None:
    """Refusals lie three in a row: a message that arrived between them begins the count anew."""
    await storage.subscribers.subscribe(chat(1))
    for day in range(2):
        await storage.subscribers.refused(1, TODAY + timedelta(days=day))
    await announced(storage)
    await fan_out(storage)
    [delivery] = await storage.outbox.claim(TELEGRAM, 1, LANES, 1, NOON)
    await storage.outbox.record([Result(delivery.id, 1, State.SENT, message="9")])

    assert not await storage.subscribers.refused(1, TODAY + timedelta(days=2))
    assert await active(storage, chat(1))


async def test_a_chat_that_moved_keeps_all(storage: Storage) -> None:
    """All topics follow to the new address, with what is owed to them and what was chosen."""
    for thread in ("", "5"):
        await storage.subscribers.subscribe(chat(1, thread))
    await storage.subscribers.choose(chat(1), language="ru")
    await announced(storage)
    await fan_out(storage)
    await storage.subscribers.move(chat(1), chat(2))

    assert await storage.subscribers.find(chat(1)) is None
    assert await waiting(storage) == [chat(2), chat(2, "5")]
    found = await storage.subscribers.find(chat(2))
    assert found is not None
    assert found.language == "ru"
    await storage.subscribers.move(chat(1), chat(3))
    await storage.subscribers.move(chat(2), chat(2))
    assert await storage.subscribers.counts() == {TELEGRAM: 2}


@pytest.mark.parametrize("written", [0, 1, 2])
@pytest.mark.parametrize("forwards", [True, False])
async def test_a_move_onto_a_known_chat_merges(
    storage: Storage, forwards: bool, written: int
) -> None:
    """Both subscribed: one row stays, owed each announcement once, at any instant of a fan-out."""
    one, two = chat(1), chat(2)
    await storage.subscribers.subscribe(one)
    await storage.subscribers.subscribe(two)
    await announced(storage)
    for _ in range(written):
        await storage.outbox.fan_out(1)
    await storage.subscribers.move(*((one, two) if forwards else (two, one)))

    assert await waiting(storage) == [two if forwards else one]
    assert await storage.subscribers.counts() == {TELEGRAM: 1}
    assert (await storage.outbox.totals()).waiting == 1


@pytest.mark.parametrize("written", [0, 1, 2])
@pytest.mark.parametrize("leaver", [1, 2])
@pytest.mark.parametrize("forwards", [True, False])
async def test_a_merge_with_one_that_left(
    storage: Storage, forwards: bool, leaver: int, written: int
) -> None:
    """What the one who stayed is owed arrives, though the other row had left."""
    await storage.subscribers.subscribe(chat(1))
    await storage.subscribers.subscribe(chat(2))
    await announced(storage)
    await storage.subscribers.unsubscribe(chat(leaver))
    await storage.subscribers.choose(chat(3 - leaver), only=frozenset({"en"}))
    for _ in range(written):
        await storage.outbox.fan_out(1)
    old, new = (1, 2) if forwards else (2, 1)
    await storage.subscribers.move(chat(old), chat(new))

    found = await storage.subscribers.find(chat(new))
    assert found is not None
    assert (found.active, found.only) == (True, frozenset({"en"}))
    assert await waiting(storage) == [chat(new)]


async def test_a_merge_makes_nothing_old_new(storage: Storage) -> None:
    """A late joiner that merges with an early leaver gets nothing of before it joined."""
    await storage.subscribers.subscribe(chat(1))
    await announced(storage)
    await storage.subscribers.unsubscribe(chat(1))
    await storage.subscribers.subscribe(chat(2))
    await storage.subscribers.move(chat(1), chat(2))

    assert await waiting(storage) == []


async def test_a_late_joiner_does_not_cost_the_early_one(storage: Storage) -> None:
    """What the early subscriber is owed is owed after merging with one who joined later."""
    await storage.subscribers.subscribe(chat(1))
    await announced(storage)
    await storage.subscribers.subscribe(chat(2))
    await storage.subscribers.move(chat(1), chat(2))

    assert await waiting(storage) == [chat(2)]


def traces(folder: Path, needles: list[bytes]) -> list[str]:
    """The files in which any of these bytes stand."""
    files = [f for f in folder.iterdir() if f.is_file()]
    return [f.name for f in files if any(n in f.read_bytes() for n in needles)]


async def test_forgetting_leaves_no_byte(path: Path) -> None:
    """After /forget no address, seal or hash is in the file, its log or a backup."""
    seal = Seal(SECRET)
    async with open_storage(path, seal) as storage:
        everyone = [chat(n, thread) for n in range(150) for thread in ("", "7")]
        random.Random(7).shuffle(everyone)
        for address in everyone:
            await storage.subscribers.subscribe(address)
            await storage.subscribers.choose(address, only=frozenset({"en"}))
        await announced(storage)
        await fan_out(storage)
        await storage.outbox.claim(TELEGRAM, 1, LANES, 100, NOON)
        rows = await query(storage, "SELECT address, address_hash, chat_hash FROM subscribers")
        for number in range(150, 200):
            await storage.subscribers.subscribe(chat(number))
        hashes = {seal.chat_hash(chat(n)): n for n in range(0, 150, 3)}
        needles = [part for row in rows if row[2] in hashes for part in row]
        needles += [a.chat.encode() for a in everyone]
        assert traces(path.parent, needles) != [], "before, there is something to be found"
        for number in hashes.values():
            assert await storage.subscribers.forget(chat(number))
        await backup(storage.database, path.parent / "backup")

        assert traces(path.parent, needles) == []
        assert await storage.subscribers.find(chat(0)) is None
        assert not await storage.subscribers.forget(chat(0))
        assert await storage.subscribers.counts() == {TELEGRAM: 250}
        assert await storage.facts.get("forgotten") == "50"


async def test_a_move_leaves_no_byte_once_forgotten(path: Path) -> None:
    """A chat that moved and merged is forgotten under all its addresses."""
    seal = Seal(SECRET)
    async with open_storage(path, seal) as storage:
        for number in (1, 2):
            await storage.subscribers.subscribe(chat(number))
        needles = [b for r in await query(storage, SEALED) for b in r]
        await storage.subscribers.move(chat(1), chat(2))
        needles += [b for r in await query(storage, SEALED) for b in r]
        await storage.subscribers.forget(chat(2))

        assert traces(path.parent, needles) == []
        assert not await storage.subscribers.any()


SEALED = "SELECT address, address_hash, chat_hash FROM subscribers"


async def test_forgetting_does_not_say_done_while_a_reader_holds_the_log(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the erased bytes cannot be overwritten it is not done; asked again later it is."""
    monkeypatch.setattr(module, "LOG_TRIES", 2)
    await storage.subscribers.subscribe(chat(1))
    reader = sqlite3.connect(storage.database.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM facts").fetchall()
    with pytest.raises(TimeoutError):
        await storage.subscribers.forget(chat(1))
    reader.close()
    await storage.subscribers.forget(chat(1))

    assert Path(f"{storage.database.path}-wal").stat().st_size == 0


async def test_a_result_for_somebody_forgotten_is_nothing(storage: Storage) -> None:
    """A send that was in flight while its chat was forgotten ends without a trace or an error."""
    for number in (1, 2):
        await storage.subscribers.subscribe(chat(number))
    await announced(storage)
    await fan_out(storage)
    claimed = await storage.outbox.claim(TELEGRAM, 1, LANES, 10, NOON)
    await storage.subscribers.forget(chat(1))
    await storage.outbox.record([Result(d.id, 1, State.SENT, message="9") for d in claimed])

    totals = await storage.outbox.totals()
    assert (totals.waiting, totals.sent) == (0, 1)
    assert await query(storage, "SELECT count(*) FROM deliveries") == [(1,)]


async def test_leaving_settles_what_waits(storage: Storage) -> None:
    """Whoever leaves in the middle of a push is skipped, and counted so."""
    for number in (1, 2):
        await storage.subscribers.subscribe(chat(number))
    await announced(storage)
    await fan_out(storage)
    await storage.subscribers.unsubscribe(chat(1))

    assert await waiting(storage) == [chat(2)]
    assert await miscounted(storage) == []
    assert await query(storage, "SELECT skipped FROM announcements") == [(1,)]
