"""How a Message becomes a Matrix event, and what can be chosen under it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Button, Message, Refused
from bot.platforms.matrix import numbers
from bot.platforms.matrix.drawing import (
    CONTENT_BYTES,
    LIMITS,
    drawn,
    in_place_of,
    in_thread,
    length,
    pieces,
)
from bot.platforms.matrix.wire import written
from storage.model import RichText, Span, Style
from tests.text.trees import rich_texts

SURROGATE = re.compile("[\ud800-\udfff]")
KEYCAP = "\ufe0f\u20e3"


@given(rich_texts(), st.booleans())
def test_whatever_is_said_fits_into_an_event(rich: RichText, notice: bool) -> None:
    """Each part of it, as an edit, too; nothing of the words is lost."""
    words = ""
    for part in pieces(Message(rich)):
        try:
            content = drawn(part, notice=notice).content
        except Refused:
            assert not part.text.text.strip()
            continue
        words += content["body"]
        assert len(written(content)) <= CONTENT_BYTES
        assert content["body"] == in_place_of("$event", content)["m.new_content"]["body"]
    seen = "".join(" " if c < " " or "\x7f" <= c < "\xa0" else c for c in rich.text)
    assert "".join(words.split()) in "".join(SURROGATE.sub("\ufffd", seen).split())


@given(st.text(), st.text())
def test_a_length_counts_each_letter_by_itself(one: str, two: str) -> None:
    """Else a text could not be cut where it is full; and plain text is never longer."""
    assert length(one) + length(two) == length(one + two)
    assert length(one) >= len(one)
    assert length(one) <= 6 * len(one.encode("utf-8", "replace"))


def test_html_that_has_no_room_is_left_out() -> None:
    """A thousand links are longer than the words: these are there all the same."""
    url = "https://example.org/" + "x" * 50
    text = "ab " * 3000
    links = tuple(Span(3 * n, 3 * n + 2, Style.LINK, url) for n in range(3000))
    content = drawn(Message(RichText(text, links)), notice=True).content

    assert "formatted_body" not in content
    assert text.strip() == content["body"]


def test_a_reply_in_a_thread_and_an_edit_say_what_they_belong_to() -> None:
    """As clients look for it."""
    content = drawn(Message(RichText("Words")), notice=True).content

    assert {"m.in_reply_to": {"event_id": "$root"}, "event_id": "$root", "rel_type": "m.thread",
            "is_falling_back": True} == in_thread("$root", content)["m.relates_to"]  # fmt: skip
    edit = in_place_of("$event", content)
    assert {"rel_type": "m.replace", "event_id": "$event"} == edit["m.relates_to"]
    assert ("* Words", "m.notice") == (edit["body"], edit["msgtype"])
    assert content == edit["m.new_content"]


def test_a_list_counts_on_and_links_have_no_number() -> None:
    """What cannot be followed, or shared, is left out; a row is a line."""
    rows = (
        (Button("First", "a"), Button("", "b"), Button("Site", url="https://example.org")),
        (Button("Odd", url="javascript:x"), Button("Share", share=3)),
        (Button("Second\nline", "c"),),
    )
    lines = numbers.numbered(rows, 9)

    assert {9: "a", 10: "c"} == numbers.commands(lines)
    assert f"9{KEYCAP} First   Site: https://example.org\n🔟 Second line" == numbers.plain(lines)


def test_more_than_ten_have_numbers_too() -> None:
    """They can be written, though no emoji stands for them."""
    lines = numbers.numbered(tuple((Button(f"B{n}", f"c {n}"),) for n in range(1, 13)))

    assert "[12] B12" == numbers.plain(lines).splitlines()[-1]
    assert 12 == numbers.typed("12")


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("2", 2), (" 12 ", 12), ("3.", 3), ("4)", 4), (f"5{KEYCAP}", 5), ("🔟", 10), ("10", 10),
        ("2014", None), ("two", None), ("2 3", None), ("", None), ("-1", None), ("²", None),
        ("٣", None), ("❤️", None),
    ],
)  # fmt: skip
def test_a_number_is_a_number_and_nothing_else(words: str, number: int | None) -> None:
    """Years and words are looked for, as before."""
    assert number == numbers.typed(words)
    assert number == numbers.marked(words)


def test_a_reaction_may_come_without_its_variation_selector() -> None:
    """Clients differ."""
    assert 7 == numbers.marked("7\u20e3")


def test_the_limit_is_what_the_longest_text_takes() -> None:
    """In the unit in which it is counted."""
    assert LIMITS.text == length("w" * LIMITS.text)
    assert LIMITS.text < length("w" * LIMITS.text + "w")
    with pytest.raises(Refused):
        drawn(Message(RichText("&" * (LIMITS.text // 5 + 1))), notice=False)
