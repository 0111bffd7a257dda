"""How Herald is, for admins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from storage.model import Address, Archive
from tests.commands.house import House


async def test_counts(house: House) -> None:
    """Archives with their readings, releases, subscribers by platform, the outbox."""
    archive = Archive("lind", "https://lind.example/")
    reading = await house.storage.archives.reading(archive)
    read_at = datetime(2026, 11, 25, 11, 45, tzinfo=UTC)
    await house.storage.archives.keep(replace(reading, last_read_at=read_at, last_error="HTTP 503"))
    await house.storage.subscribers.subscribe(Address("terminal", "1"))
    await house.storage.subscribers.subscribe(Address("web", "2"))
    text = (await house.ask("/status", admin=True)).text.text

    assert text == (
        "Status\n\nlind\n30 releases, 0 withdrawn\nLast read: 25 November 2026, 11:45\n"
        "Next reading: not known\nTrouble: HTTP 503\n\nReleases: 30\n"
        "Held for an admin’s word: 0\nSubscribers: 2 (terminal 1, web 1)\n"
        "Outbox: 0 waiting, 0 sent, 0 failed, 0 in doubt"
    )


async def test_in_russian(house: House) -> None:
    """Admins read Russian as well."""
    text = (await house.ask("/status", admin=True, language="ru")).text.text

    assert text.startswith("Состояние\n\nlind\nПресс-релизов: 30, отозвано: 0")
