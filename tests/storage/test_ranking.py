"""The order of hits: mentions of a name, relevance, and dates where that tells nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from storage import Storage
from storage.database import Connection
from storage.model import Order
from storage.search import ranking
from storage.search.ranking import ranked, years
from storage.search.wanted import Spelled, Wanted
from tests.storage.conftest import DAY, NOON, draft, keep


@pytest.fixture
async def stocked(storage: Storage) -> Storage:
    """Forty releases, a day each: every second has a needle, two have it in their titles."""
    await keep(
        storage,
        *(
            draft(
                f"Needle {n}" if n in (8, 20) else f"Title {n}",
                "a needle in the hay" if n % 2 == 0 else "only hay", key=str(n), at=NOON + n * DAY,
                language="ru" if n >= 30 else "en",
            )
            for n in range(40)
        ),
    )  # fmt: skip
    return storage


async def keys(
    storage: Storage, wanted: Wanted, order: Order = Order.BEST, count: int = 50, skip: int = 0
) -> list[int]:
    async with storage.database.read() as connection:
        page = await ranked(connection, wanted, order, count, skip)
        rows = await connection.rows("SELECT sort, key FROM releases")
    place = {sort: int(key) for sort, key in rows}
    return [place[sort] for sort in page.places]


NEEDLE = Wanted('"needle"')


async def test_titles_go_first(stocked: Storage) -> None:
    """What has the word in its title is better; among equals the newer goes first."""
    assert [20, 8, 38, 36] == await keys(stocked, NEEDLE, count=4)


async def test_dates_decide_where_it_was_asked(stocked: Storage) -> None:
    """Newest and oldest first are what they say."""
    assert [38, 36, 34] == await keys(stocked, NEEDLE, Order.NEW, 3)
    assert [0, 2, 4] == await keys(stocked, NEEDLE, Order.OLD, 3)


async def test_what_is_everywhere_is_sorted_by_date(stocked: Storage) -> None:
    """A word in more than half of the releases tells nothing: the order is by date and says so."""
    async with stocked.database.read() as connection:
        page = await ranked(connection, Wanted('"hay"'), Order.BEST, 2, 0)

    assert Order.NEW is page.order
    assert [39, 38] == await keys(stocked, Wanted('"hay"'), count=2)


async def test_what_is_past_the_ranked_ones_follows_by_date(
    stocked: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many hits the newest are ranked; the rest stands behind them, each once on any page."""
    monkeypatch.setattr(ranking, "RANKED", 12)
    monkeypatch.setattr(ranking, "FEW", 100)
    whole = await keys(stocked, NEEDLE)
    pages = [await keys(stocked, NEEDLE, count=5, skip=skip) for skip in range(0, 25, 5)]

    assert [20, 38, 36] == whole[:3]
    assert [14, 12, 10, 8, 6, 4, 2, 0] == whole[12:]
    assert whole == [key for page in pages for key in page]


async def test_counting_ends_somewhere(stocked: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody counts a hundred thousand hits: there are more, and that is said."""
    monkeypatch.setattr(ranking, "COUNTED", 15)
    async with stocked.database.read() as connection:
        page = await ranked(connection, NEEDLE, Order.BEST, 1, 0)

    assert (15, True) == (page.total, page.more)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"spans": ((date(2024, 5, 5), date(2024, 5, 8)),)}, [6, 4]),
        ({"languages": frozenset({"ru"})}, [38, 36, 34, 32, 30]),
        ({"languages": frozenset({"ru"}), "spans": ((date.min, date(2024, 6, 1)),)}, [30]),
        ({"spans": ((date.max, date.max),)}, []),
    ],
)
async def test_dates_and_languages_limit(
    stocked: Storage, limits: dict[str, Any], expected: list[int]
) -> None:
    """Both ends of a range are included, by the archive's local date."""
    assert expected == await keys(stocked, Wanted('"needle"', **limits), Order.NEW)


async def test_no_words_list_all(stocked: Storage) -> None:
    """Dates alone list what is of them, newest first."""
    days = (date(2024, 5, 3), date(2024, 5, 5))

    assert [4, 3, 2] == await keys(stocked, Wanted("", spans=(days,)))


async def test_the_full_name_goes_first(stocked: Storage) -> None:
    """With the given name asked for, then the name alone, by ear, with another one, as a word."""
    async with stocked.database.write() as tx:
        await tx.run_many("INSERT INTO names (id, word) VALUES (?, ?)",
                          [(101, "Needle"), (102, "Nidl"), (103, "Ann"), (104, "Bob")])  # fmt: skip
        place = {int(k): s for k, s in await tx.rows("SELECT key, sort FROM releases")}
        await tx.run_many(
            "INSERT INTO mentions (name_id, sort, given_id, weight) VALUES (?, ?, ?, 4)",
            [(101, place[2], 103), (101, place[2], 0), (101, place[4], 104), (101, place[6], 0),
             (102, place[10], 0)],
        )  # fmt: skip
    names = (Spelled(0, 101, True, frozenset({103})), Spelled(0, 102, False))

    assert [2, 6, 10, 4, 38] == await keys(stocked, Wanted('"needle"', names), count=5)


async def test_years_are_counted(stocked: Storage) -> None:
    """How many hits each year has, newest first."""
    await keep(stocked, draft("Needle", "old", key="99", at=NOON - 400 * DAY))
    async with stocked.database.read() as connection:
        assert [(2024, 20), (2023, 1)] == await years(connection, NEEDLE)


async def test_exclusions_alone_take_out_of_a_year(stocked: Storage) -> None:
    """Where no word is wanted, what is not wanted is left out all the same."""
    found = await stocked.search.find("year:2024 -needle", 50)

    assert 20 == found.total
    assert all("needle" not in hit.release.body.text for hit in found.hits)


async def test_an_excluded_name_is_out_in_every_spelling(storage: Storage) -> None:
    """Names are matched loosely where they are not wanted, too."""
    await keep(
        storage,
        draft("Суд", "Выступил Билл Браудер, сказал Браудер.", key="1", language="ru"),
        draft("Суд идёт", "Выступил Иван Петров.", key="2", language="ru", at=NOON + DAY),
        draft("Court", "Bill Browder spoke. Mr Browder left.", key="3", at=NOON + 2 * DAY),
    )
    found = await storage.search.find("суд -Браудера", 5)

    assert ["2"] == [hit.release.key for hit in found.hits]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("needle date:2024-05-03 OR date:2024-05-05", [4, 2]),
        ("date:2024-05-03..2024-05-05 -date:2024-05-04", [4, 2]),
        ("needle -lang:en sort:old", [30, 32, 34, 36, 38]),
        ("needle date:2024-05-05..2024-05-03", [4, 2]),
        ("needle after:2024-06-07", [38]),
    ],
)
async def test_filters_join_and_exclude(stocked: Storage, words: str, expected: list[int]) -> None:
    """Dates join by OR; what is excluded is out; from the later to the earlier is the same."""
    found = await stocked.search.find(words, 10)

    assert expected == [int(hit.release.key) for hit in found.hits]


