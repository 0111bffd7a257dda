"""Searching on the archive's pages: the name that was found, and near names where nothing was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

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


async def years(storage: Storage) -> None:
    """Twenty-five releases with a word, in two years, and one without in a third."""
    for n in range(1, 26):
        await keep(storage, draft(n, "Of rivers", f"The council met, {n}.", day=date(2014, 3, n)))
    await keep(
        storage,
        draft(40, "Of rivers", "The council met.", day=date(2015, 3, 1)),
        draft(50, "Of lakes", "Nobody met.", day=date(2016, 3, 1)),
    )


async def test_a_search_within_a_year(storage: Storage, stage: Stage) -> None:
    """The year limits what is found, its hits are counted, and all links keep words and year."""
    await years(storage)
    page = (await stage.get("/releases?q=council&year=2014")).text

    assert words(page, ".counted")[0].startswith("25 releases found in 2014, page 1 of 2")
    assert ["/releases?q=council&year=2014&page=2"] == values(page, ".pages a", "href")
    assert values(page, ".years a", "href") == [
        "/releases?q=council", "/releases?q=council&year=2015", "/releases?q=council&year=2014",
    ]  # fmt: skip
    assert ["All years", "2015 1", "2014 25"] == words(page, ".years a")
    assert ["2014 25"] == words(page, ".years [aria-current=true]")
    second = (await stage.get("/releases?q=council&year=2014&page=2")).text
    assert 5 == len(nodes(second, ".entry"))
    everywhere = (await stage.get("/releases?q=council")).text
    assert ["All years"] == words(everywhere, ".years [aria-current=true]")


async def test_a_year_without_hits(storage: Storage, stage: Stage) -> None:
    """It says that other years have some; where none has, the choices lead out of the search."""
    await years(storage)
    page = (await stage.get("/releases?q=council&year=2016&lang=ru")).text

    assert words(page, ".empty p")[:2] == [
        "По запросу «council» ничего не нашлось.", "За 2016 год ничего нет, но есть за другие годы."
    ]  # fmt: skip
    assert "/releases?q=council&year=2015&lang=ru" in values(page, ".years a", "href")
    nowhere = (await stage.get("/releases?q=xyzzy&year=2016")).text
    assert "/releases?year=2015" in values(nowhere, ".years a", "href")
    assert [] == nodes(nowhere, ".years [aria-current=true]")


async def test_a_language_is_not_dragged_along(storage: Storage, stage: Stage) -> None:
    """A search looks through all languages: its links do not say that it is in one."""
    await years(storage)

    page = (await stage.get("/releases?q=council&of=ru")).text
    assert ["/releases?q=council&page=2"] == values(page, ".pages a", "href")


async def test_a_year_among_the_words(storage: Storage, stage: Stage) -> None:
    """Words and a year that together find nothing: a link to the words in that year."""
    await years(storage)
    page = (await stage.get("/releases?q=lakes+2016&lang=en")).text

    assert ["/releases?q=lakes&year=2016&lang=en"] == values(page, "a.offer", "href")
    assert "Did you mean: lakes, 2016" in words(page, ".empty p")
    assert [] == nodes((await stage.get("/releases?q=lakes+2015")).text, "a.offer")


async def test_an_operator_that_says_nothing(storage: Storage, stage: Stage) -> None:
    """It says what to write instead."""
    searching(storage, nothing=Found(tried=("",), unread=("year:14",)))
    page = (await stage.get("/releases?q=court+year:14")).text

    assert words(page, ".empty p")[1] == (
        "“year:14” is no date I understand; write for example year:2014"
    )
