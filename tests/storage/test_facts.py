"""Single facts, and the time that Herald or a platform was down."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from storage import Storage
from storage.facts import OUTAGE, union
from tests.storage.conftest import NOON

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


async def test_a_fact_is_kept_and_replaced(storage: Storage) -> None:
    """An unknown fact is empty, and the last word counts."""
    assert await storage.facts.get("name") == ""
    await storage.facts.set("name", "one")
    await storage.facts.set("name", "two")

    assert await storage.facts.get("name") == "two"


async def test_every_run_has_an_epoch_of_its_own(storage: Storage) -> None:
    """Epochs count up, whenever the runs begin."""
    epochs = [await storage.facts.next_epoch() for _ in range(3)]

    assert epochs == [1, 2, 3]


async def test_a_silence_between_runs_is_downtime(storage: Storage) -> None:
    """From the last sign of life to the next run Herald was down; a quick restart is nothing."""
    await storage.facts.alive(NOON)
    await storage.facts.alive(NOON + MINUTE)
    await storage.facts.alive(NOON + MINUTE + OUTAGE - timedelta(seconds=1))
    assert await storage.facts.downtime(NOON, NOON + DAY) == timedelta()
    await storage.facts.alive(NOON + 10 * MINUTE)
    await storage.facts.alive(NOON + 40 * MINUTE)

    assert await storage.facts.downtime(NOON, NOON + DAY) == 30 * MINUTE
    assert await storage.facts.downtime(NOON + 20 * MINUTE, NOON + 25 * MINUTE) == 5 * MINUTE
    assert await storage.facts.downtime(NOON + 40 * MINUTE, NOON + DAY) == timedelta()


async def test_a_clock_that_was_set_back_ends_what_has_not_been(storage: Storage) -> None:
    """A year ahead and back again is no year in which nothing grows old."""
    await storage.facts.alive(NOON)
    await storage.facts.alive(NOON + 365 * DAY)
    await storage.facts.alive(NOON + MINUTE)

    assert await storage.facts.downtime(NOON + DAY, NOON + 30 * DAY) == timedelta()


async def test_the_first_run_was_not_down_before(storage: Storage) -> None:
    """Before it was ever alive Herald was not down."""
    await storage.facts.alive(NOON)

    assert await storage.facts.downtime(NOON - DAY, NOON + DAY) == timedelta()


async def test_a_platforms_downtime_is_its_own(storage: Storage) -> None:
    """While one platform was down the others were not; Herald's own downtime is everybody's."""
    await storage.facts.platform_was_down("telegram", NOON, NOON + 10 * MINUTE)
    await storage.facts.alive(NOON + 5 * MINUTE)
    await storage.facts.alive(NOON + 20 * MINUTE)

    assert await storage.facts.downtime(NOON, NOON + DAY, "telegram") == 20 * MINUTE
    assert await storage.facts.downtime(NOON, NOON + DAY, "matrix") == 15 * MINUTE
    assert await storage.facts.downtime(NOON, NOON + DAY) == 15 * MINUTE


outages = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), max_size=8)


@given(outages=outages, since=st.integers(0, 60), until=st.integers(0, 60))
def test_overlapping_outages_count_once(outages: list[list[int]], since: int, until: int) -> None:
    """The downtime is the minutes that at least one outage covers."""
    covered = {m for began, ended in outages for m in range(began, ended) if since <= m < until}
    given_in_order = sorted((at(began), at(ended)) for began, ended in outages)

    assert union(given_in_order, at(since), at(until)) == len(covered) * MINUTE


def at(minute: int) -> datetime:
    return NOON + minute * MINUTE
