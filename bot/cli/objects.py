"""Releases for programs (JSON) and for people (lines), as the shell prints them."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

from storage.model import Release

SNIPPET = 240


def instant(at: datetime | None) -> str | None:
    """ISO, UTC, with seconds; None stays null."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")


def object_of(release: Release, *, whole: bool, snippet: str | None = None) -> dict[str, Any]:
    """A release object; whole with its `body`, else with a `snippet` of it."""
    made: dict[str, Any] = {
        "id": release.id,
        "key": release.key,
        "archive": release.archive,
        "title": release.title,
        "published": release.published.isoformat(),
        "published_at": instant(release.published_at),
        "language": release.language,
        "link": release.link,
        "revision": release.revision,
        "withdrawn": release.withdrawn,
    }
    if whole:
        made["body"] = release.body.text
    else:
        made["snippet"] = snippet if snippet is not None else beginning(release.body.text)
    return made


def beginning(text: str) -> str:
    """The first words of a text, on one line."""
    line = " ".join(text[: 2 * SNIPPET].split())
    if len(line) <= SNIPPET:
        return line
    return line[:SNIPPET].rsplit(" ", 1)[0] + " …"


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


def print_release(release: Release, snippet: str = "") -> None:
    """One line of a list: id, date, title; the title bold where a person looks."""
    title = f"\x1b[1m{release.title}\x1b[0m" if sys.stdout.isatty() else release.title
    print(f"{release.id:>5}  {release.published.isoformat()}  {title}")
    if snippet:
        print(f"{'':>19}{snippet}")
