"""Too many refusals at once are rarely true: then nothing goes out but one try now and then."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

# October 2023: Telegram refused every channel's bot for hours (python-telegram-bot #3956).
LOOKED_AT = 200
SHARE, LEAST = 0.05, 10
CANARY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Tripped:
    """How many of the last so many sends were refused."""

    refused: int
    of: int


class Breaker:
    """Of the last sends, those that were refused as gone or without rights.

    `now` is seconds that never jump. While it is open, a try every half minute decides.
    """

    def __init__(self) -> None:
        self._last: deque[bool] = deque(maxlen=LOOKED_AT)
        self._next_try: float | None = None

    @property
    def open(self) -> bool:
        return self._next_try is not None

    def arrived(self) -> bool:
        """A send arrived; true if that closes an open breaker."""
        if self.open:
            self.close()
            return True
        self._last.append(False)
        return False

    def refused(self, now: float) -> Tripped | None:
        """A send was refused; not None if that opens it."""
        if self.open:
            return None
        self._last.append(True)
        refused = sum(self._last)
        if refused < LEAST or refused <= SHARE * len(self._last):
            return None
        self._next_try = now + CANARY_SECONDS
        return Tripped(refused, len(self._last))

    def close(self) -> None:
        """Begin to count anew."""
        self._next_try = None
        self._last.clear()

    def until_try(self, now: float) -> float:
        """Seconds until the next try while it is open."""
        return max(0.0, (self._next_try or now) - now)

    def tried(self, now: float) -> None:
        """The try is on its way; the next one may follow in half a minute."""
        self._next_try = now + CANARY_SECONDS
