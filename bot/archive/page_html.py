"""An archive page, or the page of one post, as HTML: by the classes that themes share."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.archive import dates, page_text
from bot.archive.document import PROTECTED, Entry, Page, When
from bot.archive.feed import protected
from bot.text.from_html import from_html
from storage.model import Kind

# hAtom and h-entry (microformats.org), as nearly every WordPress theme has them; then HTML5.
_POSTS = (".hentry", ".h-entry", "article")
_TITLES = (".entry-title", ".p-name", "h1", "h2", "h3")
_DATES = (".published", ".dt-published", "time[datetime]", ".entry-date", ".posted-on", ".date")
_BODIES = (".entry-content", ".e-content", "[itemprop=articleBody]", ".post-content")
_EXCERPTS = (".entry-summary", ".p-summary")
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
    posts = _posts(tree)
    entries: list[Entry] = []
    refused: list[tuple[str, str]] = []
    for post in reversed(posts):
        made = _entry(post, zone, now, _address(tree) if len(posts) == 1 else "")
        if isinstance(made, Entry):
            entries.append(made)
        else:
            refused.append(made)
    if entries or refused:
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
            if node.mem_id not in inner:
                inner.update(child.mem_id for child in node.css(selector))
                found.append(node)
        if posts := [node for node in found if _body(node)]:
            return posts
    return []


def _entry(post: LexborNode, zone: tzinfo, now: datetime, address: str) -> Entry | tuple[str, str]:
    body, kind = _body(post) or ("", Kind.PAGE)
    title = _first(post, _TITLES)
    link = _link(post, title) or address
    name = from_html(title.inner_html or "").text if title else ""
    when = _when(post, zone, now)
    if protected(body):
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
    )


def _body(post: LexborNode) -> tuple[str, Kind] | None:
    if node := _first(post, _BODIES):
        return node.inner_html or "", Kind.PAGE
    if node := _first(post, _EXCERPTS):
        return node.inner_html or "", Kind.EXCERPT
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
    for node in (title and title.css_first("a[href]"), post.css_first("a[rel~=bookmark][href]")):
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