async def test_what_looks_like_an_operator_is_told(stocked: Storage) -> None:
    """A value that says nothing is taken for words, and named where nothing is found."""
    assert ("after:2014-13",) == (await stocked.search.find("after:2014-13", 5)).unread


async def test_dates_decide_within_a_year_too(storage: Storage) -> None:
    """What is in every release of a year tells nothing there, though it is rare elsewhere."""
    await keep(
        storage,
        *(draft(f"Old {n}", "hay", key=f"o{n}", at=NOON - 400 * DAY - n * DAY) for n in range(90)),
        *(draft(f"New {n}", "campaign " * (n % 3 + 1), key=f"n{n}", at=NOON + n * DAY)
          for n in range(30)),
    )  # fmt: skip
    found = await storage.search.find("campaign year:2024", 3)

    assert Order.NEW is found.order
    assert ["n29", "n28", "n27"] == [hit.release.key for hit in found.hits]


async def test_the_other_keyboard_keeps_the_filters(storage: Storage) -> None:
    """Dates and languages are read as they are, the words as the other keyboard has them."""
    await keep(storage, draft("Выступил Иван Карпов", "Карпов сказал.", key="1", language="ru"))

    for words in ("year:2024 rfhgjd", "rfhgjd sort:new", "lang:ru rfhgjd"):
        assert 1 == (await storage.search.find(words, 1)).total
    assert 0 == (await storage.search.find("year:2023 rfhgjd", 1)).total


async def test_a_release_withdrawn_meanwhile_is_left_out(
    stocked: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between ranking and reading a release may go: the others are shown."""
    whole = await stocked.search.find("needle", 3)

    async def gone(connection: Connection, *rest: Any) -> ranking.Ranked:
        page = await ranked(connection, *rest)
        await stocked.histories.withdraw([whole.hits[0].release.id])
        return page

    monkeypatch.setattr("storage.search.fulltext.ranked", gone)

    assert list(whole.hits[1:]) == list((await stocked.search.find("needle", 3)).hits)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2014, 12, 31, 10, tzinfo=UTC), date(2015, 1, 1)),  # 14 hours ahead of UTC
        (datetime(2016, 1, 1, 12, tzinfo=UTC), date(2015, 12, 31)),  # 12 hours behind it
    ],
)
async def test_a_year_is_the_archives_own(storage: Storage, at: datetime, day: date) -> None:
    """What is of a year by the archive's local date is found in it, whatever UTC says."""
    await keep(storage, replace(draft("Needle", key="1"), published=day, published_at=at))

    assert 1 == (await storage.search.find("needle year:2015", 1)).total
    assert 1 == (await storage.search.find("year:2015", 1)).total
    assert 0 == (await storage.search.find(f"needle year:{at.year}", 1)).total


async def mentioned(storage: Storage, weights: dict[int, int]) -> tuple[Spelled, ...]:
    """A name that these releases mention, each with this weight."""
    async with storage.database.write() as tx:
        await tx.run("INSERT INTO names (id, word) VALUES (101, 'Needle')")
        place = {int(k): s for k, s in await tx.rows("SELECT key, sort FROM releases")}
        await tx.run_many(
            "INSERT INTO mentions (name_id, sort, weight) VALUES (101, ?, ?)",
            [(place[key], weight) for key, weight in weights.items()],
        )
    return (Spelled(0, 101, True),)


async def test_a_person_goes_before_what_is_called_after_one(stocked: Storage) -> None:
    """The Needle Act is no mention of Needle, in a title neither; a person goes first there."""
    names = await mentioned(stocked, {2: 4, 4: 5, 6: 2, 10: 3})

    assert [4, 2, 10, 6, 38] == await keys(stocked, Wanted('"needle"', names), count=5)


async def test_titles_count_for_nothing_where_nearly_all_name_him(stocked: Storage) -> None:
    """In an archive about one person the newest release goes first, not the oldest title."""
    names = await mentioned(stocked, {1: 5, 3: 4, 5: 4})

    assert [5, 3, 1, 39] == await keys(stocked, Wanted('"hay"', names), count=4)
