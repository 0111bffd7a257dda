"""Splitting RichText into parts a platform can take."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.text.split import split, utf16
from storage.model import RichText, Span, Style
from tests.text.trees import rich_texts


def _texts(text: str, most: int) -> list[str]:
    return [part.text for part in split(RichText(text), most)]


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("short", 10, ["short"]),
        ("one. two\n\nthree four", 12, ["one. two", "three four"]),
        ("one. two\nthree four", 12, ["one. two", "three four"]),
        ("One two. Three four", 16, ["One two.", "Three four"]),
        ('He said "No." Then left.', 18, ['He said "No."', "Then left."]),
        ("one two three", 9, ["one two", "three"]),
        ("one\u00a0two three", 12, ["one\u00a0two", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("🇷🇺🇬🇧🇺🇸", 5, ["🇷🇺🇬🇧", "🇺🇸"]),
        ("a\u0301\u0302\u0303\u0304b", 3, ["a\u0301\u0302", "\u0303\u0304b"]),
        ("", 5, []),
        (" \n\n \u00a0", 5, []),
        ("\u200b\u200e", 1, []),
        ("ab\n\n\n\ncd", 3, ["ab", "cd"]),
        ("abc\n\ndef", 3, ["abc", "def"]),
    ],
)
def test_cuts_at_the_largest_unit_that_fits(text: str, most: int, expected: list[str]) -> None:
    """Paragraphs before lines before sentences before words before whole characters."""
    assert expected == _texts(text, most)


def test_spans_go_on_in_the_next_part() -> None:
    """A quotation or a link across the cut is one in both parts."""
    rich = RichText("aa bb cc", (Span(0, 8, Style.QUOTE), Span(3, 8, Style.LINK, "https://x.org")))

    link = Style.LINK
    assert [
        RichText("aa bb", (Span(0, 5, Style.QUOTE), Span(3, 5, link, "https://x.org"))),
        RichText("cc", (Span(0, 2, Style.QUOTE), Span(0, 2, link, "https://x.org"))),
    ] == split(rich, 5)


def test_one_character_that_never_fits_is_an_error() -> None:
    """Where the limit has no room for a character there is nothing to return."""
    with pytest.raises(ValueError, match="room"):
        split(RichText("😀"), 1, utf16)


@given(rich_texts(), st.integers(2, 40), st.sampled_from([len, utf16]))
def test_every_part_fits_and_nothing_is_lost(rich: RichText, most: int, length) -> None:  # type: ignore[no-untyped-def]
    """Parts fit, are trimmed and not blank, and hold all that can be seen."""
    parts = split(rich, most, length)

    assert all(0 < length(part.text) <= most for part in parts)
    assert all(part.text == part.text.strip() for part in parts)
    assert _seen(rich.text) == _seen("".join(part.text for part in parts))


def _seen(text: str) -> str:
    """The text without white space, and without joiners, which alone would make a blank part."""
    return "".join(text.replace("\u200d", "").split())


@given(rich_texts(), st.integers(2, 40))
def test_no_character_is_broken_that_could_stay_whole(rich: RichText, most: int) -> None:
    """A grapheme cluster is cut only where it alone is longer than a part."""
    clusters = [c for c in regex.findall(r"\X", rich.text) if utf16(c) <= most and c.strip()]
    parts = [c for part in split(rich, most, utf16) for c in regex.findall(r"\X", part.text)]

    remaining = iter(parts)
    assert all(cluster in remaining for cluster in clusters)


@given(rich_texts(), st.integers(2, 40))
def test_every_character_keeps_its_styles(rich: RichText, most: int) -> None:
    """Character by character, the parts wear what the whole wore."""

    def dressed(some: RichText) -> list[tuple[str, frozenset[Style]]]:
        return [
            (char, frozenset(s.style for s in some.spans if s.start <= at < s.end))
            for at, char in enumerate(some.text)
            if char.strip("\u200d\ufe0f") and not char.isspace()
        ]

    parts = split(rich, most, utf16)
    assert dressed(rich) == [pair for part in parts for pair in dressed(part)]
    assert all(0 <= s.start < s.end <= len(p.text) for p in parts for s in p.spans)


@pytest.mark.parametrize("most", [1, 4096])
@pytest.mark.parametrize("text", ["word " * 60_000, "x" * 300_000, "a. " * 100_000])
def test_long_texts_are_split_whole(text: str, most: int) -> None:
    """Three hundred thousand characters come through, in parts of any size."""
    spans = tuple(Span(at, at + 50, Style.BOLD) for at in range(0, 290_000, 50))

    parts = split(RichText(text, spans), most)

    assert "".join(text.split()) == "".join("".join(part.text for part in parts).split())


def test_utf16_counts_code_units() -> None:
    """Characters outside the basic plane count twice."""
    assert utf16("я😀") == 3
