"""RichText to HTML: what each span becomes, and that nothing that is text ever becomes markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.from_html import from_html
from bot.text.to_html import href, inline_html, to_html
from storage.model import RichText, Span, Style
from tests.text.trees import rich_texts, trees

ELEMENTS = {
    "p", "br", "strong", "em", "u", "s", "code", "pre", "blockquote", "h3", "ul", "ol", "li", "a",
}  # fmt: skip
LINK = 'rel="noopener noreferrer nofollow"'


class Read(HTMLParser):
    """What a browser would find: elements, attributes, and whether they nest and end."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.wrong.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.wrong.append("instruction")


def spans(text: str, *given: Span) -> RichText:
    return RichText(text, given)


@pytest.mark.parametrize(
    ("rich", "expected"),
    [
        (RichText(), ""),
        (RichText(" \n\n "), ""),
        (RichText("a"), "<p>a</p>"),
        (RichText("a\nb\n\nc"), "<p>a<br>b</p><p>c</p>"),
        (RichText("a\n \n\n\nb\n"), "<p>a</p><p>b</p>"),
        (RichText("<b>&\"'"), "<p>&lt;b&gt;&amp;&quot;&#x27;</p>"),
        (spans("abc", Span(0, 1, Style.BOLD)), "<p><strong>a</strong>bc</p>"),
        (
            spans("abc", Span(0, 2, Style.BOLD), Span(1, 3, Style.ITALIC)),
            "<p><strong>a<em>b</em></strong><em>c</em></p>",
        ),
        (
            spans("ab", Span(0, 1, Style.UNDERLINE), Span(1, 2, Style.STRIKE)),
            "<p><u>a</u><s>b</s></p>",
        ),
        (spans("a b", Span(0, 1, Style.CODE)), "<p><code>a</code> b</p>"),
        (spans("T\n\nb", Span(0, 1, Style.HEADING)), "<h3>T</h3><p>b</p>"),
        (spans("T b", Span(0, 1, Style.HEADING)), "<p><strong>T</strong> b</p>"),
        (
            spans("a\n\nb\n\nc", Span(0, 4, Style.QUOTE)),
            "<blockquote><p>a</p><p>b</p></blockquote><p>c</p>",
        ),
        (
            spans("a\n\n\n x\n\ny <\n\nb", Span(3, 11, Style.PRE)),
            "<p>a</p><pre><code> x\n\ny &lt;</code></pre><p>b</p>",
        ),
        (RichText("• a\n• b"), "<ul><li>a</li><li>b</li></ul>"),
        (RichText("1. a\n2. b"), "<ol><li>a</li><li>b</li></ol>"),
        (RichText("4. a\n5. b"), '<ol start="4"><li>a</li><li>b</li></ol>'),
        (RichText("1. a\n3. b"), "<p>1. a<br>3. b</p>"),
        (RichText("16. November\n\nb"), "<p>16. November</p><p>b</p>"),
        (RichText("A list:\n• b"), "<p>A list:<br>• b</p>"),
        (RichText("• a\n   • b"), "<p>• a<br>\u00a0\u00a0\u00a0• b</p>"),
        (
            spans("• ab\n• cd", Span(2, 8, Style.BOLD)),
            "<ul><li><strong>ab</strong></li><li><strong>c</strong>d</li></ul>",
        ),
        (
            spans("go on", Span(0, 2, Style.LINK, "https://x.org/?a=1&b='")),
            f'<p><a href="https://x.org/?a=1&amp;b=&#x27;" {LINK} target="_blank">go</a> on</p>',
        ),
        (
            spans("go", Span(0, 2, Style.LINK, "javascript:alert(1)")),
            "<p>go</p>",
        ),
        (RichText("a\x00b\x1bc\rd\ud800"), "<p>a b c d\ufffd</p>"),
    ],
)
def test_each_form_of_text_has_its_elements(rich: RichText, expected: str) -> None:
    """Blocks, lines, styles, lists and links are what a reader of the text would expect."""
    assert expected == to_html(rich)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.org/a b", "https://x.org/a%20b"),
        ("HTTP://X.org", "http://x.org"),
        ("//x.org/", "https://x.org/"),
        ("mailto:a.b+c@x.org?subject=hi", "mailto:a.b+c@x.org"),
        ("MAILTO:a@x.org", "mailto:a@x.org"),
        ("mailto:%22%3E@x.org", ""),
        ("mailto:", ""),
        ("tel:+44 (20) 7946-0000", "tel:+442079460000"),
        ("tel:javascript", ""),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        (" data:text/html,<script>", ""),
        ("vbscript:x", ""),
        ("file:///etc/passwd", ""),
        ("/releases/1", ""),
        ("#x", ""),
        ("", ""),
        ("https://", ""),
        ("https://[::1", ""),
    ],
)
def test_links_lead_to_pages_letters_and_telephones_only(url: str, expected: str) -> None:
    """Nothing that a browser would run or open on the reader's machine is ever a link."""
    assert expected == href(url)


