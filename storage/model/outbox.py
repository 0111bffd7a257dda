"""What is told to whom: announcements, their deliveries, how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from storage.model.people import Address, Subscriber
from storage.model.text import RichText


class Lane(IntEnum):
    """What goes before what on its way out. Answers are in no outbox."""

    ANSWER = 0
    STATEMENT = 1
    RELEASE = 2
    LATER = 3  # what can wait: digests, corrections


@dataclass(frozen=True, slots=True)
class Announcement:
    """One thing to be told to an audience. `release` is its release's id, where it has one.

    What was not delivered within its `lifetime`, downtime left out, is not delivered any more.
    `sent` counts those whom it has reached, on all platforms. `vouched`: an admin says that
    refusals of it are to be believed, however many.
    """

    id: int
    kind: str
    release: int | None
    created_at: datetime
    lane: Lane = Lane.RELEASE
    lifetime: timedelta = timedelta(days=7)
    sent: int = 0
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One announcement to one subscriber, one part: a row of the outbox, claimed for sending.

    `doubtful`: an earlier try may have arrived. `mark` is the platform's own, taken before that
    try: where a look for it would begin, "" where none is possible. `error` is the class of the
    last failure, "" where there was none. `copy` is the platform's id of the message that a
    correction puts right, "" where this is none.
    """

    id: int
    announcement: Announcement
    subscriber: Subscriber
    part: int
    attempts: int
    doubtful: bool = False
    mark: str = ""
    error: str = ""
    copy: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What an admin says to all. `announcement` is 0 while it is a draft.

    `lifetime` is how long after it was confirmed it may still be delivered.
    """

    id: int
    text: RichText
    lifetime: timedelta
    announcement: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one announcement is. `total` grows until all of its audience is written down.

    `over`: everything is settled, or it was cancelled and nothing more will be sent. `whole`: all
    of its audience is written down. `refused`: nobody has it, for its content was not taken. It
    `corrects`: sent are then the copies that were put right.
    """

    announcement: int
    total: int
    sent: int
    failed: int
    skipped: int
    unknown: int
    cancelled: bool
    over: bool
    whole: bool = True
    refused: bool = False
    corrects: bool = False

    @property
    def left(self) -> int:
        return self.total - self.sent - self.failed - self.skipped - self.unknown


@dataclass(frozen=True, slots=True)
class Report:
    """A statement on its way, and the message that tells its author how far it is.

    `message` is the platform's id of that message, "" until there is one.
    """

    statement: int
    author: Address
    message: str
    language: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in one lane: how many deliveries, and since when the oldest (UTC)."""

    lane: Lane
    waiting: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Correcting:
    """How far copies that were sent are corrected: where the last of a release's was settled at
    most `age` ago, and each release's at most `most` times.
    """

    age: timedelta
    most: int


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox in four numbers: to be tried, arrived, refused, given up without knowing."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
