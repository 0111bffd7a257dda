"""RSS, RDF and Atom: what feedparser understands, without its traps."""

from __future__ import annotations

import calendar
import html
import io
import re
from datetime import UTC, datetime, tzinfo
from typing import Any

import feedparser

from bot.archive import dates
from bot.archive.document import PROTECTED, Entry, Page, Unreadable, When
from storage.model import Kind

ROOT = re.compile(r"<(?P<name>(?:[\w.-]+:)?(?:rss|feed|RDF))(?=[\s>])")
# XML 1.0, 2.2: what no document may hold, raw or as a reference.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));?", re.IGNORECASE)
_ITEM = re.compile(r"<(/?)((?:[\w.-]+:)?(?:item|entry))(?=[\s/>])")
# "Comments on: …" of a post, "Comments for …" of a site (wp-includes/feed-rss2-comments.php).
_COMMENTS = re.compile(r"comments (?:on:|for )|комментарии (?:к|на)\b", re.IGNORECASE)
_EXCERPT = re.compile(r"\[\s*(?:…|&#8230;|&hellip;|\.\.\.)\s*\]")
# What feedparser's loose parser has been seen to raise for soup, and its like.
_STUMBLES = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
_FORM = re.compile(r"post-password-form|action=postpass", re.IGNORECASE)


def read(text: str, zone: tzinfo, now: datetime) -> Page:
    """The entries of a feed. Raises Unreadable for comments and for what is no feed."""
    whole, complete = _mended(text)
    found = _parsed(whole)
    title = _text(found.feed.get("title"))
    if not found.version:
        raise Unreadable("It is not a feed that can be read.")
    if _COMMENTS.match(title.strip()):
        raise Unreadable("It is a feed of comments, not of releases.")
    entries: list[Entry] = []
    refused: list[tuple[str, str]] = []
    for item in reversed(found.entries):
        entry = _entry(item, found.version, _text(found.feed.get("language")), zone, now)
        if reason := _unfit(entry):
            refused.append((entry.link or entry.title or entry.key, reason))
        else:
            entries.append(entry)
    return Page(tuple(entries), tuple(refused), title, complete=complete)


def _parsed(whole: str) -> Any:
    try:
        return feedparser.parse(
            io.BytesIO(whole.encode()),  # bytes would be tried as a file's name or a URL first
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _STUMBLES:
        raise Unreadable("It is not a feed that can be read.") from None


def protected(source: str) -> bool:
    """Whether this HTML asks for a post's password (get_the_password_form of WordPress)."""
    return bool(_FORM.search(source))


def _mended(text: str) -> tuple[str, bool]:
    """The XML without what makes it ill-formed, and whether it had reached its end.

    A feed cut short ends with its last whole entry: what is left of the next would be taken for
    an entry with half its text.
    """
    root = ROOT.search(text)
    if root is None:
        raise Unreadable("It is not a feed that can be read.")
    text = _ILLEGAL.sub(" ", _REFERENCE.sub(_legal, text[root.start() :]))
    name = root["name"]
    if f"</{name}" in text[-5000:]:
        return text, True
    marks = list(_ITEM.finditer(text))
    if marks and not marks[-1][1]:
        text = text[: marks[-1].start()]
    elif marks:
        text = text[: marks[-1].end()] + ">"
    channel = "</channel>" if name.endswith("rss") else ""
    return f"{text}{channel}</{name}>", False


def _legal(reference: re.Match[str]) -> str:
    """A reference to a character as it stands, a space for one that no document may hold."""
    digits = (reference[1] or reference[2]).lstrip("0")
    number = int(digits or "0", 16 if reference[1] else 10) if len(digits) < 8 else -1
    legal = 0 <= number <= 0x10FFFF and not _ILLEGAL.match(chr(number))
    return reference[0] if legal else " "


def _entry(item: Any, version: str, language: str, zone: tzinfo, now: datetime) -> Entry:
    contents = [part for part in item.get("content", ()) if _text(part.get("value")).strip()]
    best = max(contents, key=lambda part: len(_text(part.get("value"))), default=None)
    shown = best or item.get("summary_detail") or {}
    title = item.get("title_detail") or {}
    source = _markup(shown, version)
    cut = best is None and _EXCERPT.search(source[-500:])
    own = _text(item.get("language") or shown.get("language") or title.get("language"))
    return Entry(
        kind=Kind.EXCERPT if cut else Kind.FEED,
        source=source,
        key=_text(item.get("id")),
        link=_link(item, version),
        title=_markup(title, version),
        when=_when(item, zone, now),
        language=own if own != language else "",  # handed down from the feed, it is not its own
        usual=language,
    )


def _unfit(entry: Entry) -> str:
    """Why this is no release, or ""."""
    if protected(entry.source):
        return PROTECTED
    if not entry.source.strip() and not entry.title.strip():
        return "It has neither a title nor a text."
    return ""


def _link(item: Any, version: str) -> str:
    for link in item.get("links", ()):
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            return _text(link["href"])
    # RSS 2.0: a guid is a link unless isPermaLink says otherwise. An Atom id is none.
    if item.get("guidislink") and not version.startswith("atom"):
        return _text(item.get("id"))
    return ""


def _when(item: Any, zone: tzinfo, now: datetime) -> When | None:
    for name in ("published", "updated", "created"):
        if name not in item:  # `get` would fall back from one to another, with a warning
            continue
        if when := dates.parse(_text(item[name]), zone, now):
            return when
        # What is left are the forms that feedparser knows: Korean, Greek, Hungarian …
        parsed = item.get(f"{name}_parsed")
        if parsed and dates.FIRST_YEAR <= parsed.tm_year <= now.year + 1:
            return dates.instant(datetime.fromtimestamp(calendar.timegm(parsed), UTC), zone, now)
    return None


def _markup(detail: Any, version: str) -> str:
    """HTML for what feedparser found; in RSS a text is HTML whatever it is declared as."""
    value = _text(detail.get("value"))
    if version.startswith("atom") and detail.get("type") == "text/plain":
        blocks = re.split(r"\n\s*\n", html.escape(value, quote=False))
        return value and "".join(f"<p>{block}</p>\n" for block in blocks).strip()
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
