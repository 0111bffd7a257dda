"""Messages as Telegram takes them; TDLib itself is asked what it makes of every one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import Button, Message, Refused
from bot.platforms.telegram.drawing import drawn, keyboard, pieces
from bot.text.split import utf16
from storage.model import RichText, Span, Style
from tests.fakes import entities as oracle

LINKS = ["https://example.org/a", "http://user@example.org", "/x", "tel:+4420", "mailto:a@b.org"]
STYLES = list(Style)
OURS = {"bold", "italic", "underline", "strikethrough", "code", "pre", "text_link"}
OURS |= {"blockquote", "expandable_blockquote"}


def as_json(message: Message) -> list[dict[str, object]]:
    """The entities as they are sent."""
    return [entity.to_dict() for entity in drawn(message).entities]


def kinds(*spans: Span, text: str = "0123456789") -> list[tuple[str, int, int]]:
    """Kind, offset and length of each entity."""
    return [
        (str(entity.type), entity.offset, entity.length)
        for entity in drawn(Message(RichText(text, spans))).entities
    ]


def test_offsets_count_utf16_units() -> None:
    """A character beyond U+FFFF counts twice, a composed emoji as its parts."""
    text = "👩‍👩‍👧 bold"

    assert kinds(Span(6, 10, Style.BOLD), text=text) == [("bold", 9, 4)]


def test_overlapping_styles_are_cut_until_they_nest() -> None:
    """Of two entities that share characters one contains the other."""
    assert kinds(Span(0, 5, Style.BOLD), Span(3, 8, Style.ITALIC)) == [
        ("bold", 0, 5),
        ("italic", 3, 2),
        ("italic", 5, 3),
    ]


def test_code_contains_nothing_and_lies_in_no_style() -> None:
    """Bold stops before code and goes on behind it; a link is more than its monospace."""
    assert kinds(Span(0, 9, Style.BOLD), Span(3, 6, Style.CODE)) == [
        ("bold", 0, 3),
        ("code", 3, 3),
        ("bold", 6, 3),
    ]
    linked = kinds(Span(0, 9, Style.CODE), Span(0, 9, Style.LINK, "http://example.org"))
    assert linked == [("text_link", 0, 9)]


def test_headings_are_bold_and_long_quotes_fold() -> None:
    """A quote of a screenful is folded; quotes do not nest; pre keeps its language."""
    long = "long words " * 80
    assert kinds(Span(0, 4, Style.HEADING), Span(1, 4, Style.BOLD)) == [("bold", 0, 4)]
    assert kinds(Span(0, 8, Style.QUOTE), Span(2, 6, Style.QUOTE)) == [("blockquote", 0, 8)]
    assert kinds(Span(0, len(long), Style.QUOTE), text=long)[0][0] == "expandable_blockquote"
    (pre,) = as_json(Message(RichText("x = 1", (Span(0, 5, Style.PRE, "python"),))))
    assert pre["language"] == "python"


def test_what_hides_something_outlives_emphasis() -> None:
    """Where there is too much, a spoiler that was left out would show what it hides."""
    text = "ab " * 120
    bold = [Span(at, at + 2, Style.BOLD) for at in range(0, 357, 3)]

    assert ("spoiler", 357, 2) in kinds(*bold, Span(357, 359, Style.SPOILER), text=text)


def test_a_link_that_cannot_be_followed_is_written_out() -> None:
    """A mail address is shown where Telegram would mangle its link."""
    message = drawn(Message(RichText("Write to us", (Span(0, 11, Style.LINK, "mailto:a@b.org"),))))

    assert (message.text, message.entities) == ("Write to us (a@b.org)", ())


def test_links_outlive_emphasis_where_there_is_too_much() -> None:
    """Telegram shows a hundred entities: the last bold goes before the last link."""
    text = "ab " * 150
    bold = tuple(Span(3 * n, 3 * n + 1, Style.BOLD) for n in range(150))
    link = Span(447, 449, Style.LINK, "http://example.org")

    found = kinds(*bold, link, text=text)

    assert len(found) == 100
    assert found[-1] == ("text_link", 447, 2)


def test_a_message_at_the_limit_is_sent_and_one_beyond_is_refused() -> None:
    """4096 UTF-16 units fit; what a link hides is not written out where it would not."""
    full = "😀" * 2048
    mail = Span(0, 2, Style.LINK, "mailto:a@b.org")
    assert utf16(drawn(Message(RichText(full, (mail,)))).text) == 4096
    for text in (full + "x", "", " \n "):
        with pytest.raises(Refused):
            drawn(Message(RichText(text)))


def test_buttons_carry_their_version_or_a_link() -> None:
    """Commands within 64 bytes; links that lead nowhere are left out, and rows with them."""
    rows = (
        (Button("Next", "latest 2"), Button("Site", url="example.org/x")),
        (Button("Bad", url="http://localhost/"),),
        (Button(" ", "help"),),
    )
    drawn_rows = keyboard(rows)
    assert drawn_rows is not None
    assert [[(b.callback_data, b.url) for b in row] for row in drawn_rows.inline_keyboard] == [
        [("1:latest 2", None), (None, "https://example.org/x")]
    ]
    assert keyboard(()) is None
    assert keyboard(((Button("x", "я" * 31),),)) is not None
    with pytest.raises(Refused):
        keyboard(((Button("x", "я" * 32),),))


def test_a_long_message_is_split_with_its_buttons_last() -> None:
    """Only the first part stands in the place of another message."""
    rows = ((Button("More", "more"),),)
    parts = pieces(Message(RichText("word " * 2000), rows, replaces=True))

    assert [(bool(part.buttons), part.replaces) for part in parts] == [
        (False, True),
        (False, False),
        (True, False),
    ]


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Any text under any styles, overlapping as they like."""
    text = "." + draw(st.text(st.sampled_from("ab  \n\n.@/#я😀👍🏽\u200d"), max_size=40)) + "."
    places = st.integers(0, len(text))
    spans = []
    for _ in range(draw(st.integers(0, 8))):
        start, end = sorted((draw(places), draw(places)))
        style = draw(st.sampled_from(STYLES))
        value = draw(st.sampled_from(LINKS)) if style is Style.LINK else ""
        if start < end:
            spans.append(Span(start, end, style, value))
    return Message(RichText(text, tuple(spans)))


@settings(max_examples=400, deadline=None)
@given(messages())
def test_tdlib_takes_every_message_as_it_is(message: Message) -> None:
    """Nothing is refused, moved or dropped: what TDLib keeps is what we sent."""
    shown = drawn(message)
    sent = [entity.to_dict() for entity in shown.entities]

    kept = oracle.cleaned(shown.text, sent)

    assert kept.text == shown.text
    assert covered(sent) == covered(kept.entities)


def covered(found: object) -> set[tuple[str, int]]:
    """Which character is of which kind: TDLib may join or cut entities, not change the look."""
    return {
        (entity["type"], place)
        for entity in found  # type: ignore[attr-defined]
        if entity["type"] in OURS
        for place in range(entity["offset"], entity["offset"] + entity["length"])
    }
