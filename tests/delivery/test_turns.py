"""Which lane goes first."""

from __future__ import annotations

from collections import Counter

from bot.delivery.turns import Turns
from storage.model import Lane


def test_the_urgent_go_first_and_every_lane_has_its_share() -> None:
    """Of a hundred claims eighty begin with statements, sixteen with releases, four with rest."""
    turns = Turns()
    orders = [turns.lanes() for _ in range(100)]

    assert {Lane.STATEMENT: 80, Lane.RELEASE: 16, Lane.LATER: 4} == Counter(o[0] for o in orders)
    assert all(set(order) == {Lane.STATEMENT, Lane.RELEASE, Lane.LATER} for order in orders)
