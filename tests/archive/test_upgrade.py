"""After an upgrade: everything kept is read anew from its source, and indexed anew."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.archive import derive, upgrade
from bot.archive.document import Entry, When
from storage import DatabaseError, Storage
from storage.model import Archive, Fate, Kind
from storage.search import index

ARCHIVE = Archive("press", "http://archive.test/feed/")
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


async def statements(storage: Storage) -> None:
    """Forty-five of them, kept."""
    entries = [
        Entry(
            Kind.FEED,
            f"<p>Words of number {n} &amp; more.</p>",
            key=f"http://archive.test/?p={n}",
            link=f"http://archive.test/{n}/",
            title=f"Statement {n}",
            when=When(NOW.date(), NOW),
        )
        for n in range(45)
    ]
    drafts = [derive.draft(entry, ARCHIVE, NOW) for entry in entries]
    await storage.keep(ARCHIVE, [(draft, Fate.QUIET) for draft in drafts], NOW)


async def test_an_upgraded_reader_derives_all_anew_without_a_revision(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts, search and digest are the new reader's; nothing looks like an edit."""
    await statements(storage)
    monkeypatch.setattr(derive, "READER", 99)
    monkeypatch.setattr(upgrade, "READER", 99)
    monkeypatch.setattr(derive, "from_html", lambda html, base: derive._paragraphs("anew " + html))

    await upgrade.derive_anew(storage)

    assert [] == await storage.releases.outdated(99, 1)
    latest = await storage.releases.latest(45)
    assert {1} == {release.revision for release in latest}
    assert all(release.body.text.startswith("anew") for release in latest)
    assert (await storage.search.find("anew", 1)).total == 45


async def test_all_is_indexed_anew_though_the_database_is_busy(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index of other rules is emptied and filled; another process may hold it up for a while."""
    await statements(storage)
    monkeypatch.setattr(index, "INDEX_VERSION", "another")
    monkeypatch.setattr(upgrade, "AGAIN_SECONDS", 0)
    catch_up, refusals = storage.search.catch_up, iter([True, False, True])

    async def busy(count: int) -> int:
        if next(refusals, False):
            raise DatabaseError("The database is locked.")
        return await catch_up(count)

    monkeypatch.setattr(storage.search, "catch_up", busy)
    await upgrade.Upgrade(storage).run()

    assert 0 == await catch_up(1)
    assert 45 == (await storage.search.find("number", 1)).total
    assert 1 == (await storage.search.find("statement 7", 1)).total


async def test_news_waits_for_what_is_followed(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is announced while what is followed is known by the rules of before."""
    order, held = list[str](), asyncio.Event()

    async def renew() -> None:
        await held.wait()
        order.append("follows")

    async def watch() -> None:
        order.append("news")

    monkeypatch.setattr(storage.follows, "renew", renew)
    work = upgrade.Upgrade(storage)
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(work.behind(watch))
        tasks.create_task(work.run())
        await asyncio.sleep(0)
        held.set()

    assert ["follows", "news"] == order


async def test_news_comes_though_what_is_followed_cannot_be_renewed(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours there keeps no archive from being read."""

    async def renew() -> None:
        raise ZeroDivisionError

    async def watch() -> None:
        pass

    monkeypatch.setattr(storage.follows, "renew", renew)
    work = upgrade.Upgrade(storage)
    with pytest.raises(ZeroDivisionError):
        await work.run()
    async with asyncio.timeout(20):
        await work.behind(watch)
