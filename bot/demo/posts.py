"""The sample archive: a fictional campaign's releases, read from the files in `releases/`.

A file is a small head (`title`, `language`, `date`, perhaps `edited`), an empty line, and HTML.
`date` is UTC, or so many days or years before now; a file without one is yet to be published.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import count
from urllib.parse import quote

FIRST_ID, STEP = 11, 3  # revisions and pictures take numbers too, as in a real WordPress
LONGEST_SLUG = 200
RELEASES, RUSSIAN = "press-releases", "press-releases-ru"


@dataclass(frozen=True, slots=True)
class Post:
    """One post as WordPress keeps it; the times are aware UTC, the title may hold HTML.

    `guid` is "" for the usual one, the site's own `/?p=ID`; `categories` are slugs.
    """

    id: int
    slug: str
    title: str
    html: str
    language: str
    date_gmt: datetime
    modified_gmt: datetime
    guid: str = ""
    categories: tuple[str, ...] = (RELEASES,)


Page = tuple[dict[str, str], str]


def sample(now: datetime) -> list[Post]:
    """What the archive holds at `now` (UTC), in the order of publication.

    The newest few, and two of years ago, are dated relative to `now`: there are always recent
    releases, and always some of this very day.
    """
    dated = [(_moment(head["date"], now), head, html) for head, html in _pages() if "date" in head]
    dated.sort(key=lambda page: page[0])
    posts = [_post(n, head, html, date) for n, (date, head, html) in enumerate(dated)]
    return [post for post in posts if post.date_gmt <= now]


def upcoming(clock: Callable[[], datetime]) -> Iterator[Post]:
    """What is published next, without an end; each is dated when it is asked for.

    No two share a second: the site's validators could not tell them apart.
    """
    dated = sum("date" in head for head, _ in _pages())
    last = datetime.min.replace(tzinfo=UTC)
    for number, (head, html) in enumerate(_to_come(), dated):
        last = max(clock().replace(microsecond=0), last + timedelta(seconds=1))
        yield _post(number, head, html, last)


def slug(title: str) -> str:
    """A title as the last part of a link (wp-includes/formatting.php sanitize_title_with_dashes).

    >>> slug("Six Years On: Nobody’s Answer")
    'six-years-on-nobodys-answer'
    """
    words = re.sub(r"<[^>]*>|&#?\w+;|[’‘“”„«»\"'.,…]", "", title.lower())
    short = ""
    for letter in re.sub(r"\W+", "-", words).strip("-"):
        encoded = quote(letter).lower()
        if len(short) + len(encoded) > LONGEST_SLUG:
            break
        short += encoded
    return short


def upload(name: str) -> bytes | None:
    """A picture or document the releases show, by its file's name; None if there is none."""
    file = resources.files(__package__) / "releases" / name
    return file.read_bytes() if name.endswith((".png", ".pdf")) and file.is_file() else None


def _to_come() -> Iterator[Page]:
    yield from (page for page in _pages() if "date" not in page[0])
    yield from map(_transcribed, count(1))


def _pages() -> list[Page]:
    folder = resources.files(__package__) / "releases"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return [_parsed(file.read_text("utf-8")) for file in files if file.name.endswith(".html")]


def _parsed(text: str) -> Page:
    head, _, html = text.partition("\n\n")
    return dict(_field(line) for line in head.splitlines()), html.strip()


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def _post(number: int, head: dict[str, str], html: str, date: datetime) -> Post:
    language = head.get("language", "en")
    return Post(
        id=FIRST_ID + STEP * number,
        slug=slug(head["title"]),
        title=head["title"],
        html=html,
        language=language,
        date_gmt=date,
        modified_gmt=_moment(head["edited"], date) if "edited" in head else date,
        categories=(RELEASES, RUSSIAN) if language == "ru" else (RELEASES,),
    )


def _moment(text: str, now: datetime) -> datetime:
    if not text.startswith("-"):
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    amount, unit = text[1:].split()
    if unit == "days":
        day = now - timedelta(days=int(amount))
    else:
        leap = (now.month, now.day) == (2, 29)
        day = now.replace(year=now.year - int(amount), day=28 if leap else now.day)
    return day.replace(hour=9, minute=30, second=0, microsecond=0)


def _transcribed(page: int) -> Page:
    title = f"Page {page} of the Twelfth Notebook Transcribed"
    html = (
        f"<p>Volunteers have finished copying out page {page} of Tikhon Merezhin’s twelfth "
        "notebook. Two people read every line before it counts as done.</p>\n"
        '<p>To read a page with us, write to <a href="mailto:notebooks@lanterns.example.org">'
        "notebooks@lanterns.example.org</a>.</p>"
    )
    return {"title": title, "language": "en"}, html
