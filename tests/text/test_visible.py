"""Every visible word once, whole and in its order: measured by an extraction of its own."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from bot.text.from_html import from_html
from tests.text.trees import trees
from tests.text.visible import missing, same, visible

CAPTURES = Path(__file__).parents[2] / ".." / "shared" / "data" / "wordpress"
PAGE = "https://x.org/news/"
captured = pytest.mark.skipif(
    not CAPTURES.is_dir(), reason="the captured WordPress is not beside the checkout"
)


def _markers(html: str) -> int:
    """How many numbers of list items there may be."""
    return sum(ol.count("<li") for ol in re.findall(r"<ol.*?</ol>", html, flags=re.DOTALL))


def _check(html: str) -> None:
    expected, got = visible(html, PAGE), same(from_html(html, PAGE).text)
    assert [] == missing(expected, got)
    assert len(got) == len(expected) + _markers(html)


def _rest() -> list[str]:
    pages = sorted(CAPTURES.glob("rest-posts-page*.body"))
    return [p["content"]["rendered"] for page in pages for p in json.loads(page.read_text())]


def _feeds() -> list[str]:
    bodies = [io.BytesIO(page.read_bytes()) for page in sorted(CAPTURES.glob("feed-*.body"))]
    feeds = [feedparser.parse(body, sanitize_html=False) for body in bodies]
    items = [item for feed in feeds for item in feed.entries]
    return [part["value"] for item in items for part in item.get("content", ())]


def _pages() -> list[str]:
    trees_ = [LexborHTMLParser(p.read_text()) for p in sorted(CAPTURES.glob("archive-page?.body"))]
    return [node.inner_html or "" for tree in trees_ for node in tree.css(".entry-content")]


@captured
@pytest.mark.parametrize("bodies", [_rest, _feeds, _pages], ids=["REST", "feeds", "pages"])
def test_captured_posts_lose_no_word(bodies: object) -> None:
    """In whatever form a real post comes: no word missing, none glued, none invented."""
    found = bodies()  # type: ignore[operator]

    assert len(found) > 10
    for html in found:
        _check(html)


_WORDS = st.lists(st.text("abcxyzéОщميה", min_size=1, max_size=5), min_size=1, max_size=4).map(
    " ".join
)
_HIDDEN = st.sampled_from(
    ["style='display:none'", "hidden", "class='screen-reader-text'", "style='visibility: hidden'"]
)


def _hidden(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(["span", "p", "div", "small"]), _HIDDEN, children).map(
        lambda t: f"<{t[0]} {t[1]}>{t[2]}</{t[0]}>"
    )


def _figure(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    picture = st.sampled_from(["<img src='x' alt='no'>", "<iframe src='//v.org/1'></iframe>"])
    return st.tuples(picture, inner).map(
        lambda t: f"<figure>{t[0]}<figcaption>{t[1]}</figcaption></figure>"
    )


def _ruby(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return inner.map(lambda word: f"<ruby>{word}<rp>(</rp><rt>r</rt><rp>)</rp></ruby>")


def _described(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(inner, inner).map(lambda t: f"<dl><dt>{t[0]}</dt><dd>{t[1]}</dd></dl>")


def _numbered(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items = st.lists(inner.map(lambda s: f"<li>{s}</li>"), min_size=1, max_size=3).map("".join)
    return items.map(lambda s: f"<ol style='list-style: none'>{s}</ol>")


def _opened(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(_WORDS, inner).map(
        lambda t: f"<details><summary>{t[0]}</summary>{t[1]}</details>"
    )


_LEFTOVERS = st.sampled_from(
    [
        "<!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]-->",
        "<o:p>&nbsp;</o:p>",
        "word<sup><a href='#f'>1</a></sup> ",
        "10<sup>6</sup> ",
        "<img class='wp-smiley' alt='😀'>",
        "<style>p { color: red }</style>",
        "<noscript>no</noscript>",
        "<span style='display:block'>block</span>",
        "<hr>",
    ]
)


def _wild(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, max_size=3).map("".join)
    return (
        _hidden(several) | _figure(several) | _described(several) | _numbered(several)
        | _opened(several) | several.map(lambda s: f"<blockquote><p>{s}</p></blockquote>")
        | several.map(lambda s: f"<span style='color:red'>{s}</span>")
    )  # fmt: skip


_wilds = st.lists(
    st.recursive(_WORDS | _LEFTOVERS | _ruby(_WORDS) | trees, _wild, max_leaves=12), max_size=5
).map("".join)


@given(_wilds)
def test_wild_pages_lose_no_word(html: str) -> None:
    """Hidden text, figures, films, terms, footnotes and Word's leftovers, however nested."""
    balanced = _balanced(html)

    assert visible(balanced, PAGE) == same(from_html(html, PAGE).text)


def _balanced(html: str) -> str:
    """The HTML as HTML5 repairs it (a block ends a paragraph), so that both read one tree."""
    body = LexborHTMLParser(f"<body>{html}</body>").body
    return (body.inner_html or "") if body else ""
