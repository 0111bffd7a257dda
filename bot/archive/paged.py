"""Numbered pages, the newest first: those of a feed (`?paged=N`) and of a site (`/page/N/`)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import datetime

from yarl import URL

from bot.archive.derive import absolute
from bot.archive.document import Document, Unreadable
from bot.archive.fetch import Answer
from bot.archive.parse_process import read_apart
from bot.archive.visitor import Visitor
from bot.archive.ways import NoWay
from storage.model import Archive

FEED, PAGES = "feed", "pages"
MOMENT = 60.0  # seconds for which a page that was looked at while counting is as good as new
MOST = 1 << 16
LOOKS = 2  # how often a page is looked at before it is believed to be nothing
_DEAD = frozenset({400, 404, 410})
# The number 2 in a link to the second page, the surer place first.
_SECOND = (
    re.compile(r"(?<=/page/)2(?=/|$|\?)"),
    re.compile(r"(?<=[?&]paged=)2(?=&|$)"),
    re.compile(r"(?<=[?&]page=)2(?=&|$)"),
    re.compile(r"(?<=[?&]p=)2(?=&|$)"),
    re.compile(r"(?<=[/=_-])2(?=/?$|\.\w+$)"),
)

Form = Callable[[int], str]


class Paged:
    """Pages with numbers; the first is at `url`. Made by `feed_pages` and `site_pages`."""

    oldest_first = False
    total: int | None = None

    def __init__(
        self,
        visitor: Visitor,
        archive: Archive,
        clock: Callable[[], datetime],
        name: str,
        url: str,
        form: Form | None,
    ) -> None:
        self.name = name
        self.url = url
        self._visitor = visitor
        self._archive = archive
        self._clock = clock
        self._form = form
        self._kept: dict[int, tuple[float, Document]] = {}
        self._first: frozenset[str] = frozenset()
        self._before: tuple[int, frozenset[str]] = (0, frozenset())

    async def page(self, number: int) -> Document | None:
        """The releases of one page, oldest first; None past the last.

        Past the last some sites give the first page again, others the last: these are nothing.
        """
        found = self._young(number) or await self._alive(number)
        self._kept.pop(number, None)
        before, names = self._before
        if found is not None and before == number - 1 and _same(names, _names(found)):
            found = None
        if found is not None:
            self._before = number, _names(found)
        return found

    async def last(self) -> int:
        """The number of the last page; found by doubling, then halving."""
        if await self._look(1) is None:
            return 0
        low, high = 1, 2
        while (there := await self._look(high)) and not _same(self._seen(low), _names(there)):
            low, high = high, high * 2
            if high > MOST:
                raise NoWay("The archive's pages have no end.")
        if there is None:
            return await self._edge(low, high, frozenset())
        # Whatever comes after the last page is the last again: where does that begin?
        return await self._edge(low // 2, low, _names(there)) + 1 if low > 1 else 1

    async def first(self) -> Document | None:
        """Page 1, which stays as it is for a moment."""
        return await self._look(1)

    async def goes_on(self) -> bool:
        """Whether there is a second page."""
        return await self._look(2) is not None

    def begin(self, document: Document) -> None:
        """Take this as page 1: somebody has just read it."""
        self._first = _names(document)
        if self._form is None:
            self._form = _form(self.url, absolute(document.next_page, self.url))
        self._keep(1, document)

    async def _edge(self, low: int, high: int, end: frozenset[str]) -> int:
        """The last page that is there and is not `end`; `low` is such a one, `high` is none."""
        while high - low > 1:
            middle = (low + high) // 2
            found = await self._look(middle)
            if found is not None and not _same(end, _names(found)):
                low = middle
            else:
                high = middle
        return low

    async def _look(self, number: int) -> Document | None:
        found = self._young(number) or await self._alive(number)
        if found is not None:
            self._keep(number, found)
        return found

    def _keep(self, number: int, document: Document) -> None:
        self._kept[number] = asyncio.get_running_loop().time(), document

    def _young(self, number: int) -> Document | None:
        at, document = self._kept.get(number, (0.0, None))
        return document if asyncio.get_running_loop().time() - at < MOMENT else None

    def _seen(self, number: int) -> frozenset[str]:
        return _names(self._kept[number][1])

    async def _alive(self, number: int) -> Document | None:
        if number > 1 and not self._first and await self._look(1) is None:
            return None
        found = await self._read(number)
        if found is None:
            return None
        if number == 1:
            self.begin(found)
            return found
        return None if _same(self._first, _names(found)) else found

    async def _read(self, number: int) -> Document | None:
        """One page, or None. What may be a slip of the site's is looked at twice."""
        why = ""
        cut = False
        for _ in range(LOOKS):
            url = self._url(number)
            answer = await self._visitor.get(url)
            if answer.status in _DEAD and number > 1:
                return None
            if answer.status != 200:
                raise NoWay(f"The archive's pages answer with status {answer.status}.")
            if number > 1 and _sent_elsewhere(url, answer, number):
                return None
            try:
                found = await read_apart(answer.body, self._archive, self._clock(), answer.url)
            except Unreadable as error:
                why = str(error)
                continue
            cut = not found.complete
            if not cut:
                return found if found.drafts or found.refused else None
        if cut:
            raise NoWay("The archive's pages are cut short on their way.")
        if number == 1:
            raise NoWay(f"The archive's pages cannot be read. {why}")
        return None

    def _url(self, number: int) -> str:
        return self.url if number == 1 or self._form is None else self._form(number)


def feed_pages(
    visitor: Visitor, archive: Archive, url: str, clock: Callable[[], datetime]
) -> Paged:
    """The pages of the feed at `url`. A feed that knows no pages has one."""

    def form(number: int) -> str:
        return str(URL(url).update_query(paged=number))

    return Paged(visitor, archive, clock, FEED, url, form)


def site_pages(
    visitor: Visitor, archive: Archive, url: str, clock: Callable[[], datetime]
) -> Paged:
    """The pages for people, of which the first is at `url` and links to the second."""
    return Paged(visitor, archive, clock, PAGES, url, None)


def _form(url: str, second: str) -> Form:
    """What pages are called: as the link to the second says, else as WordPress calls them."""
    for pattern in _SECOND:
        if second and (found := [*pattern.finditer(second)]):
            start, end = found[-1].span()
            return lambda number: f"{second[:start]}{number}{second[end:]}"
    whole = URL(url).with_fragment(None)
    if whole.query:
        return lambda number: str(whole.update_query(paged=number))
    path = whole.raw_path.rstrip("/")
    return lambda number: str(whole.with_path(f"{path}/page/{number}/", encoded=True))


def _sent_elsewhere(url: str, answer: Answer, number: int) -> bool:
    """Whether what was asked for is not there and the site shows something else instead."""
    there = URL(answer.url)
    return there != URL(url) and not re.search(rf"(?<!\d){number}(?!\d)", there.path_qs)


def _names(document: Document) -> frozenset[str]:
    """By what the releases of a page are known, and what was refused."""
    names = (one.aliases[0] if one.aliases else one.fingerprint for one in document.drafts)
    return frozenset(names) | frozenset(link for link, _ in document.refused)


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two pages are one: most of it, for meanwhile something may have been published."""
    return 2 * len(one & other) > max(len(one), len(other))
