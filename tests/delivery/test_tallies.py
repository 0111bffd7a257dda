"""How often a delivery has ended in one way."""

from __future__ import annotations

from bot.delivery.tallies import KEPT_SECONDS, Tallies, Tally


def test_ends_are_counted_by_delivery() -> None:
    """From the first to the last, until it is settled."""
    tallies = Tallies()

    assert [Tally(1, 5, 5), Tally(1, 6, 6), Tally(2, 5, 9)] == [
        tallies.another(1, 5), tallies.another(2, 6), tallies.another(1, 9)
    ]  # fmt: skip
    tallies.forget(1)
    tallies.forget(3)
    assert Tally(1, 10, 10) == tallies.another(1, 10)


def test_what_was_not_heard_of_for_long_is_forgotten() -> None:
    """A day later it is not the same any more; what was heard of meanwhile is kept."""
    tallies = Tallies()
    for delivery in (1, 2, 1):
        tallies.another(delivery, 0)
    tallies.another(2, KEPT_SECONDS)
    later = 1.5 * KEPT_SECONDS

    assert [1, 3] == [tallies.another(delivery, later).times for delivery in (1, 2)]
