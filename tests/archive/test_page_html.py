"""Archive pages as HTML, in the markup of several themes."""

from __future__ import annotations

import re
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


MORE = '<a class="more-link" href="/{n}/{anchor}">Continue reading</a>'


def test_list_of_excerpts_where_texts_would_be() -> None:
    """One that leads on says so of all; what leads on is no word of the release."""
    cut = HATOM.replace("Body {n}.</p>", "Body {n}…" + MORE.replace("{anchor}", "") + "</p>")
    document = page(cut.replace("{n}", "2") + HATOM.replace("{n}", "1"))

    assert [(d.body.text, d.kind) for d in document.drafts] == [
        ("Body 1.", Kind.EXCERPT), ("Body 2…", Kind.EXCERPT),
    ]  # fmt: skip


def test_post_that_its_author_cut_speaks_for_itself_alone() -> None:
    """`<!--more-->` leads into the post: the others of the list are whole (get_the_content)."""
    more = MORE.replace("{anchor}", "#more-2")
    cut = HATOM.replace("Body {n}.</p>", "Body {n}." + more + "</p>")
    document = page(cut.replace("{n}", "2") + HATOM.replace("{n}", "1"))

    assert [(d.body.text, d.kind) for d in document.drafts] == [
        ("Body 1.", Kind.PAGE), ("Body 2.", Kind.EXCERPT),
    ]  # fmt: skip


BLOCKS = """<li class="wp-block-post post-{n} post type-post status-publish hentry">
<h2 class="wp-block-post-title"><a href="/{n}/">Title {n}</a></h2>
<div class="wp-block-post-excerpt"><p class="wp-block-post-excerpt__excerpt">Body {n}.</p></div>
<div class="wp-block-post-date"><time datetime="2015-06-0{n}T12:00:00+01:00">June</time></div></li>
"""


def test_list_of_a_block_theme() -> None:
    """Excerpts; a post that is nothing but a headline is met, too (twentytwentythree)."""
    bare = re.sub(r'<div class="wp-block-post-excerpt">.*</div>', "", BLOCKS)
    document = page(BLOCKS.replace("{n}", "3") + bare.replace("{n}", "1"))

    assert [(d.title, d.body.text, d.aliases) for d in document.drafts] == [
        ("Title 1", "", ("/1", "post:1")), ("Title 3", "Body 3.", ("/3", "post:3")),
    ]  # fmt: skip


def test_post_without_a_title_has_the_link_of_its_date() -> None:
    """A block theme links no title that is not there, but the date."""
    bare = re.sub(r"<h2.*</h2>", "", BLOCKS).replace("<time", '<a href="/3/"><time')

    assert page(bare.replace("{n}", "3")).drafts[0].link == "http://127.0.0.1:8410/3/"


SINGLE = """<main><h1 class="wp-block-post-title">Title</h1>
<div class="wp-block-post-date"><time datetime="2015-06-01T12:00:00+01:00">June</time></div>
<div class="entry-content wp-block-post-content"><p>Body.</p>
<p class="post-nav-links">Pages: <a href="/1/2/" class="post-page-numbers">2</a></p></div></main>
<div class="comment"><time datetime="2019-01-01T12:00:00+00:00">January</time></div>"""


def test_page_of_one_post_in_a_block_theme() -> None:
    """Where nothing is marked as a post, the page is one if it shows one text."""
    head = '<link rel="canonical" href="https://press.example/one/">'
    html = (
        f"<html><head>{head}</head>"
        f'<body class="post-template-default single single-post postid-7">{SINGLE}</body></html>'
    )
    draft = read(html.encode(), ARCHIVE, NOW).drafts[0]

    assert (draft.title, draft.body.text, draft.kind) == ("Title", "Body.", Kind.PAGE)
    assert (draft.published, draft.aliases) == (date(2015, 6, 1), ("/one", "post:7"))


def test_what_stands_below_the_text_is_no_title() -> None:
    """A post without a title has none, whatever the heading of its comments is."""
    bare = re.sub(r"<h1.*</h1>", "", SINGLE)
    html = f'<html><body class="single postid-7">{bare}<h2>Comments</h2></body></html>'

    assert "Body.…" == read(html.encode(), ARCHIVE, NOW).drafts[0].title


def test_pages_and_pictures_are_no_releases() -> None:
    """A page of WordPress ("About us") or one of its pictures is none, whatever it looks like."""
    about = HATOM.replace("{n}", "1").replace("post hentry", "post-5 page type-page hentry")
    picture = about.replace("page type-page", "attachment type-attachment")
    html = f'<html><body class="page-template-default page page-id-5">{SINGLE}</body></html>'
    post = HATOM.replace("{n}", "2")

    assert [d.title for d in page(about + picture + post).drafts] == ["Title 2"]
    for none in (about, picture):
        with pytest.raises(Unreadable):
            page(none)
    with pytest.raises(Unreadable):
        read(html.encode(), ARCHIVE, NOW)


def test_posts_on_a_page_of_wordpress_are_releases() -> None:
    """A page may hold a list of posts; it is none itself."""
    posts = HATOM.replace("{n}", "2") + HATOM.replace("{n}", "1")
    about = f'<article class="page type-page hentry"><h1>Press</h1>{posts}</article>'

    assert [d.title for d in page(about).drafts] == ["Title 1", "Title 2"]


def test_protected_post_in_a_list_of_excerpts_is_refused() -> None:
    """A list without forms says by a class that a post needs a password (get_post_class)."""
    post = HATOM.replace("{n}", "1").replace("post hentry", "post hentry post-password-required")

    assert page(post).refused == (("/1/", "It is protected by a password."),)
