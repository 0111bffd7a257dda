"""What a search that finds nothing says and offers, and when a name is offered to be followed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import present
from bot.i18n import texts
from storage.model import Found, Named, Order, Person
from tests.commands.finding import Finding
from tests.commands.house import House, commands_of, labels_of
from tests.commands.test_crawl import fits


@pytest.fixture
async def search(house: House) -> Finding:
    """A search that finds nothing, whatever it is asked."""
    found = Finding(house.storage, nothing=Found())
    house.storage.search = found  # type: ignore[assignment]
    return found


@pytest.mark.parametrize("tried", [("",), (" ", "\u200b"), ("zebra",)])
async def test_nothing_is_said_of_words_of_nothing(
    house: House, search: Finding, tried: tuple[str, ...]
) -> None:
    """No spelling, or none but the one typed, is no "I also tried"."""
    search.nothing = Found(tried=tried)

    assert "also tried" not in (await house.ask("zebra")).text.text


async def test_long_words_are_cut(house: House, search: Finding) -> None:
    """What was tried stays a line, and no word of it fills a screen."""
    search.nothing = Found(tried=("", "w" * 64, "Zebre"))

    lines = (await house.ask("zebra")).text.text.split("\n")
    assert lines[1] == f"I also tried: {'w' * 39}…, Zebre."


async def test_found_as_is_short(house: House, search: Finding) -> None:
    """Of many long spellings some are named, and none that is empty."""
    names = tuple(Named(f"n{n}", "", (f"{n}" * 64, "", f"word{n}")) for n in range(20))
    search.nothing, search.names = None, names
    line = (await house.ask("zebra")).text.text.split("\n")[2]

    assert line.startswith(f"Found as: {'0' * 39}…, word0, ")
    assert len(line.split(", ")) == 8


async def test_only_who_is_sure_can_be_followed(house: House, search: Finding) -> None:
    """An ordinary word that stands with a capital somewhere is told, and not offered."""
    the = Named("the", "The", ("The", "Зе"), sure=False)
    lind = Named("lind", "Ada Lind", ("Lind", "Линд"))
    search.nothing, search.names = None, (the, lind)
    message = await house.ask("the lind")

    assert "Found as: Зе, Линд" in message.text.text
    assert [b for b in labels_of(message) if "Follow" in b] == ["🔔 Follow Ada Lind"]
    search.names = (lind, replace(lind, asked="линд"))
    assert [b for b in labels_of(await house.ask("lind линд")) if "Follow" in b] == [
        "🔔 Follow Ada Lind"
    ]
    search.names = (replace(lind, sure=False),)
    assert [b for b in labels_of(await house.ask("lind")) if "Follow" in b] == []


@pytest.mark.parametrize(
    ("piece", "language", "said"),
    [
        ("after:2014-13", "en",
         "“after:2014-13” is no date I understand; write for example after:2014-03"),
        ("Before:x", "en", "“Before:x” is no date I understand; write for example before:2015"),
        ("year:14", "en", "“year:14” is no date I understand; write for example year:2014"),
        ("lang:xx", "en",
         "“lang:xx” is no language I know; write for example lang:en or lang:ru"),
        ("sort:up", "en", "“sort:up” is no order I know; write sort:new, sort:old or sort:best"),
        ("после:вчера", "ru",
         "«после:вчера» – такой даты я не понимаю; напишите, например, после:2014-03"),
        ("год:14", "en", "“год:14” is no date I understand; write for example год:2014"),
        ("язык:щщ", "ru",
         "«язык:щщ» – такого языка я не знаю; напишите, например, язык:en или язык:ru"),
        ("порядок:ы", "ru", "«порядок:ы» – такого порядка я не знаю;"
         " напишите порядок:новые, порядок:старые или порядок:лучшие"),
    ],
)  # fmt: skip
async def test_an_operator_that_says_nothing(
    house: House, search: Finding, piece: str, language: str, said: str
) -> None:
    """It says what to write instead, in the tongue that was typed, and no longer "fewer words"."""
    search.nothing = Found(unread=("intitle:", piece))
    message = await house.ask(f"court {piece}", language=language)

    assert message.text.text.split("\n")[1:] == [said]
    assert commands_of(message) == ["latest", "help"]


@pytest.mark.parametrize(
    "query",
    ["court after:2014-13", "court year:14", "court sort:up", "court lang:martian",
     "суд после:вчера", "суд год:14", "суд порядок:ы"],
)  # fmt: skip
async def test_what_is_advised_is_understood(house: House, query: str) -> None:
    """With the real search: whatever an advice names as an example is no more complained of."""
    bad = await house.storage.search.find(f"zqx {query}", 1)
    said = present.unread(bad, texts("en"))
    assert said
    for example in [word.strip(",") for word in said.split() if ":" in word and "”" not in word]:
        assert (await house.storage.search.find(f"zqx {example}", 1)).unread == ()


@pytest.mark.parametrize(
    ("query", "label", "command"),
    [
        ("Lind 2014", "Lind, 2014", "search 1y2014 Lind"),
        ("Lind, 2014", "Lind, 2014", "search 1y2014 Lind"),
        ("Линд в 2014 году", "Линд, 2014", "search 1y2014 Линд"),
    ],
)
async def test_a_year_among_the_words(
    house: House, search: Finding, query: str, label: str, command: str
) -> None:
    """Words and a year that together find nothing: the words in that year are a press away."""
    wanted = command.rpartition(" ")[2]
    assert search.nothing is not None
    search.only = {(wanted, 2014): 3}
    message = await house.ask(query)

    assert (labels_of(message), commands_of(message)) == ([label], [command])
    assert message.text.text.endswith("Did you mean:")
    search.nothing = replace(search.nothing, offers=(Person("Ada Lind", 3),))
    assert labels_of(await house.ask(query)) == [label, "Ada Lind (3)"]
    search.only = {}
    assert labels_of(await house.ask(query)) == ["Ada Lind (3)"]


@pytest.mark.parametrize("query", ["2014", "Lind 2013 2014", "Lind 1789", "“Lind 2014”", "-2014"])
async def test_where_no_year_is_meant(house: House, search: Finding, query: str) -> None:
    """A year alone, two of them, or none that releases could be of, is asked for but once."""
    await house.ask(f"/search {query}")

    assert len(search.calls) == 1


async def test_the_year_is_pressed(house: House) -> None:
    """With the real search: the button finds the releases of that year."""
    message = await house.ask("debate 2014")
    assert labels_of(message) == ["debate, 2014"]
    pressed = await house.press(commands_of(message)[0], message.text.text)

    assert pressed.text.text.startswith("“debate”\n1 release found in 2014\n")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    query=st.text(max_size=30), year=st.sampled_from(["", "2014", "в 2014 году"]),
    words=st.lists(st.text(max_size=90), max_size=9), language=st.sampled_from(["en", "ru"]),
)  # fmt: skip
async def test_whatever_was_tried_fits(
    house: House, search: Finding, query: str, year: str, words: list[str], language: str
) -> None:
    """No spelling, name or operator that storage tells of makes an answer too long or empty."""
    persons = tuple(Person(word, 1) for word in words)
    pieces = tuple(f"after:{word}" for word in words)
    search.nothing = Found(tried=tuple(words), offers=persons, unread=pieces, order=Order.NEW)
    search.only = {(query.strip(), 2014): 1}

    fits(await house.ask(f"/search {query} {year}", language=language))
