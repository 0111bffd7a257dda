"""How a send ended decides what becomes of its delivery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Gone, Later, Moved, NoRights, Refused, SendError, Stop, Unknown
from bot.delivery import outcomes
from storage.model import Address, Announcement, Delivery, Subscriber
from storage.outbox import Result, State

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CHAT = Address("fake", "1")


def delivery(attempts: int = 0, *, error: str = "", vouched: bool = False) -> Delivery:
    announcement = Announcement(1, "release", 1, NOW, vouched=vouched)
    return Delivery(1, announcement, Subscriber(1, CHAT, active=True), 0, attempts, error=error)


def failed(
    error: SendError, tried: Delivery | None = None, *, days: int = 0, believed: bool = True
) -> Result:
    return outcomes.failed(
        tried or delivery(), error, NOW, timedelta(days=days), believed=believed, rate=29
    )


def test_refused_content_is_a_failure() -> None:
    """What will never be taken is not tried again."""
    assert State.FAILED is failed(Refused("x")).state


@pytest.mark.parametrize("error", [Gone("x"), NoRights("x")])
def test_who_is_gone_is_asked_a_second_time(error: SendError) -> None:
    """One word is not believed, the second is: in between a breaker would have seen a burst."""
    first = failed(error)

    assert (State.WAITING, NOW + timedelta(seconds=2)) == (first.state, first.due_at)
    assert State.FAILED is failed(error, delivery(1, error=first.error)).state


def test_who_is_gone_is_believed_at_once_where_an_admin_vouches_for_it() -> None:
    """An admin said that people are really gone."""
    assert State.FAILED is failed(Gone("x"), delivery(vouched=True)).state


def test_nobody_is_given_up_while_too_many_are_refused() -> None:
    """However often it is said: while the breaker is open, it waits."""
    assert State.WAITING is failed(Gone("x"), delivery(5, error="gone"), believed=False).state


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
