"""Finds an archive's feed from the address the operator gave: a site, a category, feed or page."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from bot.archive.derive import absolute
from bot.archive.document import Unreadable
from bot.archive.fetch import Answer, Fetcher
from bot.archive.formats import Format, decoded, recognise

_FEEDS = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
_COMMENTS = re.compile(r"comment|комментари", re.IGNORECASE)


async def discover(fetcher: Fetcher, url: str) -> tuple[str, Answer]:
    """The address of the archive's feed and its answer.

    Where no feed answers now, the address is "" and the answer that of the page, or that of
    whoever is in trouble. Raises FetchError. A feed's own rel=self is not followed: WordPress
    drops the port there.
    """
    page = await fetcher.get(url)
    if page.status != 200:
        return "", page
    if await asyncio.to_thread(_is_feed, page):
        return url, page
    for link in await asyncio.to_thread(_candidates, page, url):
        answer = await fetcher.get(link)
        if answer.status == 200 and await asyncio.to_thread(_is_feed, answer):
            return link, answer
        if answer.status == 429 or answer.status >= 500:
            return "", answer  # in trouble now, so what it is cannot be told
    return "", page


def feed_links(page: Answer) -> list[str]:
    """The feeds that a page names, those that lie below the page's own path first."""
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
    own = urlsplit(page.url).path.rstrip("/") + "/"
    return sorted(links, key=lambda link: not urlsplit(link).path.startswith(own))


def _candidates(page: Answer, url: str) -> list[str]:
    """Where the feed may be: the page's best link, then the usual place below the page."""
    usual = url.partition("?")[0].partition("#")[0].rstrip("/") + "/feed/"
    return list(dict.fromkeys([*feed_links(page)[:1], usual]))


def _is_feed(answer: Answer) -> bool:
    try:
        return recognise(decoded(answer.body)) in (Format.FEED, Format.JSON)
    except Unreadable:
        return False
