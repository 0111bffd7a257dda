"""A better reader: everything kept is read anew from its source."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.archive import derive, upgrade
from bot.archive.document import Entry, When
from storage import Storage
from storage.model import Archive, Fate, Kind

ARCHIVE = Archive("press", "http://archive.test/feed/")
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


async def test_an_upgraded_reader_derives_all_anew_without_a_revision(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts, search and digest are the new reader's; nothing looks like an edit."""
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
    old = [derive.draft(entry, ARCHIVE, NOW) for entry in entries]
    await storage.keep(ARCHIVE, [(draft, Fate.QUIET) for draft in old], NOW)
    monkeypatch.setattr(derive, "READER", 99)
    monkeypatch.setattr(upgrade, "READER", 99)
    monkeypatch.setattr(derive, "from_html", lambda html, base: derive._paragraphs("anew " + html))

    await upgrade.derive_anew(storage)

    assert [] == await storage.releases.outdated(99, 1)
    latest = await storage.releases.latest(45)
    assert {1} == {release.revision for release in latest}
    assert all(release.body.text.startswith("anew") for release in latest)
    assert (await storage.search.find("anew", 1)).total == 45
