"""Whether what a site lists now is still the archive's, and what belongs to it meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from yarl import URL

from bot.archive.absence import FEW, SHARE
from bot.archive.collection import collection, offer
from bot.archive.discover import place
from bot.archive.judging import Judge
from bot.archive.visitor import Visitor
from bot.archive.ways import NoWay, Way
from storage.model import Archive, Draft, Glimpse, Known

BESIDE = 2  # posts that were published between two looks
LOOKED_AT, STRAY = 3, 2  # so many pages, and so many strangers on them are nothing
_FAMILIES = ("categories", "tags")


def has_strangers(glimpses: Sequence[Glimpse], known: Sequence[Known | None], listed: int) -> bool:
    """Whether much of a list is older than what we know of it, and yet unknown.

    Numbers grow: what is above all that we know was written since.
    """
    pairs = list(zip(glimpses, known, strict=True))
    newest = max((glimpse.number for glimpse, one in pairs if one), default=0)
    old = sum(one is None and glimpse.number <= newest for glimpse, one in pairs)
    return old > max(FEW, SHARE * listed)


def are_akin(newest: Sequence[Glimpse], drafts: Sequence[Draft]) -> bool:
    """Whether these newest posts are those of the archive's own feed or page, but for a few."""
    there = {alias for glimpse in newest for alias in glimpse.aliases}
    missing = sum(not there & set(draft.aliases) for draft in drafts)
    return missing <= max(BESIDE, len(drafts) // 5)


async def grown(visitor: Visitor, archive: Archive, url: str) -> str:
    """Where the API has the posts of the archive's category: what lies in it now is in it, too.

    Nothing is taken away: a list of categories that fails is no sign. Raises Unheard.
    """
    before = URL(url)
    name = next((name for name in _FAMILIES if name in before.query), "")
    if not name:
        return url
    own = place(archive.url)
    try:
        page = await visitor.get(own)
        offered = await asyncio.to_thread(offer, page)
        now = URL(await collection(visitor, offered, own)) if offered else before
    except NoWay:
        return url
    old, new = (found.query.get(name, "").split(",") for found in (before, now))
    if now.with_query(None) != before.with_query(None) or new[0] != old[0]:
        return url
    family = ",".join(dict.fromkeys((*old, *new)))
    return str(before.update_query({name: family}))


async def is_strange(way: Way, judge: Judge, now: datetime) -> bool:
    """Whether a way that is new to us shows much that is old and yet unknown.

    A site whose permalinks are switched off gives its front page for every address.
    """
    drafts: list[Draft] = []
    for number in range(1, LOOKED_AT + 1):
        page = await way.page(number)
        drafts += page.drafts if page else ()
    unknown = await judge.unknown(drafts)
    old = len(unknown) - len(await judge.news(unknown, now))
    return old > max(STRAY, SHARE * len(drafts))
