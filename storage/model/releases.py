"""Archives and their releases: as they come in, as they are kept, how reading them goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from storage.model.text import RichText


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
