"""Finds out in which ways an archive's whole history may be read, from its address alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.archive.collection import collection, offer
from bot.archive.discover import discover, place
from bot.archive.document import Document, Unreadable
from bot.archive.fetch import Answer
from bot.archive.formats import Format, decoded, recognise
from bot.archive.paged import Paged, feed_pages, site_pages
from bot.archive.parse_process import read_apart
from bot.archive.rest import PER_PAGE, Rest
from bot.archive.visitor import Visitor
from bot.archive.ways import NoWay, Way
from storage.model import Archive, Draft, Glimpse, Kind


async def ways(
    visitor: Visitor, archive: Archive, feed_url: str, clock: Callable[[], datetime]
) -> list[Way]:
    """The ways that lead through the archive now, the best first; each gave its newest releases.

    `feed_url` is the archive's feed if it is known, else it is looked for. Raises Unheard where
    the site does not answer, NoWay where it may not be asked.
    """
    own = place(archive.url)
    page = await visitor.get(own)
    if not feed_url:
        feed_url, _ = await discover(visitor, archive.url)
    feed = feed_pages(visitor, archive, feed_url, clock) if feed_url else None
    fed = await _first(feed) if feed else None
    pages = site_pages(visitor, archive, own, clock)
    shown = await _read_page(page, archive, clock())
    if shown and fed and not _akin(shown, fed):
        shown = None
    if shown:
        pages.begin(shown)
    found: list[Way] = []
    witness = fed or shown
    if witness and (rest := await _rest(visitor, archive, page, own, witness, clock)):
        found.append(rest)
    others = [(way, first) for way, first in ((feed, fed), (pages, shown)) if way and first]
    ranked = others if found else await _ranked(others)
    return [*found, *(way for way, _ in ranked)]


async def _rest(
    visitor: Visitor,
    archive: Archive,
    page: Answer,
    own: str,
    witness: Document,
    clock: Callable[[], datetime],
) -> Rest | None:
    """The API, if its newest posts are those that the archive shows, so that it is of the same."""
    offered = await asyncio.to_thread(offer, page)
    if offered is None:
        return None
    try:
        rest = Rest(visitor, archive, await collection(visitor, offered, own), clock)
        newest = await rest.newest(min(len(witness.drafts), PER_PAGE))
    except NoWay:
        return None
    return rest if _proves(newest, witness.drafts) else None


def _proves(newest: Sequence[Glimpse], drafts: Sequence[Draft]) -> bool:
    """Whether these are the same posts; one or a few may differ, published in between."""
    drafts = drafts[-PER_PAGE:]
    listed = {alias for glimpse in newest for alias in glimpse.aliases}
    strangers = sum(not listed & set(draft.aliases) for draft in drafts)
    return bool(drafts) and strangers <= (max(1, len(drafts) // 5) if len(drafts) > 2 else 0)


async def _first(way: Paged) -> Document | None:
    try:
        return await way.first()
    except NoWay:
        return None


async def _read_page(page: Answer, archive: Archive, now: datetime) -> Document | None:
    """The releases of the page for people, if it is one and has any."""
    if page.status != 200:
        return None
    try:
        if await asyncio.to_thread(_is_html, page):
            return await read_apart(page.body, archive, now, page.url)
    except Unreadable:
        pass
    return None


def _is_html(page: Answer) -> bool:
    return recognise(decoded(page.body)) is Format.HTML


def _akin(shown: Document, fed: Document) -> bool:
    """Whether a page shows what the feed has, at least by half: a front page may show else."""
    known = {name for draft in fed.drafts for name in (*draft.aliases, draft.fingerprint)}
    same = sum(bool(known & {*draft.aliases, draft.fingerprint}) for draft in shown.drafts)
    return 2 * same >= min(len(shown.drafts), len(fed.drafts))


async def _ranked(others: Sequence[tuple[Paged, Document]]) -> list[tuple[Paged, Document]]:
    """First those that go on, then those that have more; whole texts before excerpts."""
    ranks = [(await _rank(way, first), number) for number, (way, first) in enumerate(others)]
    return [others[number] for _, number in sorted(ranks)]


async def _rank(way: Paged, first: Document) -> tuple[bool, bool, int, bool]:
    kinds = [draft.kind for draft in first.drafts]
    try:
        more = await way.goes_on()
    except NoWay:
        more = False
    cut = 2 * kinds.count(Kind.EXCERPT) > len(kinds)
    return Kind.TEXT in kinds, not more, 0 if more else -len(kinds), cut
