"""HTML to RichText: layout, spans, and words neither lost nor glued nor invented."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.from_html import from_html
from bot.text.words import words
from storage.model import Span, Style
from tests.text.trees import trees, visible_words

CAPTURES = Path(__file__).parents[2] / ".." / "shared" / "data" / "wordpress"
PAGE = "https://x.org/news/"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p><p>b<br>c</p>", "a\n\nb\nc"),
        ("a<br><br>b<br>", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<p>a</p>\n<p>&nbsp;</p>\n<p>b</p>", "a\n\nb"),
        ("<h2>T</h2>a<hr>b", "T\n\na\n\nb"),
        (" a \n b ", "a b"),
        ("a&nbsp;b", "a\u00a0b"),
        ("a<wbr>b<!-- x -->c", "abc"),
        ("<p>a<o:p> b</o:p></p>", "a b"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "• a\n   • b\n• c"),
        ("<ul><li></li><li><p>a</p></li></ul>", "• a"),
        ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
        ("<ol start=4 type=a><li>d<li value=27>aa<li>ab</ol>", "d. d\naa. aa\nab. ab"),
        ("<ol type=I start=9><li>x<li type=i>y</ol>", "IX. x\nx. y"),
        ("<ol reversed><li>x<li>y</ol>", "2. x\n1. y"),
        ("<ol start=oops><li>x</ol>", "1. x"),
        ("<table><caption>C<tr><th>a<th>b<tr><td>c<td>d</table>", "C\na | b\nc | d"),
        ("<table><tr><td>a<br>b<td><td>c<td></table>", "a b | | c"),
        ("<table><tr><td><p>a</p><p>b</p><td>c</table>", "a\n\nb\n\nc"),
        ("<dl><dt>T<dd>D<dt>U<dd>E</dl>", "T\nD\nU\nE"),
        ("<figure><img alt=no><figcaption>cap</figcaption></figure>b", "cap\n\nb"),
        ("a<img src=x alt=no>b", "a b"),
        ('x<img class=wp-smiley alt="😀">y<img alt=":)">', "x😀y"),
        ('<img alt="👩‍👩‍👧"><img class="emoji" alt=":)">', "👩‍👩‍👧:)"),
        ("word<sup><a href=#f>1</a></sup> 10<sup>6</sup> H<sub>2</sub>O", "word[1] 10⁶ H₂O"),
        ("16<sup>th</sup> 5<sup>1/2</sup> w<sup>1,2</sup>", "16th 5¹/² w¹,²"),
        ("w<sup><a href=#f>*</a></sup><a href=#_ftn2>[2]</a>", "w[*][2]"),
        ("<ol><li id=f>Note <a href=#r>↩︎</a></ol>", "1. Note"),
        (
            "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby><ruby>字<rt>ji</rt></ruby>",
            "漢(kan)字(ji)",
        ),
        ("<details><summary>More</summary>a</details>", "More\na"),
        ("<dialog>shut</dialog><dialog open>b</dialog>", "b"),
        ("<ol style='list-style-type: upper-alpha'><li>a<li>b</ol>", "A. a\nB. b"),
        ("<ul style='list-style:none'><li>a</ul>", "a"),
        ("<ol type=i><li>a<ol start=3><li>b</ol><li>c</ol>", "i. a\n   3. b\nii. c"),
        ("<pre>a\n\tb</pre>", "a\n    b"),
        ("a<progress>3</progress><svg><text>b</text></svg>c", "a b c"),
        ("<span style='display:block'>a</span><span style='color:red'>b</span>c", "a\nbc"),
        ("<a href=/a.pdf>a</a><a class=wp-block-file__button href=/a.pdf>Get</a>", "a Get"),
        ("[caption id=”x” width=”3″]<img src=x> cap[/caption] b", "cap b"),
        ('[caption caption="old cap"]<img src=x>[/caption]b', "old cap b"),
        ("[embed]https://v.org/1[/embed]", "https://v.org/1"),
        ("[sic] [1] [box]a[/box]", "[sic] [1] [box]a[/box]"),
        ("<!--[if mso]><xml><w:View>No</w:View></xml><![endif]--><xml><w:Z>0</w:Z></xml>a", "a"),
        (
            "<p class=Mso><![if !supportLists]>·<span>&nbsp; </span><![endif]>a<o:p></o:p></p>",
            "· a",
        ),
        ("<p dir=rtl>שלום <b>עולם</b></p><p>مرحبا</p>", "שלום עולם\n\nمرحبا"),
        ('[gallery ids="1,2"] [youtube id=”x”]', '[gallery ids="1,2"] [youtube id=”x”]'),
        ("<q>a</q>", "“a”"),
        ("a<script>x</script><style>y</style><noscript>z</noscript><template>t</template>b", "ab"),
        ('<p style="color:red; DISPLAY : none">x</p><p hidden>y</p>z', "z"),
        ("<span hidden>x</span><span style='display:none!important'>y</span>z", "z"),
        ("Go on<span class='screen-reader-text'> with it</span><b class=sr-only>x</b>", "Go on"),
        ("a\u00ad\ufeffb\u200fc", "ab\u200fc"),
        ("a\x01b\x00&#1;c", "a b c"),
        ("e<b>\u0301x</b>", "éx"),
        ("1 < 2 &lt;b&gt; & c", "1 < 2 <b> & c"),
        ("\ud800", "\ufffd"),
        ("", ""),
    ],
)
def test_text(html: str, expected: str) -> None:
    """Markup becomes plain lines that read as the page does."""
    assert expected == from_html(html, PAGE).text


@pytest.mark.parametrize(
    ("html", "covered", "style"),
    [
        ("a <b> b </b> c", "b", Style.BOLD),
        ("<strong>a</strong>", "a", Style.BOLD),
        ("<em>a</em>", "a", Style.ITALIC),
        ("<u>a</u>", "a", Style.UNDERLINE),
        ("<del>a</del>", "a", Style.STRIKE),
        ("<code>a</code>", "a", Style.CODE),
        ("<pre><code>a</code></pre>", "a", Style.PRE),
        ("<h3>a</h3>", "a", Style.HEADING),
        ("<table><tr><th>a<td>b</table>", "a", Style.BOLD),
        ("x<blockquote><ul><li>a</li></ul></blockquote>y", "• a", Style.QUOTE),
        ("<ul><li><b>a</b></li></ul>", "a", Style.BOLD),
        ("<b><b>a</b></b>", "a", Style.BOLD),
        ("e<b>\u0301xy</b>", "xy", Style.BOLD),
    ],
)
def test_spans(html: str, covered: str, style: Style) -> None:
    """A style covers exactly the visible words within its element, once."""
    rich = from_html(html)

    assert [(covered, style)] == [(rich.text[s.start : s.end], s.style) for s in rich.spans]


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/x", "https://x.org/x"),
        ("y z", "https://x.org/news/y%20z"),
        ("#f", "https://x.org/news/#f"),
        ("//cdn.org/x", "https://cdn.org/x"),
        ("www.y.org", "https://www.y.org"),
        ("mailto:a@b.org", "mailto:a@b.org"),
        ("tel:+1", "tel:+1"),
        ("http://[bad", None),
        ("javascript:x", None),
        ("http://localhost/", None),
        ("", None),
    ],
)
def test_links(href: str, expected: str | None) -> None:
    """Links are resolved against the page; one that leads nowhere leaves its words."""
    rich = from_html(f'<a href="{href}">go</a>', PAGE)

    assert rich.text == "go"
    assert ([] if expected is None else [Span(0, 2, Style.LINK, expected)]) == [*rich.spans]


@pytest.mark.parametrize(
    "html",
    [
        '<iframe src="//v.org/1"></iframe>',
        '<iframe src="about:blank" data-src="//v.org/1"></iframe>',
        '<video><source src="//v.org/1">too old</video>',
        '<object data="//v.org/1">too old</object>',
        '<embed src="//v.org/1">',
        '<iframe src="//v.org/1#?secret=3Eq7dZyXbk"></iframe>',
    ],
)
def test_an_embedded_film_becomes_its_link(html: str) -> None:
    """What cannot be shown can be opened."""
    rich = from_html(f"a{html}b", PAGE)

    assert rich.text == "a\nhttps://v.org/1\nb"
    assert (Span(2, 17, Style.LINK, "https://v.org/1"),) == rich.spans


@given(trees)
def test_words_are_those_of_the_source(html: str) -> None:
    """On any tree, every visible word comes through once, in order, whole."""
    assert visible_words(html) == words(from_html(html).text)


_MARKUP = st.sampled_from(
    [
        *("<p>", "</p>", "<b", "<a href='", "<td>", "<li>", "<table>", "</ul>", "&#x", "<!--"),
        *("<pre>", "<select>", "<svg>", "<math>", "<plaintext>", "]]>", "<sup>", "<q>"),
        *("\ud800", "\u0301"),
    ]
)


@given(st.lists(st.text(max_size=8) | _MARKUP, max_size=30).map("".join))
def test_any_string_gives_a_sound_text(html: str) -> None:
    """Whatever comes in: no exception, NFC, trimmed, no control character, spans within."""
    rich = from_html(html, "http://[bad")

    assert unicodedata.is_normalized("NFC", rich.text)
    assert rich.text == rich.text.strip()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]|\n\n\n", rich.text)
    assert all(0 <= s.start < s.end <= len(rich.text) for s in rich.spans)


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("<div>a " * 10_000, 10_000),
        ("<blockquote><b>a " * 5_000, 5_000),
        ("<ul><li>a " * 10_000, 10_000),
        ("<table><tr><td>a " * 5_000, 5_000),
        ("<p>" + "".join(f"<b title={n}>" for n in range(5_000)) + "</p><p>a" * 9_000, 9_000),
        ("<p>a <b>a</b> <a href=/x>a</a></p>" * 9_000, 27_000),
        ("a" + "\u0300\u0316" * 70_000, 1),
        ("<tr><td>a" * 30_000, 0),
        ("<table>" + "<tr><td>a" * 30_000, 30_000),
    ],
)
def test_deep_and_long_pages_come_through(html: str, count: int) -> None:
    """Nesting without end and hostile repetition neither break nor lose words."""
    assert (count or 1) == sum(word[0] in "aà" for word in words(from_html(html).text))


def _captured_posts() -> list[str]:
    files = sorted(CAPTURES.glob("rest-posts-page*.body"))
    posts = [post for file in files for post in json.loads(file.read_text())]
    return [post["content"]["rendered"] for post in posts]


@pytest.mark.skipif(
    not CAPTURES.is_dir(), reason="the captured WordPress is not beside the checkout"
)
def test_captured_posts_keep_every_word() -> None:
    """Real posts: all words in order, and none besides the numbers of ordered lists."""
    for html in _captured_posts():
        shown = re.sub(r"<(script|style|noscript)\b.*?</\1>", "", html, flags=re.DOTALL)
        shown = re.sub(
            r'<(?:iframe|embed|video|audio)[^>]*src="([^"]*)"[^>]*>',
            lambda embed: f" {urljoin(PAGE, embed[1])} ",
            shown,
        )
        shown = re.sub(r'<a (?=[^>]*class="wp-block-file__button)', " <a ", shown)
        expected, got = visible_words(shown), words(from_html(html, PAGE).text)

        remaining = iter(got)
        assert all(word in remaining for word in expected)
        numbered = re.findall(r"<ol.*?</ol>", html, flags=re.DOTALL)
        assert len(got) == len(expected) + sum(ol.count("<li") for ol in numbered)
