"""How many deliveries may be under way."""

from __future__ import annotations

import pytest

from bot.delivery.flights import MOST, STUCK_SECONDS, Flights
from bot.pacing import Budget, Rate


@pytest.fixture
def flights() -> Flights:
    """A platform of which nothing is known yet: at most fourteen in flight."""
    return Flights(Budget(Rate(29)))


def test_what_is_claimed_takes_the_room_ahead(flights: Flights) -> None:
    """Five may wait for their turn; those that have left make room for others."""
    assert 5 == flights.room(5, 0)
    flights.claimed(range(5), 0)
    assert 0 == flights.room(5, 0)
    flights.leaves(1, 0)
    assert 1 == flights.room(5, 0)


def test_enough_in_flight_is_enough(flights: Flights) -> None:
    """More under way would be no faster, only more in doubt after a crash."""
    flights.claimed(range(20), 0)
    for delivery in range(20):
        flights.leaves(delivery, 0)

    assert 0 == flights.room(5, 1)
    flights.ended(0)
    flights.landed(1)
    assert 0 == flights.room(5, 1)
    for delivery in range(1, 10):
        flights.ended(delivery)
    assert 5 == flights.room(5, 1)


def test_one_that_is_stuck_holds_up_nobody(flights: Flights) -> None:
    """A single slow answer beside others that land takes no room."""
    flights.claimed([1], 0)
    flights.leaves(1, 0)
    flights.landed(STUCK_SECONDS)

    assert 5 == flights.room(5, STUCK_SECONDS + 1)


def test_where_nothing_lands_one_follows_a_second(flights: Flights) -> None:
    """A silent platform is asked one at a time; the first that lands opens it again."""
    flights.claimed(range(3), 0)
    for delivery in range(3):
        flights.leaves(delivery, 0)
    later = STUCK_SECONDS + 1
    assert 1 == flights.room(5, later)
    flights.claimed([3], later)
    flights.leaves(3, later)
    assert [0, 1] == [flights.room(5, later + 0.5), flights.room(5, later + 1)]
    flights.landed(later + 0.6)
    flights.ended(3)
    assert 5 == flights.room(5, later + 0.7)


def test_a_platform_in_trouble_is_tried_one_at_a_time(flights: Flights) -> None:
    """After a refused connection, too, until one arrives."""
    flights.failed()
    assert 1 == flights.room(5, 0)
    flights.claimed([1], 0)
    assert 0 == flights.room(5, 0.5)
    flights.ended(1)
    flights.landed(1)
    assert 5 == flights.room(5, 1)


def test_stuck_ones_are_bounded(flights: Flights) -> None:
    """However many are stuck, there is an end: each may arrive twice."""
    flights.claimed(range(MOST), 0)
    for delivery in range(MOST):
        flights.leaves(delivery, 0)
    flights.landed(100)

    assert 0 == flights.room(5, 100)


def test_a_lost_answer_is_trouble_where_nothing_else_lands(flights: Flights) -> None:
    """Then one follows the other; where something has landed since it left it says nothing."""
    flights.claimed([1, 2], 10)
    flights.leaves(1, 10)
    flights.leaves(2, 10.1)
    flights.lost(2)
    flights.ended(1)
    flights.ended(2)
    assert flights.silent_since(10)
    assert 1 == flights.room(5, 10.2)
    flights.claimed([3, 4], 10.2)
    assert 0 == flights.room(5, 10.3)
    flights.leaves(3, 10.3)
    flights.leaves(4, 10.3)
    flights.landed(10.4)
    flights.lost(3)
    flights.ended(3)
    flights.ended(4)
    assert not flights.silent_since(10)
    assert 5 == flights.room(5, 10.5)


def test_it_is_known_how_old_a_claim_is(flights: Flights) -> None:
    """In seconds, until it has ended."""
    flights.claimed([1], 10)

    assert 2.5 == flights.age(1, 12.5)
