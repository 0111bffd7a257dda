"""Histories: how far each is read, what its site shows, and what is known of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from storage import Storage
from storage.database import Transaction
from storage.model import Archive, Draft, Fate, Glimpse, History, Kind, Known
from storage.withdrawing import bring_back, withdraw
from tests.storage.conftest import ARCHIVE, DAY, LATER, NOON, draft, keep, query, release

OTHER = Archive("other", "https://other.example/")
HISTORY = History(
    "main", "rest", "https://archive.example/wp-json/", 7, NOON, LATER, LATER + DAY, LATER,
    "Look at it.",
)  # fmt: skip


async def listed(storage: Storage, *drafts: Draft, archive: Archive = ARCHIVE) -> None:
    """The site shows these now."""
    await storage.keep(archive, [(d, Fate.QUIET) for d in drafts], NOON, listed=True)


def glimpse(given: Draft, **more: str) -> Glimpse:
    return Glimpse(given.key, given.aliases, **more)  # type: ignore[arg-type]


async def ids(storage: Storage, archive: Archive = ARCHIVE) -> list[int]:
    return [known.id for known in await storage.histories.listed(archive)]


async def missed(storage: Storage) -> list[int]:
    return [n for (n,) in await query(storage, "SELECT missed FROM releases ORDER BY id")]


async def test_a_history_comes_back_as_it_was_kept(storage: Storage) -> None:
    """Each field, alone or with a page of releases; one that was never kept is empty."""
    assert History("main") == await storage.histories.of(ARCHIVE)
    assert [] == await storage.histories.all()
    await storage.histories.keep(ARCHIVE, HISTORY)
    assert HISTORY == await storage.histories.of(ARCHIVE)
    further = replace(HISTORY, mark=8, notice="", filled_at=None)
    await storage.keep(ARCHIVE, [(draft(key="k"), Fate.QUIET)], NOON, history=further)
    await storage.histories.keep(OTHER, History("other", "pages"))

    assert further == await storage.histories.of(ARCHIVE)
    assert [further, History("other", "pages")] == await storage.histories.all()


async def test_another_url_is_another_history(storage: Storage) -> None:
    """An archive that moved is brought in anew; what is known of it stays."""
    await listed(storage, draft(key="k"))
    await storage.histories.keep(ARCHIVE, HISTORY)
    moved = replace(ARCHIVE, url="https://moved.example/")
    await storage.archives.reading(moved)

    assert History("main") == await storage.histories.of(moved)
    assert [1] == await ids(storage, moved)


@pytest.mark.parametrize("read", [False, True])
async def test_all_brought_in_is_a_first_reading(storage: Storage, read: bool) -> None:
    """Of when it began: what was published since is news. One that is known stays as it was."""
    reading = await storage.archives.reading(ARCHIVE)
    if read:
        await storage.archives.keep(replace(reading, first_read_at=NOON, last_read_at=NOON + DAY))
    await storage.histories.filled(ARCHIVE, HISTORY, LATER)
    reading = await storage.archives.reading(ARCHIVE)

    assert HISTORY == await storage.histories.of(ARCHIVE)
    assert (NOON if read else LATER) == reading.first_read_at
    assert (NOON + DAY if read else LATER) == reading.last_read_at
    assert reading.next_read_at is None, "it may be asked at once"


async def test_what_is_known_is_known_by_any_of_its_names(storage: Storage) -> None:
    """Key, link or date and title, in the order of the question; another archive's is not."""
    one = draft("One", key="k1", link="https://archive.example/one")
    two = draft("Two", link="https://archive.example/two")
    await listed(storage, one, replace(two, modified="2024-05-01T12:00:00"))
    await listed(storage, draft("Three", key="k3"), archive=OTHER)
    asked = [
        glimpse(draft(key="k3")), glimpse(two), Glimpse("", (), fingerprint=two.fingerprint),
        glimpse(replace(one, aliases=("k1",))), Glimpse("", ("https://archive.example/new",)),
    ]  # fmt: skip
    found = await storage.histories.known(ARCHIVE, asked)
    there = Known(
        2, two.link, Kind.FEED, date(2024, 5, 1), NOON, "2024-05-01T12:00:00", "", 0,
        withdrawn=False, fed=True,
    )  # fmt: skip

    assert [None, there, there, 1, None] == [k.id if k and k.id == 1 else k for k in found]
    assert [None] == await storage.histories.known(Archive("new", "https://n.example/"), asked[:1])
    assert [] == await storage.histories.known(ARCHIVE, [])


