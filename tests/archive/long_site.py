"""A site with a history: more releases than a page holds, news beside them, and a visitor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from bot.archive.document import Document
from bot.archive.fetch import open_fetcher
from bot.archive.visitor import Visitor
from bot.archive.ways import Way
from storage.model import Archive
from tests.fakes.archive import LivingWordPress

CATEGORY = "/category/press-releases/"
FIRST = datetime(2012, 1, 1, 12, tzinfo=UTC)
WORDS = " ".join(f"word{n}" for n in range(80))


def now() -> datetime:
    return datetime(2026, 3, 25, 12, tzinfo=UTC)


async def no_pause(seconds: float) -> None:
    """For sites that are well: nothing there is worth waiting for."""
    raise AssertionError(f"a pause of {seconds} seconds")


class Long:
    """A site with `count` releases, each followed by a piece of news; and who reads it."""

    def __init__(self, site: LivingWordPress, visitor: Visitor, count: int) -> None:
        self.site, self.visitor = site, visitor
        self.archive = Archive("press", site.url + CATEGORY)
        for n in range(1, count + 1):
            at = FIRST + timedelta(days=n)
            site.write(f"Release {n}", f"<p>This is {n}: {WORDS}.</p>", date=at)
            site.write(f"News {n}", date=at + timedelta(hours=1), categories=("news",))

    def asked(self) -> list[str]:
        """The paths asked for so far, with their queries."""
        return [asked.target for asked in self.site.requests]


@asynccontextmanager
async def open_long(count: int = 23) -> AsyncIterator[Long]:
    async with (
        LivingWordPress(clock=now) as site,
        open_fetcher("Herald/test", allow_private=True) as fetcher,
    ):
        yield Long(site, Visitor(fetcher, now, sleep=no_pause), count)


def titles(document: Document | None) -> list[str]:
    assert document is not None
    return [draft.title for draft in document.drafts]


def releases(first: int, last: int) -> list[str]:
    """The titles from the `first` to the `last`."""
    return [f"Release {n}" for n in range(first, last + 1)]


async def walked(way: Way) -> list[str]:
    """The titles of all pages, from the oldest to the newest."""
    last = await way.last()
    numbers = range(1, last + 1) if way.oldest_first else range(last, 0, -1)
    return [title for number in numbers for title in titles(await way.page(number))]
