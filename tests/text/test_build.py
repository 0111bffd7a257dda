"""Builders and cutters of RichText."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.build import (
    bold,
    code,
    italic,
    join,
    link,
    plain,
    quote,
    shorten,
    slice_of,
    styled,
    trimmed,
)
from bot.text.split import utf16
from storage.model import RichText, Span, Style
from tests.text.trees import rich_texts


def test_each_builder_covers_its_whole_text() -> None:
    """A built text carries its one style from first to last character."""
    built = [bold("ab"), italic("ab"), code("ab"), quote("ab"), link("ab", "https://x.org")]

    assert [
        (Span(0, 2, Style.BOLD),),
        (Span(0, 2, Style.ITALIC),),
        (Span(0, 2, Style.CODE),),
        (Span(0, 2, Style.QUOTE),),
        (Span(0, 2, Style.LINK, "https://x.org"),),
    ] == [rich.spans for rich in built]


def test_empty_text_gets_no_span() -> None:
    """No builder makes an empty span."""
    assert RichText() == styled("", Style.BOLD)


def test_styled_keeps_the_spans_within() -> None:
    """A quotation of bold text is both."""
    assert {Span(0, 1, Style.QUOTE), Span(0, 1, Style.BOLD)} == set(quote(bold("x")).spans)


def test_join_moves_spans_and_skips_what_is_empty() -> None:
    """Parts come in order, empty ones without leaving a separator."""
    assert RichText("a\nb", (Span(2, 3, Style.BOLD),)) == join(["a", plain(""), bold("b")])


def test_slice_clips_spans() -> None:
    """A slice counts from its own start and keeps only what lies within."""
    rich = RichText("abcdef", (Span(0, 3, Style.BOLD), Span(4, 6, Style.ITALIC)))

    assert RichText("bcd", (Span(0, 2, Style.BOLD),)) == slice_of(rich, 1, 4)


def test_trimmed_moves_spans() -> None:
    """White space at the ends goes, with the parts of spans that lie over it."""
    rich = RichText(" \n ab \u00a0", (Span(0, 5, Style.BOLD), Span(6, 7, Style.ITALIC)))

    assert RichText("ab", (Span(0, 2, Style.BOLD),)) == trimmed(rich)


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("one two", 7, "one two"),
        ("one two three", 9, "one two…"),
        ("one two, three", 11, "one two…"),
        ("one two", 4, "one…"),
        ("abcdefgh", 4, "abc…"),
        ("🇷🇺🇷🇺🇷🇺", 4, "🇷🇺…"),
        ("abc", 0, ""),
    ],
)
def test_shorten_ends_with_a_word(text: str, most: int, expected: str) -> None:
    """A text too long ends with a whole word and "…", or at least with a whole character."""
    assert expected == shorten(plain(text), most).text


@given(rich_texts(), st.integers(0, 80))
def test_shorten_always_fits(rich: RichText, most: int) -> None:
    """Whatever the text, the result fits in the platform's unit and its spans in the result."""
    short = shorten(rich, most, utf16)

    assert utf16(short.text) <= most
    assert all(0 <= s.start < s.end <= len(short.text) for s in short.spans)
