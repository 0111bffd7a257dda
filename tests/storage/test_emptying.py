"""Mailboxes stay small: what is old, read by nobody or left behind goes, and nothing else."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from storage import Storage, emptying
from storage.emptying import ERASED, PIECE
from storage.model import Content
from tests.storage.conftest import DAY, NOON, announced, fan_out, query
from tests.storage.test_mailboxes import PICTURE, TODAY, count, put, reader, words

KEPT = 90 * DAY
UNSEEN = 400 * DAY


async def tidied(storage: Storage, now: datetime = NOON) -> int:
    """Tidy until there is no more; in how many pieces."""
    pieces = 1
    while await storage.mailboxes.tidy(now):
        pieces += 1
    return pieces


async def test_letters_go_after_ninety_days(storage: Storage) -> None:
    """To the day, and what they said with them; younger ones stay."""
    await storage.subscribers.subscribe(reader(1))
    await put(storage, reader(1), "old", "other")
    await put(storage, reader(1), "new", now=NOON + DAY)
    await tidied(storage, NOON + KEPT - timedelta(milliseconds=1))
    assert ["old", "other", "new"] == await words(storage, reader(1))
    await tidied(storage, NOON + KEPT)
    await tidied(storage, NOON + KEPT)

    assert ["new"] == await words(storage, reader(1))
    assert [("new",)] == await query(storage, "SELECT words FROM contents")


async def test_what_nobody_reads_any_more_is_dropped(storage: Storage) -> None:
    """Words that were altered or taken back everywhere go; where one still reads them they stay."""
    for number in (1, 2):
        await storage.mailboxes.put([(reader(number), "d1", Content("shared", PICTURE))], NOON)
        await storage.mailboxes.put([(reader(number), "d2", Content(f"own {number}"))], NOON)
    await storage.mailboxes.take_back(reader(1), 1)
    await storage.mailboxes.alter(reader(1), 2, Content("altered"))
    await tidied(storage)

    left = await query(storage, "SELECT words FROM contents ORDER BY words")
    assert [("altered",), ("own 2",), ("shared",)] == left
    assert PICTURE == await storage.mailboxes.picture(reader(2), 3)


async def test_a_reader_who_does_not_come_any_more_is_erased(storage: Storage) -> None:
    """Four hundred days after the last visit nothing is kept of them; a visit counts anew."""
    for number in (1, 2):
        await storage.subscribers.subscribe(reader(number))
        await storage.mailboxes.seen(reader(number), TODAY)
    await announced(storage)
    await fan_out(storage)
    await storage.mailboxes.seen(reader(2), TODAY + DAY)
    await tidied(storage, NOON + UNSEEN)
    assert {"somewhere": 2} == await storage.subscribers.counts()
    await tidied(storage, NOON + UNSEEN + DAY)

    assert {"somewhere": 1} == await storage.subscribers.counts()
    assert None is await storage.subscribers.find(reader(1))
    assert 1 == await count(storage, "mailboxes")
    assert [(1, 1)] == await query(storage, "SELECT total - skipped, skipped FROM announcements")


async def test_a_mailbox_of_nobody_goes_after_a_day(storage: Storage) -> None:
    """A letter that came just after its reader was forgotten is not kept for a year."""
    await storage.subscribers.subscribe(reader(1))
    for number in (1, 2):
        await put(storage, reader(number), "news")
    await tidied(storage, NOON + DAY)
    assert 2 == await count(storage, "mailboxes")
    await tidied(storage, NOON + 2 * DAY)

    assert ["news"] == await words(storage, reader(1))
    assert [] == await words(storage, reader(2))
    assert "" == await storage.facts.get("forgotten"), "nobody asked for it"


async def test_a_reader_who_comes_meanwhile_is_left_alone(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the erasing somebody may come back or subscribe: they stay."""
    late = NOON + UNSEEN + 2 * DAY
    await storage.subscribers.subscribe(reader(1))
    await storage.mailboxes.seen(reader(1), TODAY)
    await put(storage, reader(2), "news")
    really = emptying.Emptying.look

    async def look(self, connection, now):  # type: ignore[no-untyped-def]
        found = await really(self, connection, now)
        await storage.mailboxes.seen(reader(1), late.date())
        await storage.mailboxes.seen(reader(2), late.date())
        return found

    monkeypatch.setattr(emptying.Emptying, "look", look)
    await storage.mailboxes.tidy(late)

    assert 2 == await count(storage, "mailboxes")
    assert {"somewhere": 1} == await storage.subscribers.counts()


async def test_content_that_comes_into_use_meanwhile_stays(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the dropping somebody may get the same words again."""
    [letter] = await put(storage, reader(1), "news")
    await storage.mailboxes.take_back(reader(1), letter.id)
    really = emptying.Emptying.look

    async def look(self, connection, now):  # type: ignore[no-untyped-def]
        found = await really(self, connection, now)
        await put(storage, reader(2), "news")
        return found

    monkeypatch.setattr(emptying.Emptying, "look", look)
    await storage.mailboxes.tidy(NOON)

    assert ["news"] == await words(storage, reader(2))


async def test_tidying_goes_piece_by_piece_and_ends(storage: Storage) -> None:
    """A great heap is taken away in bounded pieces, others writing in between, and all of it."""
    readers = ERASED + 5
    for number in range(readers):
        await put(storage, reader(number), *[f"{number} {n}" for n in range(50)])
    assert PIECE < 50 * readers
    assert 1 == await tidied(storage)
    assert 1 < await tidied(storage, NOON + UNSEEN + DAY)
    for _ in range(50 * readers // PIECE + 1):
        await tidied(storage, NOON + UNSEEN + DAY)

    assert 0 == await count(storage, "mailboxes") + await count(storage, "contents")


async def test_where_there_is_nothing_to_do_nobody_is_held_up(storage: Storage) -> None:
    """It only looks then: a writer elsewhere does not wait for it, nor it for them."""
    await put(storage, reader(1), "news")
    async with asyncio.timeout(10), storage.database.write():
        assert not await storage.mailboxes.tidy(NOON)
