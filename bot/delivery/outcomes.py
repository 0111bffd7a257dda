"""What an attempt to send comes to: the next state of its delivery, decided without acting."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from bot.chat import Gone, Later, Moved, NoRights, Refused, SendError, Sent, Stop, Unknown
from storage.model import Delivery
from storage.outbox import Result, State

# Tries lie at most ten minutes apart; what may have arrived is not sent again at once.
LONGEST_WAIT = 600.0
DOUBT_WAIT = 5.0

# Who is refused as gone is asked once more: time for a breaker to see that it is everybody.
SECOND_OPINION = 2.0
SENDS_BETWEEN = 15

GONE = (Gone, NoRights)


def arrived(delivery: Delivery, sent: Sent) -> Result:
    return Result(delivery.id, delivery.announcement.id, State.SENT, message=sent.id)


def not_tried(delivery: Delivery, due_at: datetime) -> Result:
    """The claim is given back: nothing was sent. What was in doubt still is."""
    state = State.DOUBT if delivery.doubtful else State.WAITING
    return Result(
        delivery.id, delivery.announcement.id, state, error=delivery.error, due_at=due_at,
        tried=False, mark=delivery.mark if delivery.doubtful else "",
    )  # fmt: skip


def not_there(delivery: Delivery, due_at: datetime) -> Result:
    """It was looked for, and did not arrive: it is sent, with a new mark."""
    return Result(delivery.id, delivery.announcement.id, State.WAITING, due_at=due_at, tried=False)


def withdrawn(delivery: Delivery) -> Result:
    """There is nothing to say any more."""
    return Result(delivery.id, delivery.announcement.id, State.SKIPPED)


def unexpected(delivery: Delivery, now: datetime) -> Result:
    """A fault of ours: it says nothing of the platform, nor of who was to get it."""
    age = now - delivery.announcement.created_at
    return failed(delivery, Later("unexpected"), now, age, believed=True, rate=1)


def refused(delivery: Delivery) -> Result:
    """Its content was refused already, when others were sent it."""
    return Result(delivery.id, delivery.announcement.id, State.FAILED, error=kind(Refused))


def expired(delivery: Delivery) -> Result:
    """It could not be delivered in time."""
    return Result(delivery.id, delivery.announcement.id, State.SKIPPED, error="expired")


def refused_before(delivery: Delivery) -> bool:
    """Whether its last try was refused as gone, or for want of rights."""
    return delivery.error in {kind(error) for error in GONE}


def kind(error: type[SendError]) -> str:
    """The class of an error, as it is kept with a delivery and counted."""
    return error.__name__.lower()


def failed(
    delivery: Delivery, error: SendError, now: datetime, age: timedelta, *, believed: bool,
    rate: float,
) -> Result:  # fmt: skip
    """`age` is how long the delivery has been tried, downtime left out.

    `believed`: that somebody is gone counts once it was said twice. `rate` is how many sends a
    second lie between the two.
    """
    state, due_at = State.WAITING, now + timedelta(seconds=pause(delivery, error))
    late = age > delivery.announcement.lifetime
    match error:
        case Gone() | NoRights() if believed and (refused_before(delivery) or _vouched(delivery)):
            state = State.FAILED
        case Gone() | NoRights() if believed:
            due_at = now + timedelta(seconds=max(SECOND_OPINION, SENDS_BETWEEN / rate))
        case Refused():
            state = State.FAILED
        case Moved():
            due_at = now
        case Unknown():
            state = State.UNKNOWN if late else State.DOUBT
    if state is State.WAITING and late and not isinstance(error, Moved):
        state = State.FAILED
    waits = state in (State.WAITING, State.DOUBT)
    return Result(
        delivery.id, delivery.announcement.id, state, error=kind(type(error)),
        due_at=due_at if waits else None, tried=not _platforms_own(error),
    )  # fmt: skip


def pause(delivery: Delivery, error: SendError) -> float:
    """Seconds until the next try: what the platform asked for, else doubling with some chance."""
    if isinstance(error, Later) and error.seconds is not None:
        return error.seconds + random.uniform(0.1, 0.5)  # noqa: S311 - no secret hangs on it
    if _platforms_own(error):
        return 0.0  # the lane waits, not this delivery
    least = DOUBT_WAIT if isinstance(error, Unknown) else 1.0
    longest = min(LONGEST_WAIT, least * 2 ** min(delivery.attempts, 10))
    return random.uniform(least, max(least, longest))  # noqa: S311 - no secret hangs on it


def _platforms_own(error: SendError) -> bool:
    """Whether it is the platform's trouble, and says nothing of this delivery."""
    return isinstance(error, Stop) or (isinstance(error, Later) and error.scope == "platform")


def _vouched(delivery: Delivery) -> bool:
    return delivery.announcement.vouched
