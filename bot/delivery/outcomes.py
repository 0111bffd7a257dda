"""What an attempt to send comes to: the next state of its delivery, decided without acting."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chat import Gone, Later, Moved, NoRights, Refused, SendError, Sent, Stop, Unknown
from storage.model import Delivery
from storage.outbox import Result, State

# Tries lie at most ten minutes apart; what may have arrived is not sent again at once.
LONGEST_WAIT = 600.0
DOUBT_WAIT = 5.0

# What may have arrived so often, and over so long, is not sent again: each time may be a copy.
DOUBTS, DOUBT_SECONDS = 3, 180.0

GONE = (Gone, NoRights)


@dataclass(frozen=True, slots=True)
class Doubt:
    """How often its answer was lost by now, over how many seconds. `silent`: nothing else has
    landed since the first time.
    """

    times: int
    seconds: float
    silent: bool

    @property
    def for_good(self) -> bool:
        return self.times >= DOUBTS and self.seconds >= DOUBT_SECONDS


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


def left_as_it_is(delivery: Delivery, why: str) -> Result:
    """This copy gets no correction."""
    return Result(delivery.id, delivery.announcement.id, State.SKIPPED, error=why)


def uncorrected(
    delivery: Delivery, error: SendError, now: datetime, age: timedelta, wait: float
) -> Result:
    """As `failed`, for an edit: it may be repeated, and says nothing of who was sent the copy.

    What was moved has no copy at its new address.
    """
    if isinstance(error, Refused | Gone | NoRights | Moved):
        return left_as_it_is(delivery, kind(type(error)))
    if age > delivery.announcement.lifetime:
        return left_as_it_is(delivery, "expired")
    return Result(
        delivery.id, delivery.announcement.id, State.WAITING, error=kind(type(error)),
        due_at=now + timedelta(seconds=wait), tried=not _platforms_own(error),
    )  # fmt: skip


def unexpected(delivery: Delivery, now: datetime) -> Result:
    """A fault of ours: it says nothing of the platform, nor of who was to get it."""
    age = now - delivery.announcement.created_at
    error = Later("unexpected")
    return failed(delivery, error, now, age, pause(delivery, error))


def refused(delivery: Delivery) -> Result:
    """Its content was refused already, when others were sent it."""
    return Result(delivery.id, delivery.announcement.id, State.FAILED, error=kind(Refused))


def expired(delivery: Delivery) -> Result:
    """It could not be delivered in time; what is in doubt stays so for good."""
    state = State.UNKNOWN if delivery.doubtful else State.SKIPPED
    return Result(delivery.id, delivery.announcement.id, state, error="expired")


def refused_before(delivery: Delivery) -> bool:
    """Whether its last try was refused as gone, or for want of rights."""
    return delivery.error in {kind(error) for error in GONE}


def kind(error: type[SendError]) -> str:
    """The class of an error, as it is kept with a delivery and counted."""
    return error.__name__.lower()


def failed(
    delivery: Delivery, error: SendError, now: datetime, age: timedelta, wait: float, *,
    final: bool = False,
) -> Result:  # fmt: skip
    """`age` is how long the delivery has been tried, downtime left out; `wait` are the seconds
    until its next try. `final`: what the error says of it is believed, and there is no next try.
    """
    late = age > delivery.announcement.lifetime
    match error:
        case Refused():
            state = State.FAILED
        case Gone() if final:
            state = State.FAILED
        case Unknown():
            state = State.UNKNOWN if final or late else State.DOUBT
        case Moved():
            state, wait = State.WAITING, 0.0
        case _:
            state = State.FAILED if late else State.WAITING
    due_at = now + timedelta(seconds=wait) if state in (State.WAITING, State.DOUBT) else None
    return Result(
        delivery.id, delivery.announcement.id, state, error=kind(type(error)), due_at=due_at,
        tried=not _platforms_own(error),
    )  # fmt: skip


def pause(delivery: Delivery, error: SendError) -> float:
    """Seconds until the next try: what the platform asked for, else doubling with some chance."""
    if isinstance(error, Later) and error.seconds is not None:
        return error.seconds + random.uniform(0.1, 0.5)  # noqa: S311 - no secret hangs on it
    if _platforms_own(error):
        return 0.0  # the lane waits, not this delivery
    longest = min(LONGEST_WAIT, 2.0 ** min(delivery.attempts, 10))
    return random.uniform(1.0, longest)  # noqa: S311 - no secret hangs on it


def pause_in_doubt(doubt: Doubt) -> float:
    """Seconds until it is sent again: longest where it may be that every answer is lost."""
    if doubt.silent and doubt.times > 1:
        return random.uniform(0.75, 1.0) * LONGEST_WAIT  # noqa: S311 - no secret hangs on it
    least = min(LONGEST_WAIT / 2, DOUBT_WAIT * 2.0 ** min(doubt.times - 1, 10))
    return random.uniform(least, 2 * least)  # noqa: S311 - no secret hangs on it


def _platforms_own(error: SendError) -> bool:
    """Whether it is the platform's trouble, and says nothing of this delivery."""
    return isinstance(error, Stop) or (isinstance(error, Later) and error.scope == "platform")
