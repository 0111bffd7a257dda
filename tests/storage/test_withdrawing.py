"""Withdrawn releases: nothing shows or owes them, nothing is lost, and they come back quietly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage import Storage
from storage.model import Correcting, Draft, Fate, Kind, Outbox, Saved
from storage.outbox import State
from tests.storage.conftest import (
    ARCHIVE,
    DAY,
    LATER,
    NOON,
    announced,
    claim,
    crowd,
    draft,
    ended,
    fan_out,
    keep,
    miscounted,
    query,
    release,
    states,
)

WEEK = Correcting(timedelta(days=7), 20)


async def shown(storage: Storage, *drafts: Draft, correcting: Correcting | None = None) -> Saved:
    """The site shows these now; what came of the last."""
    kept = await storage.keep(
        ARCHIVE, [(d, Fate.QUIET) for d in drafts], LATER, listed=True, correcting=correcting
    )
    return kept[-1][0]


async def found(storage: Storage, words: str) -> int:
    return (await storage.search.find(words, 10)).total


async def indexed(storage: Storage) -> None:
    """The word index is whole, and has exactly the words of what is shown: where nothing is
    withdrawn SQLite itself compares the two. Raises an error of SQLite's.
    """
    [(withdrawn,)] = await query(storage, "SELECT count(*) FROM releases WHERE withdrawn = 1")
    async with storage.database.write() as tx:
        await tx.run(
            "INSERT INTO release_words (release_words, rank) VALUES ('integrity-check', ?)",
            (0 if withdrawn else 1,),
        )
    [(size,)] = await query(storage, "SELECT count(*) FROM release_words_docsize")
    assert await storage.releases.count() == size


async def tidied(storage: Storage) -> None:
    while await storage.outbox.tidy(LATER):
        pass


async def test_no_list_has_it_and_its_id_still_does(storage: Storage) -> None:
    """Lists, years, days, neighbours, counts, search; a person with the id sees it, marked."""
    days = {"a": NOON, "b": NOON + DAY, "c": NOON + 2 * DAY}
    await keep(storage, *(draft(f"About {key}", key=key, at=at) for key, at in days.items()))
    await storage.histories.withdraw([2])
    releases = storage.releases

    assert [3, 1] == [r.id for r in await releases.latest(10)]
    assert [3, 1] == [r.id for r in await releases.browse(2024, "en", 10)]
    assert [1, 3] == [r.id for r in await releases.between(date(2024, 1, 1), date(2024, 12, 31))]
    assert [] == await releases.on_this_day("05-02")
    assert [(2024, 2)] == await releases.years()
    assert (1, 3) == tuple(r.id if r else 0 for r in await releases.beside(2))
    assert (2, 2, 0) == (
        await releases.count(), await releases.browsed(None, ""), await found(storage, "about b")
    )  # fmt: skip
    assert (await release(storage, 2)).withdrawn
    [reading] = await storage.archives.all()
    assert (2, 1) == (reading.releases, reading.withdrawn)
    await indexed(storage)


@pytest.mark.parametrize("back", ["seen", "read again"])
async def test_it_comes_back_as_it_was_and_nobody_is_told(storage: Storage, back: str) -> None:
    """By a list that has it, or by its own words; found by its words, with its id, in its place."""
    await crowd(storage, 1)
    words = draft("About lighthouses", "Unusual words.", key="k", at=NOON - DAY)
    await keep(storage, words, draft("B", key="b"))
    await storage.histories.withdraw([1])
    if back == "seen":
        await storage.histories.seen([1])
    else:
        assert Saved.KNOWN is await shown(storage, words)
    await fan_out(storage)

    assert (1, 1) == (await found(storage, "unusual"), await found(storage, "lighthouses"))
    assert [2, 1] == [r.id for r in await storage.releases.latest(10)]
    assert 1 == len(await storage.releases.history(1))
    assert [] == await claim(storage, now=LATER)
    await indexed(storage)


async def test_what_changed_meanwhile_is_back_with_its_new_words(storage: Storage) -> None:
    """And at its new date: the index has never had the old ones twice, nor has it kept them."""
    await keep(storage, draft("About it", "Old words.", key="k"), draft("B", key="b"))
    await storage.histories.withdraw([1])
    better = draft("About it", "Fresh words.", key="k", at=NOON + DAY)
    assert Saved.CHANGED is await shown(storage, better)

    assert [0, 1] == [await found(storage, words) for words in ("old", "fresh")]
    assert [1, 2] == [r.id for r in await storage.releases.latest(10)]
    await indexed(storage)


async def test_what_others_say_does_not_bring_it_back(storage: Storage) -> None:
    """An import of an old file, with other words or a richer source; a better reader: it has
    these words and stays where it is, until its site shows it again.
    """
    await keep(storage, draft("About it", "Old words.", key="k"))
    await storage.histories.withdraw([1])
    await keep(storage, draft("About it", "Fresh words.", key="k"))
    await keep(storage, draft("About it", "Richer words.", key="k", kind=Kind.REST, at=LATER))
    again = draft("About it", "Words read better.", key="k", reader=2)
    await storage.releases.rederive([(1, again)])
    assert [0] * 4 == [
        await found(storage, words) for words in ("old", "fresh", "richer", "better")
    ]
    await indexed(storage)
    await storage.histories.seen([1])

    assert (1, 0) == (await found(storage, "better"), await found(storage, "richer"))
    await indexed(storage)


async def test_there_and_back_often_leaves_the_index_whole(storage: Storage) -> None:
    """Withdrawn twice is withdrawn once, seen twice is seen once; ё is indexed as е."""
    await keep(storage, *(draft(f"Title {n}", f"Word{n} words.", key=f"{n}") for n in range(4)))
    for _ in range(3):
        await storage.histories.withdraw([1, 2, 2, 99])
        await storage.histories.withdraw([2])
        await indexed(storage)
        await storage.histories.seen([2, 2, 1, 99])
        await storage.histories.seen([2])
        await shown(storage, draft("Title 1", "Word1 words.", key="1"))
        await indexed(storage)
    await keep(storage, draft("Ёлка", "Всё ещё.", key="ё"))
    await storage.histories.withdraw([5])
    await storage.histories.seen([5])

    assert 1 == await found(storage, "елка ещё")
    assert [1] * 4 == [await found(storage, f"word{n}") for n in range(4)]


async def test_nobody_is_owed_it_any_more(storage: Storage) -> None:
    """What waits is cancelled, in a correction of it, too; what is under way is recorded as it
    ends, and what would be tried again is not.
    """
    await crowd(storage, 6)
    await announced(storage)
    await storage.outbox.fan_out(5)
    one, two, three, four = await claim(storage, 4)
    await storage.outbox.record([replace(ended(one, State.SENT), message="7")])
    better = draft("About news", "Better words.", key="news")
    assert Saved.CHANGED is await shown(storage, better, correcting=WEEK)
    await storage.histories.withdraw([1])
    assert not await storage.outbox.fan_out()
    assert [] == await claim(storage, now=LATER + DAY)
    assert Outbox(sent=1) == await storage.outbox.totals()
    await storage.outbox.record([
        ended(two, State.SENT), ended(three, State.WAITING, LATER), ended(four, State.DOUBT, LATER)
    ])  # fmt: skip
    await tidied(storage)

    assert [2, 2, 5, 5, 5] == await states(storage)
    assert ([], []) == (await miscounted(storage), await storage.outbox.running())
    assert [] == await claim(storage, now=LATER + DAY)


async def test_a_kill_with_one_under_way_owes_it_no_more(storage: Storage) -> None:
    """What a run left open is skipped by the next, as nobody is to be told."""
    await crowd(storage, 1)
    await announced(storage)
    await fan_out(storage)
    await claim(storage)
    await storage.histories.withdraw([1])
    await storage.outbox.recover("telegram", 2, LATER)

    assert [State.SKIPPED] == await states(storage)


async def test_one_that_waits_for_a_word_waits_no_more(storage: Storage) -> None:
    """Nobody is asked about what is not there; back again, it is as any old one."""
    await keep(storage, draft(key="k"), fate=Fate.HOLD)
    assert 1 == await storage.releases.held()
    await storage.histories.withdraw([1])
    assert 0 == await storage.releases.held()
    await storage.histories.seen([1])

    assert 0 == await storage.releases.held()
    assert 1 == await storage.releases.count()


async def test_copies_are_corrected_once_it_is_back(storage: Storage) -> None:
    """Those who have it; those who were not sent it before are not told now."""
    await crowd(storage, 2)
    await announced(storage)
    await fan_out(storage)
    [one] = await claim(storage, 1)
    await storage.outbox.record([replace(ended(one, State.SENT), message="7")])
    await storage.histories.withdraw([1])
    await tidied(storage)
    better = draft("About news", "Better words.", key="news")
    await shown(storage, better, correcting=WEEK)
    await fan_out(storage)
    [claimed] = await claim(storage, now=LATER + DAY)

    assert (1, "7") == (claimed.subscriber.id, claimed.copy)
    assert [] == await miscounted(storage)
