"""Searching, page by page."""

from __future__ import annotations

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat import Message
from bot.commands._query import COMMAND_BYTES
from storage.model import Style
from tests.commands.house import House, commands_of
from tests.commands.test_crawl import fits


async def test_hits_are_shown_with_the_hit_in_bold(house: House) -> None:
    """The query, how many were found, and the words around each hit."""
    message = await house.ask("/search witness named")
    bold = [message.text.text[s.start : s.end] for s in message.text.spans if s.style is Style.BOLD]

    assert message.text.text.startswith("“witness named”\n1 release found\n\n1. Witness Named")
    assert bold == ["“witness named”", "Witness Named in the Lind Case", "named", "witness"]
    assert commands_of(message) == ["release 10"]


async def test_pages(house: House) -> None:
    """Five a page; the arrows carry a short query along and lead to the end and back."""
    first = await house.ask("inquiry")
    second = await house.press("search 2 inquiry")
    last = await house.press("search 99 inquiry")

    assert first.text.text.startswith("“inquiry”\n23 releases found, page 1 of 5")
    assert commands_of(first)[5] == "search 2 inquiry"
    assert "page 2 of 5, newest first\n\n6. " in second.text.text
    assert commands_of(second)[5:7] == ["search 1 inquiry", "search 3 inquiry"]
    assert "page 5 of 5, newest first\n\n21. " in last.text.text
    assert (first.replaces, second.replaces) == (False, True)


async def test_a_long_query_is_read_back(house: House) -> None:
    """What does not fit into a button is found in the message above it, quotes and all."""
    query = "inquiry “heard” " + "week " * 20 + "what"
    first = await house.ask(query)
    button = commands_of(first)[5]
    second = await house.press(button, under=first.text.text)

    assert button == "search 2"
    assert second.text.text.split("\n")[0] == first.text.text.split("\n")[0]
    assert "page 2 of 4" in second.text.text


def onward(message: Message) -> str | None:
    """What the button to the next page asks, if there is one."""
    return next((b.command for row in message.buttons for b in row if b.label == "▶"), None)


@pytest.mark.parametrize("language", ["en", "ru"])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(more=st.lists(st.sampled_from(["week", "the", "heard", "“", "”", "»", "2", "7"])))
async def test_every_page_can_be_pressed(house: House, language: str, more: list[str]) -> None:
    """However long the query, no button is too long, and pressing on finds the same again."""
    message = await house.ask("/search inquiry " + " ".join(more), language=language)
    head, shown = message.text.text.split("\n")[0], 1
    while (button := onward(message)) is not None:
        assert len(button.encode()) <= COMMAND_BYTES == 46
        message = await house.press(button, message.text.text, language=language)
        assert message == await house.press(button, message.text.text, language=language)
        assert message.text.text.split("\n")[0] == head
        shown += 1

    assert shown in (1, 4, 5)


@pytest.mark.parametrize(
    ("words", "said"),
    [("", "Write what to look for, for example: /search court"),
     (" zebra", "I found nothing for “zebra”.")],
)  # fmt: skip
async def test_in_a_group_it_is_short(house: House, words: str, said: str) -> None:
    """There what it has not to give is one sentence, without buttons, and no talk is a search."""
    message = await house.ask(f"/search{words}", private=False, may_manage=False)

    assert (message.text.text, message.buttons) == (said, ())
    old = await house.press("search 2", private=False, may_manage=False)
    assert old.text.text == "Write what to look for, for example: /search court"


async def test_a_button_whose_message_is_unknown(house: House) -> None:
    """If the platform cannot say what a button stands under, it asks for the words."""
    message = await house.press("search 2", under="")

    assert message.text.text.startswith("I no longer know what this button searched for.")


async def test_typed_numbers_are_words(house: House) -> None:
    """Only a button's first number is a page."""
    message = await house.ask("/search 2 inquiry")

    assert message.text.text.startswith("“2 inquiry”\n1 release found")


@pytest.mark.parametrize("words", ["/search", "", "   ", "\u200b"])
async def test_without_words_it_asks(house: House, words: str) -> None:
    """An empty search is a question back, with a way on."""
    message = await house.ask(words)

    assert message.text.text.startswith("What are you looking for?")
    assert commands_of(message) == ["latest"]


@pytest.mark.parametrize(
    "words", ["zebra", "???", "🕯", '" OR 815', "NEAR(", "inquiry -*", "a\x00b", "{query}", "\ud800"]
)
async def test_nothing_found(house: House, words: str) -> None:
    """Nothing found, or nothing that could be, is a friendly sentence with ways on."""
    message = await house.ask(f"/search zqx {words}")

    assert message.text.text.startswith("I found nothing for “zqx")
    assert commands_of(message) == ["latest", "help"]


async def test_a_very_long_query_is_cut(house: House) -> None:
    """A pasted text is searched for by its beginning, and the answer still fits."""
    message = await house.ask("nothing " * 500)

    assert len(message.text.text) < 400


async def test_in_russian(house: House) -> None:
    """Russian words, with е for ё, and a Russian answer."""
    message = await house.ask("перенес слушание", language="ru")

    assert message.text.text.startswith(
        "«перенес слушание»\nНайден 1 пресс-релиз\n\n1. Суд перенёс"
    )
    nothing = await house.ask("зебра", language="ru")
    assert nothing.text.text.startswith("По запросу «зебра» ничего не нашлось.")


PIECES = st.sampled_from(
    ["year:", "year:2014", "год:9999", "after:2014-13", "before:0000", "после:2015-11", "lang:xx",
     "sort:best", "sort:", "intitle:", "intitle:lind", "заголовок:суд", "OR", "ИЛИ", "-", "–lind",
     '"', "“", "«", "(", "*", "NEAR/3", ":", "x:y", "Lind", "линд", "Ada", "inquiry", "Kara-Murza",
     "\x00", "\n", "\ud800", "🕯️", "e\u0301", "ｌｉｎｄ", "’s", "2015", "r5", "'", ";--", "{query}"]
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ru"])
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pieces=st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=12), pressed=st.booleans())
async def test_any_query_has_an_answer(
    house: House, language: str, pieces: list[str], pressed: bool
) -> None:
    """Operators, halves of them and what looks like them: results, an offer or a sentence."""
    query = " ".join(pieces)
    words = f"search 1n2015 {query}" if pressed else f"/search {query}"
    with structlog.testing.capture_logs() as logged:
        fits(await house.ask(words, under=query, pressed=pressed, language=language))

    assert logged == []
