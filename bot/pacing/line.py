"""Who waits for a turn, and whose it is: answers go first, and chats at rest are passed over."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from storage.model import Address, Lane

SHARE = 5  # one turn of so many is a delivery's, however many answers wait


@dataclass(slots=True, eq=False)
class Waiting:
    """Somebody who wants to send, `since` this second of the loop's. `called` is done when it is
    to come, or has given up.
    """

    lane: Lane
    address: Address
    since: float
    called: asyncio.Future[None]


# Seconds for which this one has to wait for the sake of its chat.
Pause = Callable[[Waiting, float], float]


class Line:
    """Two queues, of answers and of deliveries. Within a chat each keeps the order of coming."""

    def __init__(self, pause: Pause) -> None:
        self._pause = pause
        self._answers: list[Waiting] = []
        self._deliveries: list[Waiting] = []
        self._in_a_row = 0

    def __len__(self) -> int:
        return len(self._answers) + len(self._deliveries)

    def join(self, waiting: Waiting) -> None:
        """Behind all who wait already."""
        self._queue(waiting).append(waiting)

    def leave(self, waiting: Waiting, *, served: bool) -> None:
        """It has had its turn, or wants none any more."""
        self._queue(waiting).remove(waiting)
        if served:
            self._in_a_row = self._in_a_row + 1 if waiting.lane is Lane.ANSWER else 0

    def first(self, now: float) -> Waiting | float:
        """Whose turn it is; where it is nobody's, when it will be somebody's."""
        queues = [self._answers, self._deliveries]
        if self._in_a_row >= SHARE - 1:
            queues.reverse()
        soonest = math.inf
        for queue in queues:
            found = self._ready(queue, now)
            if isinstance(found, Waiting):
                return found
            soonest = min(soonest, found)
        return soonest

    def _ready(self, queue: list[Waiting], now: float) -> Waiting | float:
        soonest, resting = math.inf, set()
        for waiting in queue:
            if waiting.called.done() or waiting.address.chat in resting:
                continue  # given up a moment ago; or asked after already
            pause = self._pause(waiting, now)
            if pause <= 0:
                return waiting
            resting.add(waiting.address.chat)
            soonest = min(soonest, now + pause)
        return soonest

    def _queue(self, waiting: Waiting) -> list[Waiting]:
        return self._answers if waiting.lane is Lane.ANSWER else self._deliveries
