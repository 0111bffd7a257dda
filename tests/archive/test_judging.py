"""What becomes of what is seen for the first time, where more than one list shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.archive.derive import draft
from bot.archive.document import Entry, When
from bot.archive.judging import Judge
from storage import Storage
from storage.model import Archive, Draft, Fate, Kind, Reading
from tests.archive.conftest import ARCHIVE, NOW

READ = Reading(ARCHIVE.name, ARCHIVE.url, first_read_at=NOW - timedelta(days=30))


def made(number: int, at: datetime | None = NOW, kind: Kind = Kind.FEED) -> Draft:
    when = When(at.date(), at) if at else None
    key = f"http://press.example/?p={number}"
    link = f"http://press.example/{number}/"
    entry = Entry(kind, f"<p>Words of {number}.</p>", key, link, f"Release {number}", when)
    return draft(entry, ARCHIVE, NOW)


def judge(storage: Storage, archive: Archive = ARCHIVE) -> Judge:
    return Judge(storage, archive, news_days=7, burst=2)


async def test_whole_text_is_judged_and_its_excerpt_is_not(storage: Storage) -> None:
    """Two releases, each with the excerpt behind it, are two and not four: within the burst."""
    await storage.facts.alive(NOW)
    groups = [(made(n), made(n, kind=Kind.EXCERPT)) for n in (1, 2)]

    found = await judge(storage).fated(groups, READ, NOW)

    assert [Fate.ANNOUNCE, Fate.QUIET] * 2 == [fate for _, fate in found]
    assert [d for group in groups for d in group] == [d for d, _ in found]


async def test_nothing_is_news_before_the_first_reading(storage: Storage) -> None:
    """On first contact all is quiet."""
    await storage.facts.alive(NOW)
    first = replace(READ, first_read_at=None)

    assert [(made(1), Fate.QUIET)] == await judge(storage).fated([(made(1),)], first, NOW)


async def test_news_is_dated_within_the_days_and_since(storage: Storage) -> None:
    """Older than the days of news is none, nor what was there before; downtime does not count."""
    await storage.facts.alive(NOW)
    old, fresh, late = made(1, NOW - timedelta(days=8)), made(2, NOW - timedelta(days=2)), made(3)
    drafts = [old, fresh, late]
    since = NOW - timedelta(days=1)

    assert [fresh, late] == await judge(storage).news(drafts, NOW)
    assert [late] == await judge(storage).news(drafts, NOW, since)
    assert [fresh, late] == await judge(storage).news(drafts, NOW + timedelta(days=6))


async def test_date_without_a_time_counts_to_its_end(storage: Storage) -> None:
    """A page tells the day alone: what is of the day of the first reading may be newer."""
    await storage.facts.alive(NOW)
    day = replace(made(1), published=date(2026, 11, 24), published_at=None)
    early, late = (datetime(2026, 11, 24, hour, tzinfo=UTC) for hour in (1, 23))

    assert [day] == await judge(storage).news([day], NOW, early)
    assert [day] == await judge(storage).news([day], NOW, late)
    assert [] == await judge(storage).news([day], NOW, NOW)


async def test_clock_of_the_site_may_be_behind(storage: Storage) -> None:
    """What came out just after the first reading may be dated just before it: it is left alone."""
    await storage.facts.alive(NOW)
    just = made(1, NOW.replace(microsecond=0))

    assert [just] == await judge(storage).news([just], NOW, NOW + timedelta(seconds=30))
    assert [] == await judge(storage).news([just], NOW, NOW + timedelta(hours=2))
