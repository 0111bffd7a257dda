"""What an attempt to send comes to: the next state of its delivery, decided without acting."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from bot.chat import Gone, Later, Moved, NoRights, Refused, SendError, Sent, Stop
from bot.chat import Unknown as InDoubt
from storage.model import Delivery
from storage.outbox import Result, State

# Tries lie at most ten minutes apart; what may have arrived is not sent again at once.
LONGEST_WAIT = 600.0
DOUBT_WAIT = 5.0

# A release nobody could be told of in a week is no news any more.
LIFETIME = timedelta(days=7)


def arrived(delivery: Delivery, sent: Sent) -> Result:
    return Result(delivery.id, delivery.announcement.id, State.SENT, message=sent.id)


def not_tried(delivery: Delivery, due_at: datetime) -> Result:
    """The claim is given back: nothing was sent."""
    return Result(delivery.id, delivery.announcement.id, State.WAITING, due_at=due_at, tried=False)


def withdrawn(delivery: Delivery) -> Result:
    """There is nothing to say any more."""
    return Result(delivery.id, delivery.announcement.id, State.SKIPPED)


def failed(delivery: Delivery, error: SendError, now: datetime, age: timedelta) -> Result:
    """`age` is how long the delivery has been tried, downtime left out."""
    reason = type(error).__name__.lower()
    match error:
        case Gone() | NoRights() | Refused():
            state, due_at = State.FAILED, None
        case Moved():
            state, due_at = State.WAITING, now
        case Later() | Stop() if age > LIFETIME:
            state, due_at = State.FAILED, None
        case InDoubt() if age > LIFETIME:
            state, due_at = State.UNKNOWN, None
        case _:
            state, due_at = State.WAITING, now + timedelta(seconds=pause(delivery, error))
    return Result(delivery.id, delivery.announcement.id, state, error=reason, due_at=due_at)


def pause(delivery: Delivery, error: SendError) -> float:
    """Seconds until the next try: what the platform asked for, else doubling with some chance."""
    if isinstance(error, Later) and error.seconds is not None:
        return error.seconds + random.uniform(0.1, 0.5)  # noqa: S311 - no secret hangs on it
    least = DOUBT_WAIT if isinstance(error, InDoubt) else 1.0
    longest = min(LONGEST_WAIT, least * 2 ** min(delivery.attempts, 10))
    return random.uniform(least, max(least, longest))  # noqa: S311 - no secret hangs on it
