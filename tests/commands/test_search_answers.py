"""What a search says and offers: orders, years, names found, near names, and what it tried."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands._query import Search, searched
from storage.model import Found, Missing, Named, Order, Person
from tests.commands.finding import YEARS, Finding
from tests.commands.house import House, commands_of, labels_of
from tests.commands.test_crawl import fits

MAGNITSKY = Named("магницкий", "Сергей Магнитский", ("Магнитского", "Magnitsky", "Магницкий"))


@pytest.fixture
async def search(house: House) -> Finding:
    """A search that finds twelve releases, whatever it is asked."""
    found = Finding(house.storage, counted=YEARS)
    house.storage.search = found  # type: ignore[assignment]
    return found


async def test_it_says_how_many_and_how_they_are_sorted(house: House, search: Finding) -> None:
    """The count, the page, and the order that was really used."""
    for pressed, said in [
        ("search 1 court", "12 releases found, page 1 of 3, best first"),
        ("search 2n court", "12 releases found, page 2 of 3, newest first"),
        ("search 1o2023 court", "20 releases found in 2023, page 1 of 4, oldest first"),
        ("search 1y2014 court", "1 release found in 2014"),
    ]:
        assert (await house.press(pressed)).text.text.split("\n")[1] == said
    search.total = 10_001
    message = await house.ask("court")
    assert message.text.text.split("\n")[1].startswith("More than 10,000 releases found, best")
    message = await house.press("search 2 court")
    assert "10,000 releases found, page 2, best" in message.text.text
    message = await house.ask("court", language="ru")
    assert message.text.text.split("\n")[1].startswith("Найдено больше 10\u00a0000 пресс-релизов")


async def test_the_other_orders_are_buttons(house: House, search: Finding) -> None:
    """Only the two others are offered, from the first page, and the year stays."""
    first = await house.ask("court")
    assert [b.label for b in first.buttons[2]] == ["Newest first", "Oldest first"]
    assert [b.command for b in first.buttons[2]] == ["search 1n court", "search 1o court"]

    second = await house.press("search 2o2023 court")
    assert [b.command for b in second.buttons[1]] == ["search 1o2023 court", "search 3o2023 court"]
    assert [b.command for b in second.buttons[2]] == ["search 1b2023 court", "search 1n2023 court"]
    assert search.calls[-1] == ("court", 5, Order.OLD, 2023)


async def test_no_best_is_promised_where_all_fit_alike(house: House, search: Finding) -> None:
    """A word of every release has no best hits: the button is not there, and who asks is told."""
    search.best = False
    assert "Best first" not in labels_of(await house.ask("court"))

    message = await house.press("search 1b court")
    assert message.text.text.split("\n")[1].endswith("all fit alike: newest first")
    assert "Best first" not in labels_of(message)


async def test_years_are_buttons(house: House, search: Finding) -> None:
    """Some years with their counts, the chosen one in the middle and leading back, and all."""
    first = await house.ask("court")
    chosen = await house.press("search 1n2019 court")
    all_years = await house.press("search 0n2019 court")

    assert [b.label for b in first.buttons[3]] == [
        "2026 (2)",
        "2023 (20)",
        "2019 (1)",
        "Years…",
    ]
    assert [b.command for b in first.buttons[3]][1:] == [
        "search 1y2023 court", "search 1y2019 court", "search 0 court",
    ]  # fmt: skip
    assert [b.command for b in chosen.buttons[-1]] == [
        "search 1n2023 court", "search 1n court", "search 1n2015 court", "search 0n2019 court",
    ]  # fmt: skip
    assert "✓ 2019 (1)" in labels_of(chosen)
    assert all_years.text.text == "“court”\nOf which year?"
    assert all_years.replaces
    assert commands_of(all_years)[-2:] == ["search 1n2012 court", "search 1n court"]


async def test_a_year_that_has_nothing_any_more(house: House, search: Finding) -> None:
    """An old button's year without hits shows all years instead of nothing."""
    message = await house.press("search 3n1999 court")

    assert message.text.text.split("\n")[1] == "12 releases found, page 1 of 3, newest first"


async def test_few_hits_need_no_buttons(house: House, search: Finding) -> None:
    """Two hits are looked through without orders and years."""
    search.total = 2

    assert [len(row) for row in (await house.ask("court")).buttons] == [2]


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_a_long_query_keeps_order_and_year(
    house: House, search: Finding, language: str
) -> None:
    """Every button of a query that none of them can carry finds it in the message again."""
    query = "очень длинный запрос “в кавычках” и без них 2 " * 2
    waiting, seen = [await house.ask(query, language=language)], set[str]()
    while waiting:
        message = waiting.pop()
        assert message.text.text.split("\n")[0][1:-1] == query.strip()
        for command in commands_of(message):
            if command.startswith("search") and command not in seen:
                seen.add(command)
                waiting.append(await house.press(command, message.text.text, language=language))

    assert {words for words, *_ in search.calls} == {query.strip()}
    assert {"search 2o2023", "search 0", "search 1n2012", "search 3"} <= seen


