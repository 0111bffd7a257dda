"""Which links are usable, and what stands in place of those that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.links import spelled_out, usable
from storage.model import RichText, Span, Style


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.org", "https://x.org"),
        ("http://x.org/a?b=c#d", "http://x.org/a?b=c#d"),
        ("  HTTPS://X.org/A ", "https://x.org/A"),
        ("https://x.org/a b", "https://x.org/a%20b"),
        ('https://x.org/<"', "https://x.org/%3C%22"),
        ("www.x.org", "https://www.x.org"),
        ("x.org/path", "https://x.org/path"),
        ("x.org:8080/path", "https://x.org:8080/path"),
        ("//x.org/y", "https://x.org/y"),
        ("http:/x.org", "http://x.org"),
        ("http://x.org:/y", "http://x.org/y"),
        ("http://127.0.0.1:80/x", "http://127.0.0.1:80/x"),
        ("http://пример.рф/путь", "http://пример.рф/путь"),
        ("https://x.org/%D0%BF", "https://x.org/%D0%BF"),
        ("https://x.org/a\nb", "https://x.org/ab"),
    ],
)
def test_good_links_are_kept_or_repaired(url: str, expected: str) -> None:
    """A link a reader can follow comes out in a form every platform takes."""
    assert expected == usable(url)


@pytest.mark.parametrize(
    "url",
    [
        *("", " ", "/x", "#x", "?x", "../x", "page", "page.html", "a/b.pdf", "x"),
        *("tel:+1", "tel:123", "ftp://x.org/", "javascript:alert(1)", "data:text/html,x"),
        *("mailto:a@b.org", "a@b.org", "http://localhost/", "localhost:80/x", "http://"),
        *("http://[bad", "http://[::1]/", "http://x.org:99999/", "http://a b.org/", "https:///"),
        *("http://x..org/", "http://.org", "http://x.org\\y", "tg://resolve?domain=x", "about:x"),
    ],
)
def test_links_that_lead_nowhere_are_refused(url: str) -> None:
    """One bad link would make Telegram refuse the whole message."""
    assert usable(url) is None


@given(st.text())
def test_a_repaired_link_needs_no_further_repair(url: str) -> None:
    """Any string is taken without an exception, and what comes out stays as it is."""
    once = usable(url)

    assert once is None or once == usable(once)


def _linked(text: str, words: str, url: str) -> RichText:
    start = text.index(words)
    return RichText(text, (Span(start, start + len(words), Style.LINK, url),))


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        ("write to us!", "mailto:info@x.org?subject=Hi", "write to us (info@x.org)!"),
        ("us: INFO@x.org", "mailto:info@x.org", "us: INFO@x.org"),
        ("call us", "tel:+7-495-1234567", "call us (+7-495-1234567)"),
        ("us: +7 (495) 123–45–67", "tel:+74951234567", "us: +7 (495) 123–45–67"),
        ("us", "#top", "us"),
        ("us", "javascript:alert(1)", "us"),
        ("us", "mailto:", "us"),
    ],
)
def test_what_a_lost_link_told_is_written_out(text: str, url: str, expected: str) -> None:
    """Addresses and numbers behind links no platform takes stay readable, once."""
    assert RichText(expected) == spelled_out(_linked(text, "us", url))


def test_usable_links_stay_and_are_repaired() -> None:
    """A link that can be followed stays a link."""
    expected = RichText("see us", (Span(4, 6, Style.LINK, "https://www.x.org"),))

    assert expected == spelled_out(_linked("see us", "us", "www.x.org"))


def test_spans_move_with_what_is_written_in() -> None:
    """A quotation takes in the address at its end; later spans begin behind it."""
    rich = RichText(
        "mail us\n\nnext",
        (
            Span(0, 7, Style.QUOTE),
            Span(5, 7, Style.LINK, "mailto:a@b.org"),
            Span(5, 7, Style.BOLD),
            Span(9, 13, Style.ITALIC),
        ),
    )

    out = spelled_out(rich)

    assert out.text == "mail us (a@b.org)\n\nnext"
    assert [out.text[s.start : s.end] for s in out.spans] == ["mail us (a@b.org)", "us", "next"]
