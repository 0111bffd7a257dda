"""Made-up HTML and RichText for the tests of this room."""

from __future__ import annotations

import html as entities
import re

from hypothesis import strategies as st

from bot.text.words import words
from storage.model import RichText, Span, Style

INLINE = ("b", "i", "em", "strong", "u", "s", "span", "font", "abbr", "o:p", "sup", "mark")
BLOCK = ("p", "div", "blockquote", "section", "figure", "figcaption", "center")

_WORD = st.text("abcxyzäéßОщмيה", min_size=1, max_size=6)
_BETWEEN = st.sampled_from([" ", "\n", "\t ", "&nbsp;", ", ", " &amp; ", " &#8212; ", "\u2009"])
_TEXT = st.lists(st.tuples(_WORD, _BETWEEN), min_size=1, max_size=4).map(
    lambda pairs: "".join(word + between for word, between in pairs)
)
_BARE = st.sampled_from([" ", "<br>", "<!-- no -->"])
_SIMPLE = st.tuples(st.sampled_from(["code", "pre", "h2"]), _TEXT).map(
    lambda t: f"<{t[0]}>{t[1]}</{t[0]}>"
)
_LEAF = _WORD | _TEXT | _BARE | _SIMPLE


def _wrapped(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inner = st.lists(children, max_size=4).map("".join)
    inline = st.tuples(st.sampled_from(INLINE), inner).map(lambda t: f"<{t[0]}>{t[1]}</{t[0]}>")
    block = st.tuples(st.sampled_from(BLOCK), inner).map(lambda t: f"<{t[0]}>{t[1]}</{t[0]}>")
    items = st.lists(inner.map(lambda s: f"<li>{s}</li>"), max_size=3).map("".join)
    lists = items.map(lambda s: f"<ul>{s}</ul>")
    row = st.lists(inner.map(lambda s: f"<td>{s}</td>"), max_size=3).map("".join)
    table = st.lists(row.map(lambda s: f"<tr>{s}</tr>"), max_size=3).map("".join)
    tables = table.map(lambda s: f"<table><caption>cap</caption>{s}</table>")
    return inline | block | lists | tables


trees = st.lists(st.recursive(_LEAF, _wrapped, max_leaves=25), max_size=6).map("".join)


def visible_words(html: str) -> list[str]:
    """The words of HTML by another road: tags cut out of the source, those of blocks leave a gap.

    Good for markup without hidden text.
    """
    html = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    inline = "|".join((*INLINE, "code", "a", "cite"))
    html = re.sub(rf"</?(?:{inline})(?:\s[^>]*)?>", "", html)
    return words(entities.unescape(re.sub(r"<[^>]*>", " ", html)))


_ALPHABET = st.one_of(
    st.sampled_from("aZé.!?… \n\u00a0я"),
    st.sampled_from(["👩‍👩‍👧", "🇷🇺", "é", "नि", "😀", "\n\n", ". ", "ab cd ", "𝒳", "👍🏽", "。"]),
)
prose = st.lists(_ALPHABET, max_size=60).map("".join)

_SOME_STYLES = (Style.BOLD, Style.ITALIC, Style.UNDERLINE, Style.STRIKE, Style.QUOTE, Style.LINK)


@st.composite
def rich_texts(draw: st.DrawFn, text: st.SearchStrategy[str] = prose) -> RichText:
    """A text with spans that nest and overlap, at most one of each style at a place."""
    whole = draw(text)
    spans: list[Span] = []
    for style in draw(st.sets(st.sampled_from(_SOME_STYLES))) if whole else ():
        start = draw(st.integers(0, len(whole) - 1))
        end = draw(st.integers(start + 1, len(whole)))
        spans.append(Span(start, end, style, "https://x.org/" if style is Style.LINK else ""))
    return RichText(whole, tuple(spans))
