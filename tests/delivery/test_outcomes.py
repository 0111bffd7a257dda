"""How a send ended decides what becomes of its delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Gone, Later, Moved, NoRights, Refused, SendError, Stop, Unknown
from bot.delivery import outcomes
from bot.delivery.outcomes import Doubt
from storage.model import Address, Announcement, Delivery, Subscriber
from storage.outbox import Result, State

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CHAT = Address("fake", "1")


def delivery(attempts: int = 0, *, error: str = "", vouched: bool = False) -> Delivery:
    announcement = Announcement(1, "release", 1, NOW, vouched=vouched)
    return Delivery(1, announcement, Subscriber(1, CHAT, active=True), 0, attempts, error=error)


def failed(
    error: SendError, tried: Delivery | None = None, *, days: int = 0, final: bool = False
) -> Result:
    tried = tried or delivery()
    wait = outcomes.pause(tried, error)
    return outcomes.failed(tried, error, NOW, timedelta(days=days), wait, final=final)


def test_refused_content_is_a_failure() -> None:
    """What will never be taken is not tried again."""
    assert State.FAILED is failed(Refused("x")).state


def test_who_is_gone_for_good_is_a_failure() -> None:
    """Only where that is believed; else it waits."""
    assert State.FAILED is failed(Gone("x"), final=True).state
    assert State.WAITING is failed(Gone("x")).state


def test_where_we_may_not_write_it_waits() -> None:
    """Rights come back: it is no failure before its time is over."""
    assert State.WAITING is failed(NoRights("x"), final=True).state
    assert State.FAILED is failed(NoRights("x"), days=8).state


@pytest.mark.parametrize("error", [Later("x"), Stop("x"), Moved("x", CHAT)])
def test_anything_else_is_tried_again(error: SendError) -> None:
    """A delivery that did not arrive stays owed, and has a time for its next try."""
    result = failed(error)

    assert State.WAITING is result.state
    assert result.due_at is not None


def test_what_may_have_arrived_is_kept_apart() -> None:
    """A time-out is no failure and no wait: it is a doubt, with a time to settle it."""
    result = failed(Unknown("x"))

    assert State.DOUBT is result.state
    assert result.due_at is not None


def test_what_is_given_up_in_doubt_is_unknown() -> None:
    """It may have arrived, each time: a failure it is not."""
    result = failed(Unknown("x"), final=True)

    assert (State.UNKNOWN, None) == (result.state, result.due_at)


@pytest.mark.parametrize(
    ("doubt", "for_good"),
    [((2, 900, True), False), ((3, 900, True), True), ((9, 100, False), False)],
)
def test_it_takes_some_tries_and_some_minutes(
    doubt: tuple[int, float, bool], for_good: bool
) -> None:
    """Before what may have arrived is given up."""
    assert for_good is Doubt(*doubt).for_good


def test_what_may_have_arrived_waits_long_where_nothing_lands() -> None:
    """The second time at the latest: each try may be a copy. Where others land it waits less."""
    waits = {
        silent: [outcomes.pause_in_doubt(Doubt(2, 6, silent)) for _ in range(100)]
        for silent in (True, False)
    }

    assert 450 <= min(waits[True]) <= max(waits[True]) <= 600
    assert 10 <= min(waits[False]) <= max(waits[False]) <= 20
    assert max(outcomes.pause_in_doubt(Doubt(n, 6, False)) for n in range(1, 100)) <= 600


@pytest.mark.parametrize(("doubtful", "state"), [(False, State.SKIPPED), (True, State.UNKNOWN)])
def test_what_has_expired_is_skipped_but_for_what_is_in_doubt(doubtful: bool, state: State) -> None:
    """It may have arrived."""
    assert state is outcomes.expired(replace(delivery(), doubtful=doubtful)).state


@pytest.mark.parametrize(
    ("error", "state"), [(Later("x"), State.FAILED), (Unknown("x"), State.UNKNOWN)]
)
def test_after_its_lifetime_it_is_given_up(error: SendError, state: State) -> None:
    """A release nobody could be told of in a week is no news; in doubt it is counted apart."""
    assert state is failed(error, days=8).state


def test_the_platforms_own_trouble_is_no_attempt() -> None:
    """An outage makes no delivery wait longer than the outage."""
    result = failed(Later("x", scope="platform"), delivery(20))

    assert (False, NOW) == (result.tried, result.due_at)


def test_the_platform_says_how_long_to_wait() -> None:
    """A wait that was asked for is kept, and not much longer."""
    assert 30 <= outcomes.pause(delivery(), Later("x", seconds=30)) <= 31


def test_tries_lie_at_most_ten_minutes_apart() -> None:
    """However often it failed, the next try comes within ten minutes."""
    assert max(outcomes.pause(delivery(n), Later("x")) for n in range(100)) <= 600
