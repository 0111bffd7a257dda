"""What a cache on the way gives late undoes nothing that is known already."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from storage import Storage
from storage.model import Draft, Fate, Kind, Saved
from tests.storage.conftest import ARCHIVE, DAY, LATER, NOON, draft, query, release


def rest(body: str, modified: str = "2024-05-01T12:00:00", title: str = "A title") -> Draft:
    return replace(draft(title, body, key="k", kind=Kind.REST), modified=modified)


def feed(body: str) -> Draft:
    return draft(body=body, key="k", kind=Kind.FEED)


async def shown(storage: Storage, given: Draft, minutes: float = 0) -> Saved:
    """The site shows it, so many minutes after it was first seen."""
    at = NOON + timedelta(minutes=minutes)
    [(saved, _)] = await storage.keep(ARCHIVE, [(given, Fate.QUIET)], at, listed=True)
    return saved


async def words(storage: Storage) -> tuple[int, str]:
    found = await release(storage, 1)
    return found.revision, found.body.text


@pytest.mark.parametrize("stale", ["2024-05-01T12:00:00", "2024-05-01T15:00:00+03:00"])
async def test_older_answer_undoes_no_edit(storage: Storage, stale: str) -> None:
    """Nor does it move or date the release; the time that is known stays, in whatever zone."""
    await shown(storage, rest("Old."))
    edited = rest("Right.", "2024-05-01T12:05:00")
    assert Saved.CHANGED is await shown(storage, edited, 5)
    old = replace(rest("Old.", stale), link="https://archive.example/old", published_at=LATER)
    assert Saved.KNOWN is await shown(storage, old, 6)

    assert (2, "Right.") == await words(storage)
    found = await release(storage, 1)
    assert ("", NOON) == (found.link, found.published_at)
    assert [("2024-05-01T12:05:00",)] == await query(storage, "SELECT modified FROM releases")
    assert Saved.KNOWN is await shown(storage, edited, 7)
    assert Saved.CHANGED is await shown(storage, rest("Newer.", "2024-05-01T12:08:00"), 8)


async def test_two_edits_of_one_second_are_both_taken(storage: Storage) -> None:
    """The same time is not older."""
    await shown(storage, rest("Old."))

    assert Saved.CHANGED is await shown(storage, rest("Right."), 1)
    assert (2, "Right.") == await words(storage)


async def test_richer_text_of_before_undoes_no_edit_of_a_poorer_one(storage: Storage) -> None:
    """The feed shows an edit, the API's cache does not yet; when it does it is the richer one."""
    await shown(storage, feed("Old."))
    await shown(storage, rest("Old and rich."), 1)
    await shown(storage, feed("Old."), 2)
    assert Saved.CHANGED is await shown(storage, feed("Right."), 5)
    assert Saved.KNOWN is await shown(storage, rest("Old and rich."), 6)
    assert (2, "Right.") == await words(storage)
    await shown(storage, rest("Right and rich.", "2024-05-01T12:04:00"), 30)

    assert (2, "Right and rich.") == await words(storage)


async def test_edit_that_was_undone_is_followed(storage: Storage) -> None:
    """The very words of before, but changed later than those: no cache gave them."""
    await shown(storage, rest("Old and rich."))
    await shown(storage, feed("Old."), 1)
    await shown(storage, feed("Wrong."), 5)
    assert (2, "Wrong.") == await words(storage)
    await shown(storage, rest("Old and rich.", "2024-05-01T12:07:00"), 8)

    assert "Old and rich." == (await words(storage))[1]


async def test_no_cache_is_behind_for_days(storage: Storage) -> None:
    """What the feed alone shows differently for a day was no edit: the richer words are back."""
    await shown(storage, rest("Rich."))
    await shown(storage, feed("Plain."), 1)
    await shown(storage, feed("Plain, and a footer."), 5)
    day = DAY.total_seconds() / 60
    await shown(storage, rest("Rich."), day)
    assert (2, "Plain, and a footer.") == await words(storage)
    await shown(storage, rest("Rich."), day + 6)

    assert (2, "Rich.") == await words(storage)


async def test_first_rich_text_may_be_older_than_the_poor_one(storage: Storage) -> None:
    """It was written before the poor one was read, and is taken all the same."""
    await shown(storage, feed("Plain."), 60)
    await shown(storage, rest("Rich."), 61)

    assert (1, "Rich.") == await words(storage)
