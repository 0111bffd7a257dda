"""Searching on the archive's pages: the name that was found, and near names where nothing was."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage import Storage
from storage.model import Found, Missing, Named, Person
from tests.commands.finding import Finding
from tests.fakes.releases import draft
from tests.platforms.archive_stage import Stage, archive, keep, nodes, values, words


@pytest.fixture
async def stage(storage: Storage) -> AsyncIterator[Stage]:
    async with archive(storage) as opened:
        yield opened


def searching(storage: Storage, **what: object) -> None:
    """From now on every search in this storage comes to this."""
    storage.search = Finding(storage, **what)  # type: ignore[assignment, arg-type]


async def test_the_spelling_that_was_found_is_shown(storage: Storage, stage: Stage) -> None:
    """Who asked in one spelling reads in which other ones the releases have it."""
    await keep(storage, draft(1, "One"))
    searching(storage, total=1, names=(Named("lind", "Ada Lind", ("Lind", "Линд")),))
    page = (await stage.get("/releases?q=lind")).text

    assert ["1 release found", "Found as: Линд"] == words(page, ".counted")


async def test_near_names_are_links(storage: Storage, stage: Stage) -> None:
    """Nothing found: what was tried and two near names, whose links ask for them."""
    offers = (Person("Ada <Lind>", 25), Person("Линд", 3), Person("Third", 1))
    searching(storage, nothing=Found(tried=("Linnd", "Линнд"), offers=offers))
    page = (await stage.get("/releases?q=Linnd&lang=en")).text

    assert ["Ada <Lind>", "Линд"] == words(page, "a.offer")
    assert values(page, "a.offer", "href") == [
        "/releases?q=Ada+%3CLind%3E&lang=en",
        "/releases?q=%D0%9B%D0%B8%D0%BD%D0%B4&lang=en",
    ]
    assert "I also tried: Линнд." in words(page, ".empty p")
    assert [] == nodes(page, ".entry")


async def test_a_query_that_asks_for_nothing(storage: Storage, stage: Stage) -> None:
    """It says what to add."""
    searching(storage, nothing=Found(missing=Missing.WANTED))
    page = (await stage.get("/releases?q=-london")).text

    assert words(page, ".empty p")[1].startswith("That says only what you do not want.")
