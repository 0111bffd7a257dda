"""What the readers hand on: entries as a source gives them, and the drafts made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from storage.model import Draft, Kind

PROTECTED = "It is protected by a password."


class Unreadable(Exception):
    """This is nothing we can read releases from; the text is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class When:
    """When a release was published: the archive's local date, and the instant if it is known."""

    day: date
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One release as its source gives it.

    `source` and `title` are HTML, but plain text where the kind is TEXT; `link` may be relative;
    `when` is None where there is no date that can be believed. `language` is the entry's own;
    `usual` is what its feed says of all of them, which a blog in two languages gets wrong.
    `number` is WordPress's own of the post, 0 where it is not told; `modified` is when the source
    says it was last changed, in its own words.
    """

    kind: Kind
    source: str
    key: str = ""
    link: str = ""
    title: str = ""
    when: When | None = None
    language: str = ""
    usual: str = ""
    number: int = 0
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What one reader found: entries, oldest first, and what it refused, each with the reason.

    `complete` is False where the document was cut short on its way.
    """

    entries: tuple[Entry, ...]
    refused: tuple[tuple[str, str], ...] = ()
    title: str = ""
    next_page: str = ""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file or answer, read: drafts oldest first, and the hosts its links lead to."""

    drafts: tuple[Draft, ...]
    refused: tuple[tuple[str, str], ...] = ()
    hosts: frozenset[str] = frozenset()
    title: str = ""
    next_page: str = ""
    complete: bool = True
