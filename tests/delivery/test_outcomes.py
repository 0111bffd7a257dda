"""How a send ended decides what becomes of its delivery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Gone, Later, Moved, NoRights, Refused, SendError, Stop, Unknown
from bot.delivery import outcomes
from storage.model import Address, Announcement, Delivery, Subscriber
from storage.outbox import State

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CHAT = Address("fake", "1")


def delivery(attempts: int = 0) -> Delivery:
    announcement = Announcement(1, "release", 1, NOW)
    return Delivery(1, announcement, Subscriber(1, CHAT, active=True), 0, attempts)


@pytest.mark.parametrize("error", [Gone("x"), NoRights("x"), Refused("x")])
def test_a_final_refusal_is_a_failure(error: SendError) -> None:
    """What will never be taken is not tried again."""
    assert State.FAILED is outcomes.failed(delivery(), error, NOW, timedelta()).state


@pytest.mark.parametrize("error", [Later("x"), Unknown("x"), Stop("x"), Moved("x", CHAT)])
def test_anything_else_is_tried_again(error: SendError) -> None:
    """A delivery that did not arrive stays owed, and has a time for its next try."""
    result = outcomes.failed(delivery(), error, NOW, timedelta())

    assert State.WAITING is result.state
    assert result.due_at is not None


@pytest.mark.parametrize(
    ("error", "state"), [(Later("x"), State.FAILED), (Unknown("x"), State.UNKNOWN)]
)
def test_after_a_week_it_is_given_up(error: SendError, state: State) -> None:
    """A release nobody could be told of in a week is no news; in doubt it is counted apart."""
    assert state is outcomes.failed(delivery(), error, NOW, timedelta(days=8)).state


def test_the_platform_says_how_long_to_wait() -> None:
    """A wait that was asked for is kept, and not much longer."""
    assert 30 <= outcomes.pause(delivery(), Later("x", seconds=30)) <= 31


def test_tries_lie_at_most_ten_minutes_apart() -> None:
    """However often it failed, the next try comes within ten minutes."""
    assert max(outcomes.pause(delivery(n), Later("x")) for n in range(100)) <= 600
