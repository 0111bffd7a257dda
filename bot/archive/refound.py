"""Finds a feed that is not where it was, without taking that of another place for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from bot.archive.discover import Asks, discover, is_feed, within
from bot.archive.document import Unreadable
from bot.archive.fetch import Answer
from bot.archive.judging import Judge
from bot.archive.parse_process import read_apart
from storage.model import Archive, Reading


@dataclass(frozen=True, slots=True)
class Refound:
    """An answer and the feed it is of, "" for a page.

    `elsewhere`: it is not yet taken for the archive's own. The feed that was known is asked first
    the next time; what is new here is not taken yet.
    """

    feed_url: str
    answer: Answer
    elsewhere: bool = False


async def is_lost(answer: Answer) -> bool:
    """Whether the feed is not there now: there is none, or a page in its place."""
    if answer.status == 200:
        return not await asyncio.to_thread(is_feed, answer)
    return answer.status == 404


async def refound(
    fetcher: Asks, archive: Archive, reading: Reading, judge: Judge, now: datetime
) -> Refound:
    """The feed as it is found from the archive's url now. Raises FetchError.

    A site that shows a "coming soon" for every address names the feed of all its posts there. So
    what leads out of the archive's place must have what we know; and where there was a feed, it is
    held for a redirect: it has to prove right some times before it is believed.
    """
    known = reading.feed_url if reading.first_read_at else ""

    async def believes(link: str, answer: Answer) -> bool:
        return link == known or await _is_ours(archive, answer, judge, now, strictly=bool(known))

    first = reading.first_read_at is None
    link, answer = await discover(fetcher, archive.url, None if first else believes)
    if not known or link == known or (link and within(link, archive.url)):
        return Refound(link, answer)
    if not link:
        return Refound("", answer, elsewhere=True)
    return Refound(known, replace(answer, moved_to=answer.moved_to or link), elsewhere=True)


async def _is_ours(
    archive: Archive, answer: Answer, judge: Judge, now: datetime, *, strictly: bool
) -> bool:
    """Whether something in this feed is known; strictly, all that is not newer than the rest."""
    try:
        drafts = (await read_apart(answer.body, archive, now, answer.url)).drafts
    except Unreadable:
        return False
    unknown = await judge.unknown(drafts)
    known = len(drafts) - len(unknown)
    return known > 0 and (not strictly or unknown == [*drafts[known:]])


async def is_back(
    answer: Answer, archive: Archive, reading: Reading, judge: Judge, now: datetime
) -> bool:
    """Whether this is the archive's own feed again, in whose place another was found, and not
    only an answer at its address.
    """
    if answer.status != 200 or answer.url != reading.lost_feed or await is_lost(answer):
        return False
    return await _is_ours(archive, answer, judge, now, strictly=False)
