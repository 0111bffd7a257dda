"""Which lane is served first: the urgent one, and every lower one for its share."""

from __future__ import annotations

from collections.abc import Sequence

from storage.model import Lane

LANES = (Lane.STATEMENT, Lane.RELEASE, Lane.LATER)
SHARE = 5  # one claim in so many begins with a lower lane, one in their square with the lowest


class Turns:
    """Counts the claims."""

    def __init__(self) -> None:
        self._claims = 0

    def lanes(self, *, urgent: bool = False) -> Sequence[Lane]:
        """The lanes in the order in which this claim is to serve them; without the lowest one, if
        only what is `urgent` may go out.
        """
        if urgent:
            return LANES[:-1]
        self._claims += 1
        first, second, last = LANES
        if self._claims % SHARE**2 == 0:
            return last, first, second
        if self._claims % SHARE == 0:
            return second, first, last
        return LANES
