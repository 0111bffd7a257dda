"""Drafts of releases for tests: plausible, short, and never of a real campaign."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

from storage.model import Archive, Draft, Kind, RichText

ARCHIVE = Archive("press", "http://archive.test/feed/")


def draft(
    number: int,
    title: str = "",
    text: str = "The council met today and found nothing.",
    *,
    language: str = "en",
    day: date = date(2026, 11, 24),
    hour: int | None = 9,
    kind: Kind = Kind.FEED,
) -> Draft:
    """The release of this number, as a feed gives it; without an hour it has a date only."""
    title = title or f"Statement number {number}"
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) if hour is not None else None
    words = f"{title}\n{text}"
    return Draft(
        key=f"http://archive.test/?p={number}",
        link=f"http://archive.test/{day.year}/{number}/",
        title=title,
        body=RichText(text),
        language=language,
        published=day,
        published_at=at,
        source=f"<p>{text}</p>",
        kind=kind,
        reader=1,
        aliases=(f"?p={number}", f"/{day.year}/{number}"),
        fingerprint=f"{day.isoformat()} {title.lower()}",
        digest=hashlib.sha256(words.encode()).hexdigest(),
    )
