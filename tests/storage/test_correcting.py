"""Corrections: who is owed the new words of an edited release, and which message has the old."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from storage import Storage
from storage.correcting import SETTLED_MS
from storage.model import Address, Correcting, Delivery, Fate, Lane, Outbox
from storage.outbox import Result, State
from storage.tidying import KEPT
from tests.storage.conftest import (
    ARCHIVE,
    DAY,
    LATER,
    NOON,
    TELEGRAM,
    announced,
    chat,
    claim,
    crowd,
    draft,
    ended,
    fan_out,
    miscounted,
    query,
    said,
    whom,
)

WEEK = Correcting(timedelta(days=7), 20)
SETTLED = timedelta(milliseconds=SETTLED_MS)


async def edited(
    storage: Storage, words: str, now: datetime = LATER, how: Correcting | None = WEEK,
    name: str = "news",
) -> None:  # fmt: skip
    """The site shows this release with other words."""
    drafts = [(draft(f"About {name}", words, key=name), Fate.QUIET)]
    await storage.keep(ARCHIVE, drafts, now, listed=True, correcting=how)


async def sent(storage: Storage, deliveries: list[Delivery]) -> None:
    """They arrived; the platform's id of each is the subscriber's number in the hundreds."""
    await storage.outbox.record(
        Result(d.id, d.announcement.id, State.SENT, message=f"{100 + d.subscriber.id}")
        for d in deliveries
    )


async def told(storage: Storage, people: int) -> None:
    """So many have the release."""
    await crowd(storage, people)
    await announced(storage)
    await fan_out(storage)
    await sent(storage, await claim(storage))


async def tidied(storage: Storage, now: datetime) -> None:
    while await storage.outbox.tidy(now):
        pass


async def corrections(storage: Storage) -> list[tuple[object, ...]]:
    return await query(
        storage,
        "SELECT id, total, sent, skipped, cancelled FROM announcements WHERE kind = 'correction'",
    )


def which(deliveries: list[Delivery]) -> list[tuple[int, str]]:
    """Whose copy is put right, and its id."""
    return [(d.subscriber.id, d.copy) for d in deliveries]


async def test_an_edit_owes_every_copy_its_new_words(storage: Storage) -> None:
    """Once each, with the id of the message that has the old ones; in the lane of what can wait."""
    await told(storage, 3)
    await edited(storage, "Better words.")
    await fan_out(storage)
    assert [] == await claim(storage, now=LATER + SETTLED - timedelta(milliseconds=1))
    claimed = await claim(storage, now=LATER + SETTLED)

    assert [(1, "101"), (2, "102"), (3, "103")] == which(claimed)
    assert {("correction", 1, Lane.LATER)} == {
        (d.announcement.kind, d.announcement.release, d.announcement.lane) for d in claimed
    }
    await storage.outbox.record(ended(d, State.SENT) for d in claimed)
    assert [] == await claim(storage, now=LATER + DAY)
    assert [(2, 3, 3, 0, 0)] == await corrections(storage)
    assert [] == await miscounted(storage)


@pytest.mark.parametrize("how", [None, Correcting(timedelta(days=7), 0)])
async def test_none_are_owed_where_none_are_wanted(
    storage: Storage, how: Correcting | None
) -> None:
    """The edit is kept as a revision all the same."""
    await told(storage, 1)
    await edited(storage, "Better words.", how=how)

    assert [] == await corrections(storage)
    assert 2 == len(await storage.releases.history(1))


async def test_what_is_no_edit_owes_nothing(storage: Storage) -> None:
    """The same words again; and new words of a release that nobody was sent."""
    await told(storage, 1)
    await edited(storage, "Some words.")
    await edited(storage, "Quietly kept.", name="old")
    await edited(storage, "Quietly changed.", name="old")

    assert [] == await corrections(storage)


async def test_an_edit_before_anybody_is_written_down_owes_nothing(storage: Storage) -> None:
    """All of them will be sent the new words anyway."""
    await crowd(storage, 2)
    await announced(storage)
    await edited(storage, "Better words.")
    await fan_out(storage)

    assert [] == await corrections(storage)
    assert 2 == len(await claim(storage, now=LATER))


async def test_only_so_long_after_the_last_copy(storage: Storage) -> None:
    """To the very end of the age, and not after it."""
    await told(storage, 1)
    await tidied(storage, NOON)
    await edited(storage, "Too late.", NOON + WEEK.age + timedelta(milliseconds=1))
    assert [] == await corrections(storage)
    await edited(storage, "Just in time.", NOON + WEEK.age)

    assert 1 == len(await corrections(storage))


async def test_only_so_often(storage: Storage) -> None:
    """A release that is edited for ever does not disturb for ever."""
    await told(storage, 1)
    twice = Correcting(WEEK.age, 2)
    for minute, words in enumerate("abcd"):
        now = LATER + timedelta(minutes=minute)
        await edited(storage, words, now, twice)
        await fan_out(storage)
        await sent(storage, await claim(storage, now=now + SETTLED))

    assert 2 == len(await corrections(storage))


async def test_who_left_gets_no_correction_even_once_they_are_back(storage: Storage) -> None:
    """Unsubscribed or gone before or after the edit, or forgotten; nothing old comes later."""
    await told(storage, 5)
    await storage.subscribers.unsubscribe(chat(1))
    await storage.subscribers.subscribe(chat(1))
    await storage.subscribers.gone(chat(2))
    await edited(storage, "Better words.")
    await fan_out(storage)
    await storage.subscribers.unsubscribe(chat(3))
    await storage.subscribers.forget(chat(4))

    assert [5] == whom(await claim(storage, now=LATER + SETTLED))
    assert [(2, 3, 0, 2, 0)] == await corrections(storage)


async def test_what_was_not_sent_yet_needs_no_correction(storage: Storage) -> None:
    """It goes out with the new words: its correction is settled, and is in nobody's way."""
    await crowd(storage, 3)
    await announced(storage)
    await fan_out(storage)
    await sent(storage, await claim(storage, 1))
    await edited(storage, "Better words.")
    await fan_out(storage)
    later = await storage.outbox.claim(TELEGRAM, 1, [Lane.LATER], 100, LATER + SETTLED)
    await sent(storage, await claim(storage, now=LATER + SETTLED))
    await sent(storage, later)
    await tidied(storage, LATER + DAY)

    assert [(1, "101")] == which(later)
    assert [(2, 3, 1, 2, 0)] == await corrections(storage)
    assert Outbox(sent=4) == await storage.outbox.totals()


