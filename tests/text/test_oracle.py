"""TDLib as judge: our texts, offsets and links are what Telegram makes of them."""

from __future__ import annotations

import html as entities
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.from_html import from_html
from bot.text.links import spelled_out, usable
from bot.text.split import split, utf16
from storage.model import RichText, Span, Style
from tests.fakes.tdlib import Entity, TdError, fix, parse_html
from tests.text.trees import rich_texts, trees

KINDS = {
    Style.BOLD: "Bold",
    Style.HEADING: "Bold",
    Style.ITALIC: "Italic",
    Style.UNDERLINE: "Underline",
    Style.STRIKE: "Strikethrough",
    Style.QUOTE: "BlockQuote",
    Style.LINK: "TextUrl",
    Style.CODE: "Code",
    Style.PRE: "Pre",
}
TAGS = {
    "Bold": "b",
    "Italic": "i",
    "Underline": "u",
    "Strikethrough": "s",
    "BlockQuote": "blockquote",
    "TextUrl": "a",
    "Code": "code",
    "Pre": "pre",
}
Worn = frozenset[tuple[str, str]]


def _worn(rich: RichText, at: int) -> Worn:
    """What the character wears in Telegram: code wears nothing else, but may stand in a quote."""
    spans = [span for span in rich.spans if span.start <= at < span.end]
    for sole in (Style.PRE, Style.CODE):
        if any(span.style is sole for span in spans):
            quoted = any(span.style is Style.QUOTE for span in spans)
            return frozenset({(KINDS[sole], ""), *([("BlockQuote", "")] if quoted else [])})
    return frozenset((KINDS[span.style], span.value) for span in spans)


def _ours(rich: RichText) -> list[tuple[str, Worn]]:
    return [(char, _worn(rich, at)) for at, char in enumerate(rich.text)]


def _theirs(text: str, found: tuple[Entity, ...]) -> list[tuple[str, Worn]]:
    dressed, at = [], 0
    for char in text:
        over = (e for e in found if e.offset <= at < e.offset + e.length)
        dressed.append((char, frozenset((e.kind, e.url) for e in over)))
        at += utf16(char)
    return dressed


def _without_blanks(dressed: list[tuple[str, Worn]]) -> list[tuple[str, Worn]]:
    """TDLib takes styles off white space at will: there only the character counts."""
    return [(char, frozenset() if char.isspace() else worn) for char, worn in dressed]


def _telegram_html(rich: RichText) -> str:
    """The text as Telegram's HTML, the tags opened and closed anew wherever one begins or ends."""
    places = {0, len(rich.text), *(s.start for s in rich.spans), *(s.end for s in rich.spans)}
    out = ""
    for start, end in pairwise(sorted(places)):
        opened = closed = ""
        for kind, url in sorted(_worn(rich, start)):
            href = f' href="{entities.escape(url)}"' if url else ""
            opened, closed = f"{opened}<{TAGS[kind]}{href}>", f"</{TAGS[kind]}>{closed}"
        piece = rich.text[start:end].replace("&", "&amp;").replace("<", "&lt;")
        out += opened + piece + closed
    return out


def _nested(rich: RichText) -> RichText:
    """The text with spans cut where a quotation begins or ends: there TDLib lets none cross."""
    edges = sorted({at for s in rich.spans if s.style is Style.QUOTE for at in (s.start, s.end)})
    cut: list[Span] = []
    for span in rich.spans:
        places = [span.start, *(at for at in edges if span.start < at < span.end), span.end]
        cut += (replace(span, start=a, end=b) for a, b in pairwise(places))
    return RichText(rich.text, tuple(cut))


def _as_entities(rich: RichText) -> list[Entity]:
    return [
        Entity(
            utf16(rich.text[: span.start]),
            utf16(rich.text[span.start : span.end]),
            KINDS[span.style],
            span.value,
        )
        for span in rich.spans
    ]


@given(trees)
def test_texts_from_html_arrive_as_they_are(html: str) -> None:
    """TDLib reads back from HTML the very text, offsets and styles that we made."""
    rich = spelled_out(from_html(html))

    expected = _without_blanks(_ours(rich))
    assert expected == _without_blanks(_theirs(*parse_html(_telegram_html(rich))))


