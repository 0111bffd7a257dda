"""How Herald is, for admins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.router import Router
from storage.model import Address, Archive, History
from tests.commands.house import CAMPAIGN, House


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
        "Status\n\nlind\n30 releases, 0 withdrawn\nLast read: 25 November 2026, 11:45 GMT\n"
        "Next reading: not known\nTrouble: HTTP 503\n\nReleases: 30\n"
        "Held for an admin’s word: 0\nSubscribers: 2 (Terminal 1, Web 1)\n"
        "Outbox: 0 waiting, 0 sent, 0 failed, 0 in doubt"
    )


async def test_in_russian(house: House) -> None:
    """Admins read Russian as well."""
    text = (await house.ask("/status", admin=True, language="ru")).text.text

    assert text.startswith("Состояние\n\nlind\nПресс-релизов: 30, отозвано: 0")


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Europe/London", "09:00 BST"), ("Asia/Tbilisi", "12:00 UTC+04"), ("UTC", "08:00 UTC")],
)
async def test_a_time_says_its_zone(house: House, zone: str, shown: str) -> None:
    """Who reads it elsewhere need not guess whose clock that is."""
    archive = Archive("lind", "https://lind.example/")
    reading = await house.storage.archives.reading(archive)
    read_at = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    await house.storage.archives.keep(replace(reading, last_read_at=read_at))
    house.router = Router(house.storage, replace(CAMPAIGN, timezone=zone), lambda: house.now)

    assert (
        f"Last read: 1 July 2026, {shown}\n" in (await house.ask("/status", admin=True)).text.text
    )


async def test_what_a_person_should_look_at_is_said(house: House) -> None:
    """What is odd about an archive stands below it, as long as it is odd."""
    archive = Archive("lind", "https://lind.example/")
    await house.storage.histories.keep(archive, History("lind", notice="Something is odd."))
    message = await house.ask("/status", admin=True)

    assert "Please look at the archive: Something is odd." in message.text.text
