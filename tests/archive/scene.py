"""A living WordPress, its watcher, and a time that the test sets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from bot.archive.fetch import open_fetcher
from bot.archive.judging import Judge
from bot.archive.watcher import Watcher
from storage import Storage
from storage.model import Archive, Release
from tests.fakes.archive import LivingWordPress

FEED = "/category/press-releases/feed/"


class Clock:
    """A time that the test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 25, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


class Scene:
    """A site, its watcher, and how often that said that something was kept."""

    def __init__(self, site: LivingWordPress, watcher: Watcher, clock: Clock) -> None:
        self.site, self.watcher, self.clock = site, watcher, clock
        self.kept = 0


@asynccontextmanager
async def open_scene(storage: Storage) -> AsyncIterator[Scene]:
    clock = Clock()
    async with (
        LivingWordPress(clock=clock) as site,
        open_fetcher("Herald/test", allow_private=True) as fetcher,
    ):
        archive = Archive("press", f"{site.url}/category/press-releases/", poll_seconds=60)
        judge = Judge(storage, archive, news_days=7, burst=2)
        scene = Scene(site, Watcher(
            archive, storage, fetcher, judge=judge, clock=clock, on_kept=lambda: kept(),
        ), clock)  # fmt: skip

        def kept() -> None:
            scene.kept += 1

        site.write("Old news", date=clock.now - timedelta(days=2))
        yield scene


async def announced(storage: Storage) -> list[str]:
    """The titles of what is owed to subscribers, in the order it was stored."""
    async with storage.database.read() as connection:
        rows = await connection.rows(
            "SELECT title FROM announcements JOIN releases ON releases.id = release_id"
            " ORDER BY announcements.id"
        )
    return [row[0] for row in rows]


async def latest(storage: Storage) -> list[Release]:
    return await storage.releases.latest(50)