@given(trees)
def test_entities_from_html_are_taken(html: str) -> None:
    """Sent with entities, the text is neither refused nor changed."""
    rich = spelled_out(from_html(html))

    text, kept = fix(rich.text, _as_entities(rich))

    assert _without_blanks(_ours(rich)) == _without_blanks(_theirs(text, kept))


@given(rich_texts(), st.integers(4, 60))
def test_parts_are_taken(rich: RichText, most: int) -> None:
    """Every part of a split text is one TDLib takes whole: never empty, never cut in a pair."""
    for part in split(rich, most, utf16):
        text, kept = fix(part.text, _as_entities(_nested(part)))

        assert _without_blanks(_ours(part)) == _without_blanks(_theirs(text, kept))


_TROUBLE = st.sampled_from([*"abé я😀\x01\u00ad\u202e\u200f\ufeff\u2028\u0301\n\r\t", "a\u030a"])


@given(st.lists(_TROUBLE, max_size=30).map("".join))
def test_nothing_is_left_for_telegram_to_clean(text: str) -> None:
    """Characters that Telegram drops or changes are gone from a text before it is sent."""
    rich = from_html(entities.escape(text))

    assert _collapsed_marks(rich.text) == _collapsed_marks(fix(rich.text, [])[0])


def _collapsed_marks(text: str) -> str:
    """Of several marks of direction in a row TDLib keeps the last (misc.cpp)."""
    return text.replace("\u200c", "\u200f").replace("\u200f", "")


URLS = [
    *("http://x.org", "x.org", "www.x.org/a b", 'https://x.org/<>"{}|\\^`', "HTTP://X.ORG/A"),
    *("http://127.0.0.1:80/x", "http://u:p@x.org/", "http://пример.рф/путь?й#я", "http:x.org"),
    *("//x.org/y", "http://x.org:/", "http://x_y.org/", "http://x.org./", "https://x.org/\tq"),
    *("http://xn--e1afmkfd.xn--p1ai/", "x.org:8080", "http://x.org?x"),
]
REFUSED = [
    *("/x", "#x", "", "tel:+1", "ftp://x.org/", "javascript:alert(1)", "http://localhost/"),
    *(
        "data:text/html,x",
        "http://x.org:99999/",
        "http://a b.org/",
        "http://1/",
        "blob:http://x.org",
    ),
]


@pytest.mark.parametrize("url", URLS)
def test_what_we_call_usable_telegram_takes(url: str) -> None:
    """A usable link arrives as a link."""
    found = _as_link(usable(url) or "")

    assert found.removesuffix("/") == (usable(url) or "").removesuffix("/").replace("org?", "org/?")


@pytest.mark.parametrize("url", REFUSED)
def test_what_we_refuse_telegram_refuses(url: str) -> None:
    """The links we drop would have cost the message."""
    assert usable(url) is None
    with pytest.raises(TdError):
        _as_link(url)


def test_mail_addresses_would_be_mangled() -> None:
    """TDLib makes a web address of `mailto:`: why we spell it out."""
    assert usable("mailto:a@b.org") is None
    assert _as_link("mailto:a@b.org") == "http://mailto:a@b.org/"


_PIECES = st.sampled_from(
    [
        *("http", "https", "ftp", "tel", ":", "/", "//", "www.", "x.org", "a", ".", "@", "#", "?"),
        *("[", "]", "%", " ", "\\", "я.рф", "😀", "80", "\u00a0", "\u200b", "'", '"', "<", "!"),
        *(",", "_", "-", "~"),
    ]
)


@given(st.lists(_PIECES, max_size=10).map("".join) | st.text(max_size=20))
def test_no_link_we_let_pass_is_refused(url: str) -> None:
    """Whatever the string: what `usable` returns never costs the message, and stays itself."""
    good = usable(url)
    if good is not None:
        assert _as_link(good).startswith(good.partition("://")[0] + "://")


def _as_link(url: str) -> str:
    """The URL as Telegram keeps it; raises TdError if it refuses the message for it."""
    return fix("text", [Entity(0, 4, "TextUrl", url)])[1][0].url
