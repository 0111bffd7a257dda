"""TDLib's verdict on text, as the fake Bot API asks for it."""

from __future__ import annotations

import pytest

from tests.fakes import entities
from tests.fakes.entities import Entity, TextRefusedError


def bold(offset: int, length: int) -> Entity:
    return {"type": "bold", "offset": offset, "length": length}


def test_trims_and_clips() -> None:
    """Blanks go at the end, and at the start up to the first entity, which moves along."""
    message = entities.cleaned("  \nhi there \n", [bold(3, 20 - 10)])

    assert message.text == "hi there"
    assert message.entities == (bold(0, 8),)


def test_markdown_signs_are_plain_text() -> None:
    """Text that looks like Markdown or HTML comes back as it was."""
    text = "*a* __b__ `c` [d](http://e.org) ||f|| ~~g~~ \\* <b> # \ue000"

    assert entities.cleaned(text).text == text


@pytest.mark.parametrize(
    ("text", "entity", "words"),
    [
        ("hello", bold(7, 2), "Entity begins after the end of the text"),
        ("hello", bold(3, 9), "ends after the end of the text"),
        ("hello", bold(-1, 2), "Receive an entity with incorrect offset -1"),
        ("😀x", bold(1, 1), "Entity begins in a middle of a UTF-16 symbol"),
        ("😀x", bold(0, 1), "ends in a middle of a UTF-16 symbol"),
        ("\u200b\xa0 \n", bold(0, 1), "Text must be non-empty"),
        ("\ud83d", bold(0, 0), "Strings must be encoded in UTF-8"),
    ],
)
def test_refuses_what_cannot_be_drawn(text: str, entity: Entity, words: str) -> None:
    """Entities outside the text or inside a character, and empty text, are refused."""
    with pytest.raises(TextRefusedError, match=words):
        entities.cleaned(text, [entity])


@pytest.mark.parametrize(
    "url", ["/x", "#x", "tel:+1", "javascript:alert(1)", "ftp://a.org/", "http://localhost:8/", ""]
)
def test_refuses_links_that_telegram_does_not_take(url: str) -> None:
    """One bad link refuses the message it stands in."""
    link = {"type": "text_link", "offset": 0, "length": 2, "url": url}

    with pytest.raises(TextRefusedError, match=r"^Entity URL .* is invalid"):
        entities.cleaned("hello", [link])


def test_gives_links_telegrams_form() -> None:
    """Links are completed; an IP address has dots and is taken."""
    assert entities.checked_link("EXAMPLE.org/A b") == "http://example.org/A%20b"
    assert entities.checked_link("http://127.0.0.1:8/x") == "http://127.0.0.1:8/x"


def test_finds_links_and_commands() -> None:
    """What Telegram finds by itself is added, but not inside a link that was given."""
    link = {"type": "text_link", "offset": 0, "length": 12, "url": "http://b.org/"}
    message = entities.cleaned("http://a.org /help", [link])

    assert message.entities == (link, {"type": "bot_command", "offset": 13, "length": 5})


def test_reads_html() -> None:
    """Telegram's HTML is read by its own parser."""
    assert entities.from_html("😀 <b>x</b>") == entities.Formatted("😀 x", (bold(3, 1),))


def test_a_time_of_day_is_no_entity() -> None:
    """TDLib marks times for players; the Bot API knows no such kind."""
    assert entities.cleaned("We meet at 10:30 on 25 November.", []) == entities.Formatted(
        "We meet at 10:30 on 25 November.", ()
    )
