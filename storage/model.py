"""The nouns of Herald, as frozen values: aware UTC times, no I/O, no imports of ours."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum


class Style(StrEnum):
    """What a span of text is. `LINK` carries its URL, `PRE` may carry a language."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strike"
    CODE = "code"
    PRE = "pre"
    QUOTE = "quote"
    HEADING = "heading"
    LINK = "link"
    SPOILER = "spoiler"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A styled stretch of a RichText: `start` and `end` index its string (code points)."""

    start: int
    end: int
    style: Style
    value: str = ""


@dataclass(frozen=True, slots=True)
class RichText:
    """Text and its spans: the one form in which text travels inside Herald.

    Blocks are parted by an empty line, lines within a block by a line feed.
    Spans may nest and overlap; none is empty and none reaches past the text.
    """

    text: str = ""
    spans: tuple[Span, ...] = ()

    def __add__(self, other: RichText | str) -> RichText:
        if isinstance(other, str):
            return RichText(self.text + other, self.spans)
        by = len(self.text)
        moved = tuple(replace(s, start=s.start + by, end=s.end + by) for s in other.spans)
        return RichText(self.text + other.text, self.spans + moved)

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Archive:
    """A source of releases: one site, known by its `name`."""

    name: str
    url: str
    language: str = "en"
    timezone: str = "Europe/London"
    poll_seconds: float = 900
    reconcile_seconds: float = 21600


class Kind(IntEnum):
    """How a release reached us; the greater is the richer and replaces the poorer silently."""

    TEXT = 1
    EXCERPT = 2
    PAGE = 3
    FEED = 4
    REST = 5


@dataclass(frozen=True, slots=True)
class Draft:
    """A release as one source gives it, before we know whether we have it.

    `key` is the source's own identifier, unaltered, or "" where it has none;
    `aliases` are the normal forms of key and link under which it may be met again, the key's
    first; `fingerprint` is the archive's local date and the title's words, for sources without
    a key. `source` is what was received, and `body` what the reader of version `reader` made of
    it. `digest` is a hash of the words shown: markup noise leaves it alone. `picture` is the
    address of its lead picture, "" where there is none; `modified` is when the source says that
    it was last changed, in its own words, "" where it says nothing.
    """

    key: str
    link: str
    title: str
    body: RichText
    language: str
    published: date
    published_at: datetime | None
    source: str
    kind: Kind
    reader: int
    aliases: tuple[str, ...]
    fingerprint: str
    digest: str
    picture: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a list of a site shows of a release: enough to know it again, not to keep it.

    `key`, `aliases` and `fingerprint` are as in a Draft (`fingerprint` "" where the list has no
    titles), and so is `modified`. `number` is the site's own number of the post, to ask for it by.
    """

    key: str
    aliases: tuple[str, ...]
    fingerprint: str = ""
    modified: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """A release that we have, as far as it matters for comparing it with what its site shows.

    `excerpt` is the digest of the last excerpt that was seen of it, "" for none; `missed` counts
    the complete readings in a row that lacked it. `fed`: a feed had its whole text once.
    """

    id: int
    link: str
    kind: Kind
    published: date
    published_at: datetime | None
    modified: str
    excerpt: str
    missed: int
    withdrawn: bool
    fed: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """One press release as Herald keeps it; `published` is the archive's local date.

    `picture` is the address of its lead picture, "" where there is none.
    """

    id: int
    key: str
    archive: str
    link: str
    title: str
    body: RichText
    language: str
    published: date
    published_at: datetime | None
    revision: int
    withdrawn: bool
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or file that goes with a message."""

    data: bytes
    media_type: str
    name: str
    description: str = ""

    def __repr__(self) -> str:
        return f"Attachment({self.media_type}, {len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One inline answer: what stands in the list, and the text that is sent when it is chosen.

    `id` is at most 64 bytes; `link` opens the release on its site, "" where there is none.
    """

    id: str
    title: str
    description: str
    text: RichText
    link: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a release's words, and when it was first seen (UTC)."""

    revision: int
    seen_at: datetime
    title: str
    body: str


class Fate(StrEnum):
    """What becomes of a release that is stored for the first time."""

    ANNOUNCE = "announce"
    HOLD = "hold"
    QUIET = "quiet"


class Saved(StrEnum):
    """What storing a draft came to. A richer source for the same words is `KNOWN`."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Hit:
    """A release that was found, with the words around the hit, the hit itself in bold."""

    release: Release
    snippet: RichText


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message can go. `chat` and `thread` are the platform's own, as text."""

    platform: str
    chat: str
    thread: str = ""

    def __repr__(self) -> str:
        """Addresses never reach a log: neither does their repr."""
        return f"Address({self.platform}, …)"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An Address that asked for releases, or at least chose a language.

    `language` and `timezone` are "" until chosen; `only` names the languages of releases
    wanted, empty for all of them.
    """

    id: int
    address: Address
    active: bool
    language: str = ""
    timezone: str = ""
    only: frozenset[str] = frozenset()


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
class Reading:
    """How it stands with one archive: its validators, its due times, its last trouble.

    `resting`: it is not asked until the settings change. `newest` marks the last body that was
    read; `lost_feed` is the archive's own feed, where another was found in its place. The releases
    are counted only where a status is asked for.
    """

    archive: str
    url: str
    feed_url: str = ""
    etag: str = ""
    last_modified: str = ""
    newest: str = ""
    first_read_at: datetime | None = None
    last_read_at: datetime | None = None
    next_read_at: datetime | None = None
    resting: bool = False
    failures: int = 0
    last_error: str = ""
    moved_to: str = ""
    moved_times: int = 0
    lost_feed: str = ""
    releases: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """How it stands with bringing in, and keeping in step, all that one archive ever published.

    `way` is how it is read, `url` where that begins; `mark` counts the pages brought in so far,
    from the oldest. `notice` is one sentence on what a person should look at, "" for nothing.
    """

    archive: str
    way: str = ""
    url: str = ""
    mark: int = 0
    begun_at: datetime | None = None
    filled_at: datetime | None = None
    reconcile_at: datetime | None = None
    reconciled_at: datetime | None = None
    notice: str = ""


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


@dataclass(frozen=True, slots=True)
class Event:
    """Something remembered every year: its date, and the words that name it, by language."""

    name: str
    date: date
    words: tuple[str, ...] = ()
    titles: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """What a platform keeps of a message in a mailbox: its own form of the words, and a picture."""

    words: str
    picture: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One content in one mailbox. `change` orders all letters and edits; `words` are "" where it
    was taken back. `at` is when it came (UTC).
    """

    id: int
    change: int
    at: datetime
    words: str
    pictured: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How a platform was when it last said so, and since when (UTC); `why` is "" if it is well.

    `paused` is since when the push there rests, because too many were refused; None if it does not.
    """

    name: str
    ok: bool
    why: str
    since: datetime
    paused: datetime | None = None
