"""By what a release is known again: its identifier and link in normal forms, its date and title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from urllib.parse import unquote, urlsplit

from bot.archive.document import Entry
from bot.text.words import words

_POST = re.compile(r"^https?://[^?#]*\?(?:[^#]*&)?p=([0-9]{1,12})(?![^&#])")
_TRACKING = re.compile(r"(?:utm_|mtm_|fbclid|gclid|yclid|mc_cid|mc_eid)", re.IGNORECASE)


def aliases(key: str, link: str, number: int = 0) -> tuple[str, ...]:
    """The normal forms of key, link and post number, the key's first; empty where none says any.

    Links lose scheme and host, for a site that moves or turns to https keeps its paths, and
    WordPress keeps the guids it once gave, on whatever host (FreshRSS issue 5151). It numbers its
    posts, and `/?p=NUMBER` leads to one (wp-includes/canonical.php), so that this is a guid, too.
    """
    forms = []
    if key:
        forms.append(_path(key) or f"id:{key}")
    if path := _path(link, tracked=True):
        forms.append(path)
    numbers = [number, *(int(found[1]) for url in (key, link) if (found := _POST.search(url)))]
    forms += [f"post:{number}" for number in numbers if number]
    return tuple(dict.fromkeys(forms))


def fingerprint(published: date | None, title: str) -> str:
    """The date and the title's words, for sources that have no identifiers."""
    day = published.isoformat() if published else "undated"
    return f"{day} {' '.join(words(title)) or title}"


def told_apart(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, oldest first, where one key that stands for several links is made several keys.

    The oldest keeps the key as it is. The same key with the same link is one release, of which
    the newest state is kept.
    """
    first: dict[str, str] = {}
    apart: dict[tuple[str, str], Entry] = {}
    for number, entry in enumerate(entries):
        if not entry.key:
            apart["", str(number)] = entry
            continue
        form, place = aliases(entry.key, "")[0], _path(entry.link, tracked=True) or entry.title
        if first.setdefault(form, place) != place:
            entry = replace(entry, key=f"{entry.key}|{entry.link or entry.title}")
        apart.pop((form, place), None)
        apart[form, place] = entry
    return list(apart.values())


def host(url: str) -> str:
    """The host (and port) of a web address without its `www.`, "" if it has none."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https"):
        return ""
    return parts.netloc.rpartition("@")[2].lower().removeprefix("www.")


def _path(url: str, *, tracked: bool = False) -> str:
    """Path, query and fragment of a web address, "" for anything else and for a site's root."""
    if not host(url):
        return ""
    parts = urlsplit(url.strip())
    asked = [part for part in parts.query.split("&") if part]
    if tracked:
        asked = [part for part in asked if not _TRACKING.match(part)]
    path = unquote(parts.path).rstrip("/")
    if not path and not asked:
        return ""
    form = path + ("?" + unquote("&".join(asked)) if asked else "")
    form += "#" + unquote(parts.fragment) if parts.fragment else ""
    return unicodedata.normalize("NFC", form)
