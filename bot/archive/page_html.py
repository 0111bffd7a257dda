"""An archive page, or the page of one post, as HTML: by the classes that themes share."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, tzinfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.archive import dates, page_text
from bot.archive.document import PROTECTED, Entry, Page, When
from bot.archive.feed import protected
from bot.text.from_html import from_html
from storage.model import Kind

# hAtom and h-entry (microformats.org), as nearly every WordPress theme has them; then HTML5.
_POSTS = (".hentry", ".h-entry", "article")
_TITLES = (".entry-title", ".p-name", ".wp-block-post-title", "h1", "h2", "h3")
_DATES = (".published", ".dt-published", "time[datetime]", ".entry-date", ".posted-on", ".date")
_BODIES = (".entry-content", ".e-content", "[itemprop=articleBody]", ".post-content")
_EXCERPTS = (".entry-summary", ".p-summary", ".wp-block-post-excerpt")
# What the text goes on with elsewhere, and what leads there: no words of the release
# (wp_link_pages in wp-includes/post-template.php; get_the_content).
_LEADS = ".page-links, .post-nav-links, a.more-link"
# How a list says that it shows the beginning only: what the_excerpt adds (formatting.php,
# excerpt_more) and what themes make of it; `<!--more-->` links into the post, to #more-NUMBER.
_CUT = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]\s*$")
_MORE = re.compile(r"#more-[0-9]+$")
_POST_NUMBER = re.compile(r"(?<!\S)post(?:id)?-([0-9]{1,12})(?!\S)")
_NO_POST = re.compile(
    r"(?<!\S)(?:type-page|type-attachment|single-attachment|page-id-[0-9]+)(?!\S)"
)
_NEXT = re.compile(
    r"\W*(?:next\s+page|older\s+(?:posts|entries)|следующая\s+страница|(?:старые|предыдущие)\s+записи)\W*",
    re.IGNORECASE,
)


def read(text: str, zone: tzinfo, now: datetime) -> Page:
    """The posts of a page. Without such classes its visible text is read as a page of text.

    Raises Unreadable where neither finds a release.
    """
    tree = LexborHTMLParser(text)
    heading = tree.css_first("title")
    title = " ".join(heading.text().split()) if heading else ""
    posts = _posts(tree) or _single(tree)
    cut = len(posts) > 1 and any(map(_is_cut, posts))
    entries: list[Entry] = []
    refused: list[tuple[str, str]] = []
    for post in reversed(posts):
        made = _entry(post, zone, now, _address(tree) if len(posts) == 1 else "")
        if isinstance(made, Entry):
            entries.append(made)
        else:
            refused.append(made)
    if entries or refused:
        if cut:
            entries = [replace(entry, kind=Kind.EXCERPT) for entry in entries]
        return Page(tuple(entries), tuple(refused), title, next_page(tree))
    found = page_text.read(from_html(text).text, zone, now)
    return Page(found.entries, found.refused, title, next_page(tree))


def next_page(tree: LexborHTMLParser) -> str:
    """Where the page with older posts is, as the page links it; "" on the last."""
    for selector in ("link[rel~=next]", "a[rel~=next]", "a.next"):
        if (node := tree.css_first(selector)) and (link := node.attributes.get("href")):
            return link
    for node in tree.css("a[href]"):
        if _NEXT.fullmatch(node.text()[: dates.LONGEST]):
            return node.attributes.get("href") or ""
    return ""


def _posts(tree: LexborHTMLParser) -> list[LexborNode]:
    """The outermost nodes of the first kind that holds posts with a text."""
    for selector in _POSTS:
        found: list[LexborNode] = []
        inner: set[int] = set()
        for node in tree.css(selector):
            if node.mem_id not in inner and not _is_no_post(node):
                inner.update(child.mem_id for child in node.css(selector))
                found.append(node)
        texts = (*_BODIES, *_EXCERPTS)
        if any(_first(node, texts) for node in found):  # some may be nothing but a title
            return [node for node in found if _first(node, texts) or _number(node)]
    return []


def _single(tree: LexborHTMLParser) -> list[LexborNode]:
    """The whole of a page that shows one text, where its theme marks no post (block themes)."""
    body = tree.body
    other = tree.css_first(".type-page, .type-attachment") or (body and _is_no_post(body))
    return [body] if body and not other and len(tree.css(".entry-content")) == 1 else []


def _is_no_post(node: LexborNode) -> bool:
    """Whether this is a page or a picture of WordPress, by its class (get_post_class and
    get_body_class in wp-includes/post-template.php).
    """
    return bool(_NO_POST.search(node.attributes.get("class") or ""))


def _is_cut(post: LexborNode) -> bool:
    """Whether the text of this post in a list goes on elsewhere, by the theme's will.

    Then all are excerpts: a short text is its own, and one written by hand ends like any text.
    """
    body = _first(post, _BODIES)
    if body is None:
        return False
    more = body.css_first("a.more-link[href]")
    return not _MORE.search(more.attributes.get("href") or "") if more else _ends_cut(body)


def _ends_cut(body: LexborNode) -> bool:
    return bool(_CUT.search(body.text()[-50:].rstrip()))


def _entry(post: LexborNode, zone: tzinfo, now: datetime, address: str) -> Entry | tuple[str, str]:
    title = _heading(post)
    link = _link(post, title) or address
    body, kind = _body(post) or ("", Kind.EXCERPT)
    name = from_html(title.inner_html or "").text if title else ""
    when = _when(post, zone, now)
    if protected(body) or "post-password-required" in (post.attributes.get("class") or "").split():
        return link or name, PROTECTED
    if when is None:
        return link or name, "It has no date that can be read."
    return Entry(
        kind=kind,
        source=body,
        link=link,
        title=(title.inner_html or "") if title else "",
        when=when,
        language=post.attributes.get("lang") or "",
        number=_number(post),
    )


def _number(post: LexborNode) -> int:
    """WordPress's own number of the post, as its themes give it; 0 for none.

    (get_post_class, and on the page of one post get_body_class.)
    """
    attributes = f"{post.attributes.get('id') or ''} {post.attributes.get('class') or ''}"
    found = _POST_NUMBER.search(attributes)
    return int(found[1]) if found else 0


def _heading(post: LexborNode) -> LexborNode | None:
    """The title: by its class, else the first heading above the text; below it stand others'."""
    if (node := _first(post, _TITLES[:2])) or post.tag != "body":
        return node or _first(post, _TITLES[2:])
    for node in post.css(f"h1, h2, h3, {_BODIES[0]}"):
        return None if node.tag not in ("h1", "h2", "h3") else node
    return None


