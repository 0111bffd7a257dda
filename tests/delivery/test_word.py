"""What a refusal is worth: when it is believed, and when else it is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.chat import Gone
from bot.delivery.admins import Admins
from bot.delivery.refusals import PART, SECOND_OPINION, SENDS_BETWEEN, Refusals, Word
from bot.delivery.telling import Telling
from storage import Storage
from storage.model import Address, Announcement, Delivery, Subscriber
from tests.delivery.stage import courier, published, subscribed
from tests.delivery.weather import HOUR, Weather, heartbeat, housed, waited
from tests.virtual import clock, virtual

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
RATE = 1000.0


def delivery(number: int, lifetime: timedelta) -> Delivery:
    announcement = Announcement(1, "release", 1, NOW, lifetime=lifetime)
    return Delivery(number, announcement, Subscriber(1, Address("fake", "1"), active=True), 0, 0)


async def burst(storage: Storage, ago: float) -> Refusals:
    """One that knows of a burst so many seconds ago."""
    await storage.facts.set("tripped fake", (clock() - timedelta(seconds=ago)).isoformat())
    refusals = Refusals(storage, "fake", Telling(Admins([], storage, "en"), "fake"))
    await refusals.recall(clock())
    return refusals


def heard(refusals: Refusals, asked: Delivery, rate: float = RATE) -> Word:
    return refusals.heard(asked, Gone("gone"), NOW, rate)


@virtual
async def test_what_lives_shortly_is_doubted_shortly(tmp_path: Path) -> None:
    """Of four hours one is the burst's: after it a second word is believed, before it none is."""
    brief = timedelta(hours=PART)
    async with housed(tmp_path) as storage:
        within = await burst(storage, 0.9 * HOUR)
        after = await burst(storage, 1.1 * HOUR)
        asked = delivery(1, brief)

        assert [False, False] == [heard(within, asked).believed for _ in range(2)]
        assert [False, True] == [heard(after, asked).believed for _ in range(2)]


@virtual
async def test_what_lives_long_is_doubted_for_six_hours(tmp_path: Path) -> None:
    """And no longer than that, whatever time it has."""
    async with housed(tmp_path) as storage:
        within = await burst(storage, 5.9 * HOUR)
        after = await burst(storage, 6.1 * HOUR)
        asked = delivery(1, timedelta(days=7))

        assert [False, False] == [heard(within, asked).believed for _ in range(2)]
        assert [False, True] == [heard(after, asked).believed for _ in range(2)]


@virtual
async def test_the_second_question_comes_after_as_many_sends_as_are_looked_at(
    tmp_path: Path,
) -> None:
    """Where they are slow that takes longer; where they are fast it is two seconds."""
    async with housed(tmp_path) as storage:
        refusals = await burst(storage, 24 * HOUR)
        asked = delivery(1, timedelta(days=7))

        assert SENDS_BETWEEN / 4 == heard(refusals, asked, rate=4.0).again
        assert SECOND_OPINION == heard(refusals, asked, rate=1000.0).again


@virtual
async def test_what_is_settled_begins_anew(tmp_path: Path) -> None:
    """After it has arrived, one who is gone is asked twice again, and no other is touched."""
    async with housed(tmp_path) as storage:
        refusals = await burst(storage, 24 * HOUR)
        first, other = (delivery(number, timedelta(days=7)) for number in (1, 2))
        for asked in (first, other):
            heard(refusals, asked)
        refusals.arrived(first)

        assert [False, True] == [heard(refusals, asked).believed for asked in (first, other)]


@virtual
async def test_where_sends_are_slow_the_second_question_waits_for_them(tmp_path: Path) -> None:
    """At four a second two hundred take fifty seconds: until then nobody is asked again."""
    platform = Weather(lambda chat: Gone("gone") if chat == "1" else None, admins=(), rate=4.0)
    async with housed(tmp_path) as storage:
        await subscribed(storage, *"12")
        await published(storage, 1, now=clock())
        async with heartbeat(storage), courier(storage, platform, now=clock):
            await waited(storage, 0, 600)
    first, second = [send.at for send in platform.sends if send.chat == "1"]

    assert SENDS_BETWEEN / 4.0 <= second - first
