"""Too many refusals at once are rarely true: then nothing goes out but one try now and then."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

# October 2023: Telegram refused every channel's bot for hours (python-telegram-bot #3956).
LOOKED_AT = 200
SHARE, LEAST = 0.05, 10
CANARY_SECONDS = 30.0

# What a try has shown to be no reason to stop does not stop the same push again: each time it
# opens, so many times the share is borne from then on, up to one that leaves hardly anybody.
MORE, MOST = 4, 0.8


@dataclass(frozen=True, slots=True)
class Tripped:
    """How many of the last so many sends were refused. `again`: in the same trouble as before."""

    refused: int
    of: int
    again: bool = False


class Breaker:
    """Of the last sends, those that were refused as gone or without rights.

    `now` is seconds that never jump. While it is open, a try every half minute decides, and
    nothing else: what was under way when it opened proves nothing.
    """

    def __init__(self) -> None:
        self._last: deque[bool] = deque(maxlen=LOOKED_AT)
        self._next_try: float | None = None
        self._share = SHARE
        self._troubled = False

    @property
    def open(self) -> bool:
        return self._next_try is not None

    def arrived(self) -> None:
        """A send arrived."""
        if not self.open:
            self._last.append(False)

    def refused(self, now: float) -> Tripped | None:
        """A send was refused; not None if that opens it."""
        if self.open:
            return None
        self._last.append(True)
        refused = sum(self._last)
        if refused < LEAST or refused <= self._share * len(self._last):
            return None
        self._next_try = now + CANARY_SECONDS
        tripped = Tripped(refused, len(self._last), self._troubled)
        self._troubled = True
        return tripped

    def close(self) -> None:
        """A try arrived, or somebody knows better: count anew, and bear more."""
        self._next_try = None
        self._last.clear()
        self._share = min(MOST, MORE * self._share)

    def over(self, *, through: bool) -> bool:
        """Whether the trouble ends now: it all went well for long, or the push is `through`."""
        well = len(self._last) == LOOKED_AT and sum(self._last) <= SHARE * LOOKED_AT
        if self.open or not self._troubled or not (well or through):
            return False
        self._troubled, self._share = False, SHARE
        self._last.clear()
        return True

    def until_try(self, now: float) -> float:
        """Seconds until the next try while it is open."""
        return max(0.0, (self._next_try or now) - now)

    def tried(self, now: float) -> None:
        """The try is on its way; the next one may follow in half a minute."""
        self._next_try = now + CANARY_SECONDS
