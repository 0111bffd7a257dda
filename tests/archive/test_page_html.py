"""Archive pages as HTML, in the markup of several themes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.archive.document import Document, Unreadable
from bot.archive.formats import read
from storage.model import Kind
from tests.archive.conftest import ARCHIVE, NOW


def page(body: str, head: str = "") -> Document:
    html = f"<!DOCTYPE html><html><head><title>News</title>{head}</head><body>{body}</body></html>"
    return read(html.encode(), ARCHIVE, NOW)


HATOM = """<div class="post hentry"><h2 class="entry-title">
<a href="/{n}/">Title <i>{n}</i></a></h2>
<span class="published" title="2015-06-0{n}T23:30:00+00:00">June</span>
<div class="entry-content"><p>Body {n}.</p></div></div>"""
HTML5 = """<article><header><h2><a href="/{n}/">Title {n}</a></h2>
<time datetime="2015-06-0{n}">June {n}, 2015</time></header>
<div class="post-content"><p>Body {n}.</p></div></article>"""
SHOWN = """<div class="hentry"><h2 class="entry-title"><a href="/{n}/">Title {n}</a></h2>
<p class="date">Posted on June {n}, 2015 at 3:30 pm by admin</p>
<div class="entry-content"><p>Body {n}.</p></div></div>"""


@pytest.mark.parametrize("theme", [HATOM, HTML5, SHOWN])
def test_themes(theme: str) -> None:
    """Title, link, date and body, oldest first, be it hAtom, HTML5 or a date only shown."""
    document = page(theme.replace("{n}", "2") + theme.replace("{n}", "1"))

    assert [(d.title, d.link, d.body.text, d.kind) for d in document.drafts] == [
        (f"Title {n}", f"http://127.0.0.1:8410/{n}/", f"Body {n}.", Kind.PAGE) for n in (1, 2)
    ]
    assert all(d.published.year == 2015 for d in document.drafts)


def test_instant_gives_the_local_day() -> None:
    """An exact time in an attribute is an instant, and the archive's day follows from it."""
    draft = page(HATOM.replace("{n}", "1")).drafts[0]

    assert draft.published_at == datetime(2015, 6, 1, 23, 30, tzinfo=UTC)
    assert draft.published == date(2015, 6, 2)


def test_page_of_one_post_has_the_address_of_the_page() -> None:
    """Where the title is no link, the canonical address of a page with one post is its link."""
    post = HATOM.replace("{n}", "1").replace('<a href="/1/">', "").replace("</a>", "")
    link = '<link rel="canonical" href="https://press.example/2015/one/">'

    assert page(post, link).drafts[0].link == "https://press.example/2015/one/"
    assert [d.link for d in page(post + post.replace("1", "2"), link).drafts] == ["", ""]


def test_summary_is_an_excerpt() -> None:
    """A theme that shows summaries gives excerpts."""
    document = page(HATOM.replace("{n}", "1").replace("entry-content", "entry-summary"))

    assert document.drafts[0].kind is Kind.EXCERPT


def test_protected_and_undated_posts_are_refused() -> None:
    """Each refusal says why."""
    form = '<form class="post-password-form"></form>'
    document = page(
        HATOM.replace("{n}", "1").replace("<p>Body 1.</p>", form)
        + HATOM.replace("{n}", "2").replace("2015-06-02", "some day").replace("June", "?")
    )

    assert document.refused == (
        ("/2/", "It has no date that can be read."),
        ("/1/", "It is protected by a password."),
    )


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/page/2/">Next Page &raquo;</a>', '<a href="/page/2/">← Older posts</a>',
        '<a class="next page-numbers" href="/page/2/">Next</a>',
        '<a href="/page/1/">« Previous Page</a><a href="/page/2/">Следующая страница »</a>',
    ],
)  # fmt: skip
def test_next_page(link: str) -> None:
    """The link to older posts is found in the words and classes that themes use."""
    assert page(HATOM.replace("{n}", "1") + link).next_page == "/page/2/"


def test_page_without_classes_is_read_by_its_text() -> None:
    """Where no class helps, a title and a line that is only a date do."""
    document = page("<h2>One</h2><p>May 2, 2014</p><p>Body.</p><p>More.</p><p>Next Page »</p>")

    assert [(d.title, d.body.text, d.kind) for d in document.drafts] == [
        ("One", "Body.\n\nMore.", Kind.TEXT)
    ]


def test_page_without_releases_is_unreadable() -> None:
    """A page that only says something is no archive."""
    with pytest.raises(Unreadable):
        page("<h1>Briefly unavailable for scheduled maintenance.</h1>")
