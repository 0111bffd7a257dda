"""What is hidden on one platform is words on every other."""

from __future__ import annotations

from bot.platforms.terminal import drawn
from bot.text.to_html import inline_html, to_html
from storage.model import RichText, Span, Style
from storage.rich import rich_of, spans_of

HIDDEN = RichText("Who: the clerk", (Span(5, 14, Style.SPOILER), Span(5, 8, Style.BOLD)))


def test_no_word_is_lost() -> None:
    """Where nothing can be hidden it is read openly, with its other styles."""
    assert "<p>Who: <strong>the</strong> clerk</p>" == to_html(HIDDEN)
    assert "Who: <strong>the</strong> clerk" == inline_html(HIDDEN)
    assert "Who: the clerk" == drawn(HIDDEN).plain


def test_it_is_kept() -> None:
    """A statement that waits for its word keeps what it hides."""
    assert HIDDEN == rich_of(HIDDEN.text, spans_of(HIDDEN))
