"""Finds an archive's feed from the address the operator gave: a site, a category, feed or page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Set
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from selectolax.lexbor import LexborHTMLParser

from bot.archive.derive import absolute
from bot.archive.document import Unreadable
from bot.archive.fetch import Answer
from bot.archive.formats import Format, decoded, recognise

_FEEDS = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
_COMMENTS = re.compile(r"comment|комментари", re.IGNORECASE)
# What WordPress puts behind a place for its feeds and pages (wp-includes/class-wp-rewrite.php).
_BEHIND = re.compile(r"(?:/page/\d+|/feed(?:/(?:feed|rdf|rss2?|atom))?)/?$")
_BESIDE = {"feed", "paged"}
_ENOUGH_BYTES = 100_000


class Asks(Protocol):
    """Whoever can ask for a page: a Fetcher, or a Visitor with its patience."""

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer, whatever its status."""
        ...


# Whether a feed of another place, with this answer, is the archive's all the same.
Believes = Callable[[str, Answer], Awaitable[bool]]


async def discover(fetcher: Asks, url: str, believes: Believes | None = None) -> tuple[str, Answer]:
    """The address of the archive's feed and its answer.

    Where no feed answers now, the address is "" and the answer that of the page, or that of
    whoever is in trouble. Without `believes` every feed is good. Raises FetchError. A feed's own
    rel=self is not followed: WordPress drops the port there.
    """
    url = _without(url, {"paged"})  # the later pages of a feed never have what is new
    page = await fetcher.get(url)
    if page.status != 200:
        return "", page
    if await asyncio.to_thread(is_feed, page):
        return url, page
    for link in await asyncio.to_thread(_candidates, page, url):
        answer = await fetcher.get(link)
        found = answer.status == 200 and await asyncio.to_thread(is_feed, answer)
        if found and (believes is None or within(link, url) or await believes(link, answer)):
            return link, answer
        if answer.status == 429 or answer.status >= 500:
            return "", answer  # in trouble now, so what it is cannot be told
    return "", page


def place(url: str) -> str:
    """Where the feed or page at `url` belongs: its site or category, page 1, for people."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = parts.path
    while behind := _BEHIND.search(path):
        path = path[: behind.start()] + "/"
    return _without(parts._replace(path=path or "/", fragment="").geturl(), _BESIDE)


def within(link: str, url: str) -> bool:
    """Whether a feed is of the archive's own place, or of one below it."""
    try:
        there, own = urlsplit(link), urlsplit(place(url))
    except ValueError:
        return False
    same = _site(there.hostname) == _site(own.hostname)
    below = f"{there.path}/".startswith(own.path.rstrip("/") + "/")
    return same and below and set(parse_qsl(own.query)) <= set(parse_qsl(there.query))


def feed_links(page: Answer) -> list[str]:
    """The feeds that a page names, those that are of the page's own place first."""
    try:
        tree = LexborHTMLParser(decoded(page.body))
    except Unreadable:
        return []
    links = []
    for node in tree.css("link[rel~=alternate][href]"):
        href, title = node.attributes.get("href") or "", node.attributes.get("title") or ""
        kind = (node.attributes.get("type") or "").partition(";")[0].strip().lower()
        link = absolute(href, page.url)
        if link and kind in _FEEDS and not _COMMENTS.search(f"{title} {href}"):
            links.append(link)
    own = urlsplit(place(page.url))
    asked = set(parse_qsl(own.query))

    def distance(link: str) -> tuple[bool, int]:
        there = urlsplit(link)
        below = there.path.startswith(own.path.rstrip("/") + "/")
        return not below, len(asked - set(parse_qsl(there.query)))

    return sorted(links, key=distance)


def _site(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _without(url: str, names: Set[str]) -> str:
    """The address without these arguments, the others as they were."""
    head, mark, query = url.partition("?")
    asked = query.split("&")
    kept = [one for one in asked if one.partition("=")[0] not in names]
    return url if len(kept) == len(asked) else head + (mark + "&".join(kept) if kept else "")


def _candidates(page: Answer, url: str) -> list[str]:
    """Where the feed may be: the page's best link, then the usual place below the page."""
    own = urlsplit(place(url))
    usual = [own._replace(path=own.path.rstrip("/") + "/feed/", query="").geturl()]
    if own.query:  # it may be what says which category; then the feed of the whole site is wrong
        there = own._replace(query=f"{own.query}&feed=rss2").geturl()
        usual = [there, *(usual if own.path.strip("/") else [])]
    return list(dict.fromkeys([*feed_links(page)[:1], *usual]))


def is_feed(answer: Answer) -> bool:
    """Whether this is a feed, by how it begins."""
    try:
        return recognise(decoded(_beginning(answer.body))) in (Format.FEED, Format.JSON)
    except Unreadable:
        return False


def _beginning(body: bytes) -> bytes:
    """Enough to tell what it is: to decode megabytes holds up all threads. No character is cut."""
    end = body.rfind(b">", 0, _ENOUGH_BYTES) + 1
    whole = len(body) <= _ENOUGH_BYTES or not end or b"\0" in body[:end]  # UTF-16 has zeros
    return body if whole else body[:end]