async def test_a_copy_under_way_at_the_edit_is_corrected_once_it_has_arrived(
    storage: Storage,
) -> None:
    """It may have gone out with the old words a moment ago: the correction waits for its id."""
    await crowd(storage, 2)
    await announced(storage)
    await fan_out(storage)
    under_way = await claim(storage)
    await edited(storage, "Better words.")
    await fan_out(storage)
    assert [] == await claim(storage, now=LATER + SETTLED)
    await sent(storage, under_way[:1])
    await storage.outbox.record([ended(under_way[1], State.FAILED)])

    assert [(1, "101")] == which(await claim(storage, now=LATER + DAY))
    assert [(2, 2, 0, 1, 0)] == await corrections(storage)


async def test_a_copy_in_doubt_is_corrected_once_it_is_certain(storage: Storage) -> None:
    """Found, or sent once more under its old key, it has the old words yet."""
    await crowd(storage, 1)
    await announced(storage)
    await fan_out(storage)
    [delivery] = await claim(storage)
    await storage.outbox.record([ended(delivery, State.DOUBT, LATER + timedelta(hours=1))])
    await edited(storage, "Better words.")
    await fan_out(storage)
    assert [] == await claim(storage, now=LATER + SETTLED)
    assert [(2, 1, 0, 0, 0)] == await corrections(storage), "it waits"
    await sent(storage, await claim(storage, now=LATER + timedelta(hours=1)))

    assert [(1, "101")] == which(await claim(storage, now=LATER + timedelta(hours=2)))


async def test_a_copy_without_an_id_is_left_alone(storage: Storage) -> None:
    """Sent, but the platform's answer could not be read."""
    await crowd(storage, 1)
    await announced(storage)
    await fan_out(storage)
    await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage))
    await edited(storage, "Better words.")
    await fan_out(storage)

    assert [] == await claim(storage, now=LATER + SETTLED)
    assert [(2, 0, 0, 0, 0)] == await corrections(storage)


async def test_an_edit_while_the_audience_is_written_reaches_all_of_it(storage: Storage) -> None:
    """Chunk by chunk, the release's own audience first; who had it already is corrected."""
    await crowd(storage, 5)
    await announced(storage)
    await storage.outbox.fan_out(2)
    await sent(storage, await claim(storage))
    await edited(storage, "Better words.")
    assert await storage.outbox.fanning()
    await fan_out(storage, chunk=2)
    await sent(storage, await storage.outbox.claim(TELEGRAM, 1, [Lane.RELEASE], 100, LATER))

    assert 5 == len(which(await claim(storage, now=LATER + SETTLED)))
    assert [(2, 5, 0, 0, 0)] == await corrections(storage)


