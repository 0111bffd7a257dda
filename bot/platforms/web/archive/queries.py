"""What the archive's pages show, looked up: a page of a list, one release and its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from bot import present
from bot.platforms.web.archive.asked import Asked
from storage import Storage
from storage.model import Found, Hit, Release, RichText

PAGE = 20
NO_SEARCH = Found()


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list: `total` counts all of it, `found` are this page's releases, with the words
    around a hit where one was looked for. `years` are years and how many releases each has, or
    how many hits, if there are any in any year. `search` is what a search came to, `apart` the
    words and the year that it was where together they come to nothing, and apart to something.
    """

    total: int
    found: Sequence[Hit]
    years: tuple[tuple[int, int], ...] = ()
    languages: tuple[str, ...] = ()
    search: Found = NO_SEARCH
    of_hits: bool = False
    apart: tuple[str, int] | None = None

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Shown:
    """A release, those published before and after it, and the day its words were last changed."""

    release: Release
    older: Release | None = None
    newer: Release | None = None
    changed: date | None = None


async def listed(storage: Storage, ask: Asked) -> Listed:
    """The page that is asked for. A search looks through all languages."""
    skip = (ask.page - 1) * PAGE
    languages = tuple(await storage.releases.languages())
    years = await _years(storage, ask.of)
    if ask.words:
        found = await storage.search.find(ask.words, PAGE, skip, year=ask.year)
        hits = tuple(await storage.search.years(ask.words))
        apart = None if hits or found.missing else await _apart(storage, ask.words)
        return Listed(found.total, found.hits, hits or years, languages, found, bool(hits), apart)
    total = await storage.releases.browsed(ask.year, ask.of)
    releases = await storage.releases.browse(ask.year, ask.of, PAGE, skip)
    return Listed(total, [Hit(release, RichText()) for release in releases], years, languages)


async def _apart(storage: Storage, query: str) -> tuple[str, int] | None:
    """The words and the year of a query, if that year has the words."""
    apart = present.year_apart(query)
    if apart is None:
        return None
    found = await storage.search.find(apart[0], 1, year=apart[1])
    return apart if found.total else None


async def _years(storage: Storage, of: str) -> tuple[tuple[int, int], ...]:
    """Years and how many releases they have, of one language if that is asked; newest first."""
    years = await storage.releases.years()
    if not of:
        return tuple(years)
    counted = [(year, await storage.releases.browsed(year, of)) for year, _ in years]
    return tuple((year, count) for year, count in counted if count)


async def shown(storage: Storage, number: int, zone: ZoneInfo) -> Shown | None:
    """The release of this id, its changes dated in this zone; what was withdrawn stands alone."""
    release = await storage.releases.get(number)
    if release is None or release.withdrawn:
        return Shown(release) if release else None
    older, newer = await storage.releases.beside(number)
    return Shown(release, older, newer, await _changed(storage, release, zone))


async def _changed(storage: Storage, release: Release, zone: ZoneInfo) -> date | None:
    if release.revision < 2:
        return None
    return (await storage.releases.history(release.id))[-1].seen_at.astimezone(zone).date()