async def test_the_name_that_was_found(house: House, search: Finding) -> None:
    """It says which spellings it found where they are not the one typed, and offers to follow."""
    search.names = (MAGNITSKY,)
    message = await house.ask("магницкий")

    assert message.text.text.split("\n")[2] == "Found as: Магнитского, Magnitsky"
    assert labels_of(message)[-1] == "🔔 Follow Сергей Магнитский"
    assert commands_of(message)[-1] == "follow Сергей Магнитский"
    russian = await house.ask("магницкий", language="ru")
    assert russian.text.text.split("\n")[2] == "Нашлось как: Магнитского, Magnitsky"
    same = replace(MAGNITSKY, spellings=("Магницкий",))
    search.names = (same,)
    for typed in ("Магницкий", "«магницкий»", "-x,Магницкий!"):
        assert "Found as" not in (await house.ask(typed)).text.text
    group = await house.ask("/search магницкий", private=False, may_manage=False)
    assert not any(command.startswith("follow") for command in commands_of(group))


@pytest.mark.parametrize(
    ("name", "followed"),
    [("Наталья Константинопольская", "Константинопольская"),
     ("Ж" * 30, "магницкий"), ("Ж" * 30 + " Ы", "магницкий")],
)  # fmt: skip
async def test_a_name_too_long_to_follow(
    house: House, search: Finding, name: str, followed: str
) -> None:
    """What does not fit on a button is followed by a shorter name of the same."""
    asked = "магницкий" if name.startswith("Ж") else name
    search.names = (replace(MAGNITSKY, name=name, asked=asked),)

    assert commands_of(await house.ask("магницкий"))[-1] == f"follow {followed}"


async def test_a_forgotten_layout(house: House, search: Finding) -> None:
    """It says what it took the keys for, and pages go on by what was typed."""
    search.asked = "Браудер"
    message = await house.ask("<hfelth")

    assert message.text.text.split("\n")[2] == "I looked for “Браудер”."
    assert commands_of(message)[5] == "search 2 <hfelth"


async def test_near_names_are_offered(house: House, search: Finding) -> None:
    """Nothing found: what was tried, and at most two near names, as buttons with counts."""
    offers = (Person("Sergei Magnitsky", 25), Person("Наталья Константинопольская", 3),
              Person("Third", 1))  # fmt: skip
    search.nothing = Found(tried=("Magnisky", "Магниски"), offers=offers)
    message = await house.ask("Magnisky")

    assert message.text.text == (
        "I found nothing for “Magnisky”.\nI also tried: Магниски.\n\nDid you mean one of these?"
    )
    assert labels_of(message) == ["Sergei Magnitsky (25)", "Наталья Константинопольская (3)"]
    assert commands_of(message) == ["search 1 Sergei Magnitsky", "search Константинопольская"]
    group = await house.ask("/search Magnisky", private=False, may_manage=False)
    assert commands_of(group) == commands_of(message)


@pytest.mark.parametrize(
    ("missing", "said"),
    [(Missing.WANTED, "That says only what you do not want."),
     (Missing.WORDS, "I see no word in that.")],
)  # fmt: skip
async def test_a_query_that_asks_for_nothing(
    house: House, search: Finding, missing: Missing, said: str
) -> None:
    """One sentence that says what to write instead, with an example."""
    search.nothing = Found(missing=missing)
    message = await house.ask("-london")

    assert message.text.text.startswith(said)
    assert "court" in message.text.text


PLACES = st.builds(
    "{}{}{}".format,
    st.one_of(st.integers(-5, 10**20), st.sampled_from(["", "0", "1", "٣", "²"])),
    st.sampled_from(["", "b", "n", "o", "y", "z", "N"]),
    st.one_of(st.just(""), st.integers(0, 99999)),
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    place=PLACES, query=st.text(max_size=60), under=st.text(max_size=60),
    language=st.sampled_from(["en", "ru"]), may_manage=st.booleans(),
)  # fmt: skip
async def test_no_forged_button_is_an_error(
    house: House, search: Finding, place: str, query: str, under: str, language: str,
    may_manage: bool,
) -> None:  # fmt: skip
    """Whatever place a button names, there is an answer that fits every platform."""
    search.names = (replace(MAGNITSKY, name=query, asked=under, spellings=(query, under)),)
    words = f"search {place} {query}"
    fits(await house.press(words, f"“{under}”", language=language, may_manage=may_manage))


@given(
    query=st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=60),
    page=st.integers(0, 10**6), order=st.sampled_from([None, *Order]),
    year=st.one_of(st.none(), st.integers(1000, 2999)),
)  # fmt: skip
def test_a_button_asks_what_it_was_made_for(
    query: str, page: int, order: Order | None, year: int | None
) -> None:
    """Place, order, year and words come back as they were, from the button or the message."""
    from datetime import UTC, datetime

    from bot.chat import Request
    from storage.model import Address

    made = Search(query, page, order, year)
    button = made.button("x")
    request = Request(
        Address("terminal", "1"), button.command.removeprefix("search "),
        datetime(2026, 1, 1, tzinfo=UTC), pressed=True, under=f"«{query}»\nword",
    )  # fmt: skip

    assert len(button.command.encode()) <= 46
    assert searched(request) == made


async def test_what_is_pasted_is_whole(house: House, search: Finding) -> None:
    """Soft hyphens and invisible marks within a word do not cut it in two."""
    await house.ask("Маг\u00adнит\u200bский\u202c court\nnext")

    assert search.calls[-1][0] == "Магнитский court next"
