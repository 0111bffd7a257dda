"""A living site with a history, and all that reads it: for what is brought in and compared."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.archive.backfill import Backfill, Step
from bot.archive.fetch import Fetcher, open_fetcher
from bot.archive.historian import Historian
from bot.archive.intake import Intake
from bot.archive.judging import Judge
from bot.archive.visitor import Visitor
from bot.archive.watcher import Watcher
from storage import Storage
from storage.model import Archive, Correcting, History, Release
from tests.archive.long_site import CATEGORY, FIRST, WORDS
from tests.archive.scene import Clock
from tests.fakes.archive import LivingWordPress
from tests.fakes.rules import excerpts_on_pages, one_feed_page, rest_hidden

# What leaves a site only this way to be read.
ONLY = {
    "rest": (),
    "feed": (rest_hidden,),
    "pages": (rest_hidden, one_feed_page),
    "excerpts": (rest_hidden, one_feed_page, excerpts_on_pages),
}
CORRECTING = Correcting(timedelta(days=7), 20)


class Chronicle:
    """A site with `count` releases, a piece of news beside each; its watcher and historian.

    `notices` and `filled` are what the historian told of; `steps` those of the last backfill.
    """

    def __init__(
        self, site: LivingWordPress, storage: Storage, fetcher: Fetcher, clock: Clock, count: int
    ) -> None:
        self.site, self.storage, self.clock = site, storage, clock
        self.archive = Archive("press", site.url + CATEGORY, poll_seconds=60)
        self.judge = Judge(storage, self.archive, news_days=7, burst=5)
        self.visitor = Visitor(fetcher, clock, tries=1)
        self.kept = 0
        self.notices: list[str] = []
        self.filled: list[int] = []
        self.steps: list[Step] = []
        self.watcher = Watcher(
            self.archive, storage, fetcher, judge=self.judge, correcting=CORRECTING,
            clock=clock, on_kept=self._on_kept,
        )  # fmt: skip
        self.historian = Historian(
            self.archive, storage, self.visitor, self.judge, correcting=CORRECTING, clock=clock,
            on_kept=self._on_kept, on_filled=self.filled.append, on_notice=self.notices.append,
        )  # fmt: skip
        for n in range(1, count + 1):
            at = FIRST + timedelta(days=n)
            site.write(f"Release {n}", f"<p>This is {n}: {WORDS}.</p>", date=at)
            site.write(f"News {n}", date=at + timedelta(hours=1), categories=("news",))

    def _on_kept(self) -> None:
        self.kept += 1

    def only(self, way: str) -> None:
        """Leave the site this way to be read, and no better one."""
        self.site.rules[:] = ONLY[way]
        self.site.blog.excerpts = way == "excerpts"

    async def backfill(self, announces: bool = False) -> Intake:
        """What `herald backfill` does; what came of it."""

        async def waited_for() -> bool:
            return announces

        self.steps = []
        backfill = Backfill(
            self.storage, self.visitor, self.archive, self.judge, correcting=CORRECTING,
            clock=self.clock, announces=waited_for, on_step=self.steps.append,
        )  # fmt: skip
        await backfill.run()
        return backfill.intake

    async def compare(self, **passed: float) -> History:
        """Some time later, six hours if none is given, what the historian does."""
        self.clock.pass_by(**(passed or {"hours": 6}))
        await self.storage.facts.alive(self.clock())
        await self.historian.work()
        return await self.history()

    async def history(self) -> History:
        return await self.storage.histories.of(self.archive)

    async def releases(self) -> list[Release]:
        """All that are shown, oldest first."""
        return [*reversed(await self.storage.releases.latest(1000))]

    async def titles(self) -> list[str]:
        return [release.title for release in await self.releases()]

    def number(self, title: str) -> int:
        """The site's own number of the post with this title."""
        return next(post.id for post in self.site.posts if post.title == title)

    def asked(self, since: int = 0) -> list[str]:
        """The paths asked for so far, with their queries."""
        return [asked.target for asked in self.site.requests[since:]]


@asynccontextmanager
async def open_chronicle(storage: Storage, count: int = 23) -> AsyncIterator[Chronicle]:
    clock = Clock()
    await storage.facts.alive(clock())
    async with (
        LivingWordPress(clock=clock) as site,
        open_fetcher("Herald/test", allow_private=True) as fetcher,
    ):
        yield Chronicle(site, storage, fetcher, clock, count)


def known(release: Release) -> tuple[str, str, str]:
    """What must be the same of a release by whichever way it came."""
    return release.title, release.published.isoformat(), release.body.text