def _body(post: LexborNode) -> tuple[str, Kind] | None:
    for places, kind in ((_BODIES, Kind.PAGE), (_EXCERPTS, Kind.EXCERPT)):
        if node := _first(post, places):
            cut = node.css_first("a.more-link") or _ends_cut(node)
            for lead in node.css(_LEADS):
                lead.decompose()
            return node.inner_html or "", Kind.EXCERPT if cut else kind
    return None


def _when(post: LexborNode, zone: tzinfo, now: datetime) -> When | None:
    """The date in the first place that has one: exact in an attribute, else as it is shown."""
    for node in (node for selector in _DATES for node in post.css(selector)):
        for name in ("datetime", "title"):
            if when := dates.parse(node.attributes.get(name) or "", zone, now):
                return when
        if (day := dates.within(node.text().strip())) and (
            when := dates.believed(When(day), zone, now)
        ):
            return when
    return None


def _link(post: LexborNode, title: LexborNode | None) -> str:
    places = ("a[rel~=bookmark][href]", ".wp-block-post-date a[href]", "a.more-link[href]")
    for node in (title and title.css_first("a[href]"), *map(post.css_first, places)):
        if node:
            return node.attributes.get("href") or ""
    parent = title.parent if title else None
    return (parent.attributes.get("href") or "") if parent and parent.tag == "a" else ""


def _address(tree: LexborHTMLParser) -> str:
    """The page's own address, where it is the page of one post."""
    node = tree.css_first("link[rel=canonical][href]")
    return (node.attributes.get("href") or "") if node else ""


def _first(post: LexborNode, selectors: tuple[str, ...]) -> LexborNode | None:
    return next((node for s in selectors if (node := post.css_first(s))), None)