async def test_a_long_list_is_looked_up_in_pieces(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No reader is lent for the whole of it, and each answer stands beside its question."""
    monkeypatch.setattr("storage.histories.PIECE", 3)
    drafts = [draft(f"R{n}", key=f"k{n}") for n in range(8)]
    await listed(storage, *drafts[1:])
    found = await storage.histories.known(ARCHIVE, [glimpse(d) for d in drafts])

    assert [None, 1, 2, 3, 4, 5, 6, 7] == [known and known.id for known in found]


@pytest.mark.parametrize("count", [2, 3, 8])
async def test_a_long_list_is_read_in_pieces(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Each release once, oldest first, wherever a piece ends."""
    monkeypatch.setattr("storage.histories.PIECE", 3)
    await listed(storage, *(draft(f"R{n}", key=f"k{n}") for n in range(count)))

    assert [*range(1, count + 1)] == await ids(storage)


async def test_what_was_found_lately(storage: Storage) -> None:
    """By when it came to be known, whatever its date; another archive's is not among it."""
    await listed(storage, draft("A", key="a"))
    await storage.keep(ARCHIVE, [(draft("B", key="b"), Fate.QUIET)], LATER, listed=True)
    await storage.keep(OTHER, [(draft("C", key="c"), Fate.QUIET)], LATER, listed=True)

    assert {2} == await storage.histories.found_since(ARCHIVE, NOON)
    assert set() == await storage.histories.found_since(ARCHIVE, LATER)


async def test_an_excerpt_is_told_from_a_whole_text(storage: Storage) -> None:
    """The digest of the last one that was seen, and whether a feed had all of it once."""
    short = draft(body="Some …", key="k", kind=Kind.EXCERPT)
    whole = draft(body="Some words.", key="k", kind=Kind.PAGE)
    await listed(storage, short, whole)
    [known] = await storage.histories.listed(ARCHIVE)
    assert (short.digest, Kind.PAGE, False) == (known.excerpt, known.kind, known.fed)
    await listed(storage, draft(body="Some words.", key="k"))
    [known] = await storage.histories.listed(ARCHIVE)

    assert (short.digest, Kind.FEED, True) == (known.excerpt, known.kind, known.fed)


async def test_only_what_the_site_has_shown_is_listed(storage: Storage) -> None:
    """What an import alone brought in was never there: that it is missing is no sign."""
    await keep(storage, draft("Imported", key="i"))
    await listed(storage, draft("B", key="b"), draft("A", key="a", at=NOON - DAY))
    assert [3, 2] == await ids(storage), "oldest first"
    assert [] == await ids(storage, OTHER)
    await storage.histories.seen([1])
    assert [3, 1, 2] == await ids(storage)
    await storage.histories.withdraw([2])

    assert [3, 1] == await ids(storage)


async def test_what_complete_readings_lack_is_counted_until_it_is_seen(storage: Storage) -> None:
    """In a row: seen in between, in a list or by its words, it begins at none again."""
    await listed(storage, draft("A", key="a"), draft("B", key="b"), draft("C", key="c"))
    await storage.histories.keep(ARCHIVE, HISTORY, [1, 2])
    await storage.histories.keep(ARCHIVE, HISTORY, [1, 2, 3])
    assert [2, 2, 1] == await missed(storage)
    await storage.histories.seen([1])
    await listed(storage, draft("B", key="b"))
    await keep(storage, draft("C", key="c"))  # an import is no sighting
    assert [0, 0, 1] == await missed(storage)
    await storage.histories.withdraw([3])
    await storage.histories.seen([3])

    assert [0, 0, 0] == await missed(storage)
    assert not (await release(storage, 3)).withdrawn


async def test_when_it_was_changed_is_kept_as_it_was_last_read(storage: Storage) -> None:
    """In the source's own words; a source that says nothing leaves it as it was."""
    words = draft(key="k", kind=Kind.REST)
    await listed(storage, replace(words, modified="2024-05-01T12:00:00"))
    await listed(storage, replace(words, modified="2024-05-02T12:00:00"))
    await listed(storage, draft(key="k"))
    [known] = await storage.histories.listed(ARCHIVE)

    assert ("2024-05-02T12:00:00", timedelta(0)) == (
        known.modified, (known.published_at or NOON) - NOON
    )  # fmt: skip


async def test_many_are_written_in_pieces(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others get their turn to write between fifty releases and the next."""
    most = []

    def counting(real: Callable[[Transaction, int], Awaitable[None]]) -> Any:
        turns: list[Transaction] = []

        async def one(tx: Transaction, number: int) -> None:
            turns.append(tx)
            most.append(sum(turn is tx for turn in turns))
            await real(tx, number)

        return one

    monkeypatch.setattr("storage.histories.withdraw", counting(withdraw))
    monkeypatch.setattr("storage.histories.bring_back", counting(bring_back))
    await listed(storage, *(draft(f"T{n}", key=f"k{n}") for n in range(120)))
    numbers = await ids(storage)
    await storage.histories.withdraw(numbers)
    assert [] == await ids(storage)
    await storage.histories.seen(numbers)

    assert numbers == await ids(storage)
    assert (240, 50) == (len(most), max(most))