def test_lines_alone_stay_in_the_block_around_them() -> None:
    """A snippet has no blocks of its own."""
    assert "a<br><br><strong>b</strong>" == inline_html(spans("a\n\nb", Span(3, 4, Style.BOLD)))


_STYLES = st.sampled_from(list(Style))
_VALUES = st.sampled_from(
    ["", "https://x.org/", 'https://x.org/"onclick="x', "javascript:x", "mailto:a@x.org", "x'>"]
) | st.text(max_size=8)
_WILD = st.text(max_size=40) | st.lists(
    st.sampled_from(
        ["<", ">", "&amp;", '"', "<script>", "\n\n", "\n", "• ", "1. ", "2. ", " ", "я"]
    )
).map("".join)


@st.composite
def _anything(draw: st.DrawFn) -> RichText:
    text = draw(_WILD)
    if not text:
        return RichText()
    found = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text) - 1))
        found.append(
            Span(start, draw(st.integers(start + 1, len(text))), draw(_STYLES), draw(_VALUES))
        )
    return RichText(text, tuple(found))


@given(_anything())
def test_whatever_it_is_only_our_elements_come_out(rich: RichText) -> None:
    """No text, style or address adds an element or attribute, and all elements nest and end."""
    for html in (to_html(rich), inline_html(rich)):
        read = Read(html)

        assert [] == read.wrong
        assert [] == read.open
        assert set() == {tag for tag, _ in read.found} - ELEMENTS
        for tag, attributes in read.found:
            allowed = {"a": {"href", "rel", "target"}, "ol": {"start"}}.get(tag, set())
            assert set() == set(attributes) - allowed
            if tag == "a":
                assert re.match(r"(https?://|mailto:|tel:)", attributes["href"] or "")
                assert "noopener noreferrer nofollow" == attributes["rel"]
        html.encode()


@given(rich_texts() | _anything())
def test_no_character_that_can_be_seen_is_lost(rich: RichText) -> None:
    """But for the marks that a list draws itself, all that was visible is there, in its order."""

    def seen(text: str) -> str:
        return "".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]", " ", text).split())

    marks = str.maketrans("", "", "•.0123456789")
    read = Read(to_html(rich)).text
    assert seen(rich.text).translate(marks) == seen(read).translate(marks)


@given(trees)
def test_what_was_read_from_a_page_reads_the_same_again(html: str) -> None:
    """The words of a page, drawn as HTML and read once more, are those words."""
    once = from_html(html, "https://x.org/")
    again = from_html(to_html(once), "https://x.org/")

    assert once.text.replace("\u00a0", " ").split() == again.text.replace("\u00a0", " ").split()


def test_a_long_text_with_many_spans_is_quick() -> None:
    """Work grows with the text, not with its square: a hundred thousand spans end at all."""
    one = "ab cd\n\n"
    found = tuple(Span(at, at + 2, Style.BOLD) for at in range(0, 50_000 * len(one), len(one)))

    assert 50_000 == to_html(RichText(one * 50_000, found)).count("<strong>")