async def test_a_newer_edit_overtakes_a_correction_under_way(storage: Storage) -> None:
    """What waits of it is skipped, what is under way is awaited, and all get the newest words."""
    await told(storage, 3)
    await edited(storage, "Better words.")
    await fan_out(storage)
    first = await claim(storage, 2, now=LATER + SETTLED)
    await sent(storage, first[:1])
    await edited(storage, "Best words.", LATER + DAY)
    await fan_out(storage)
    second = await claim(storage, now=LATER + DAY + SETTLED)
    assert [(1, "101"), (3, "103")] == which(second)
    await sent(storage, first[1:])
    third = await claim(storage, now=LATER + 2 * DAY)
    assert [(2, "102")] == which(third)
    await sent(storage, second + third)
    await tidied(storage, LATER + 2 * DAY)

    assert [(2, 3, 2, 1, 1), (3, 3, 3, 0, 0)] == await corrections(storage)
    assert [] == await miscounted(storage)
    assert [] == await storage.outbox.running()


async def test_an_overtaken_one_whose_audience_was_half_written_ends_there(
    storage: Storage,
) -> None:
    """Those it has not reached get the newer one, as all do."""
    await told(storage, 4)
    await edited(storage, "Better words.")
    await storage.outbox.fan_out(2)
    await sent(storage, await claim(storage, 1, now=LATER + SETTLED))
    await edited(storage, "Best words.", LATER + DAY)
    await fan_out(storage)

    assert [1, 2, 3, 4] == whom(await claim(storage, now=LATER + DAY + SETTLED))
    assert 0 == (await corrections(storage))[0][3]
    await tidied(storage, LATER + DAY)
    assert [(2, 2, 1, 1, 1), (3, 4, 0, 0, 0)] == await corrections(storage)


async def test_a_correction_that_nobody_has_begun_with_serves_two_edits(storage: Storage) -> None:
    """It says what is right when it goes out."""
    await told(storage, 2)
    await edited(storage, "Better words.")
    await edited(storage, "Best words.", LATER + DAY)
    await fan_out(storage)

    assert [(2, 2, 0, 0, 0)] == await corrections(storage)


async def test_an_edit_is_neither_marked_nor_looked_for(storage: Storage) -> None:
    """After a crash it is simply made again: no answer has to keep away from its chat."""
    await told(storage, 1)
    await edited(storage, "Better words.")
    await fan_out(storage)
    asked: list[Address] = []

    def mark(address: Address) -> str:
        asked.append(address)
        return "7"

    await claim(storage, now=LATER + SETTLED, mark=mark)
    assert 1 == await storage.outbox.recover(TELEGRAM, 2, LATER + DAY, "9")
    [again] = await storage.outbox.claim(TELEGRAM, 2, [Lane.LATER], 5, LATER + DAY, mark=mark)

    assert ("101", True, "", []) == (again.copy, again.doubtful, again.mark, asked)


async def test_an_edit_does_not_say_that_somebody_is_there(storage: Storage) -> None:
    """Days on which sends were refused still count; those of a send that arrives do not."""
    await told(storage, 1)
    await storage.subscribers.refused(1, NOON.date())
    await edited(storage, "Better words.")
    await fan_out(storage)
    await sent(storage, await claim(storage, now=LATER + SETTLED))
    refused = "SELECT refused_days FROM subscribers"
    assert [(1,)] == await query(storage, refused)
    await said(storage, now=LATER)
    await fan_out(storage)
    await sent(storage, await claim(storage, now=LATER + DAY))

    assert [(0,)] == await query(storage, refused)


async def test_a_chat_that_moved_keeps_its_copies_as_they_are(storage: Storage) -> None:
    """At its new address these ids are those of other messages, which no edit may touch; what was
    sent there before, or is from then on, is corrected.
    """
    await told(storage, 3)
    await storage.subscribers.move(chat(1), chat(2))
    await storage.subscribers.move(chat(3), chat(30))
    await edited(storage, "Better words.")
    await fan_out(storage)

    assert [(2, "102")] == which(await claim(storage, now=LATER + SETTLED))


async def test_what_was_called_off_is_corrected_where_it_had_arrived(storage: Storage) -> None:
    """An admin who cancels a push wants no more copies; those that are there are put right."""
    await crowd(storage, 2)
    await announced(storage)
    await fan_out(storage)
    await sent(storage, await claim(storage, 1))
    await storage.outbox.cancel(1)
    await tidied(storage, NOON)
    await edited(storage, "Better words.")
    await fan_out(storage)

    assert [(1, "101")] == which(await claim(storage, now=LATER + SETTLED))


async def test_copies_that_were_folded_meanwhile_are_left_alone(storage: Storage) -> None:
    """Herald was down for long: which message went to whom is not known any more."""
    await told(storage, 4)
    await tidied(storage, NOON)
    await edited(storage, "Better words.", NOON + WEEK.age)
    await storage.outbox.fan_out(2)
    await tidied(storage, NOON + KEPT)
    await fan_out(storage)
    assert [] == await claim(storage, now=NOON + KEPT)
    await tidied(storage, NOON + KEPT)

    assert [(2, 2, 0, 2, 0)] == await corrections(storage)
    assert [] == await storage.outbox.running()
    await tidied(storage, NOON + 3 * KEPT)
    assert [] == await query(storage, "SELECT id FROM deliveries")
