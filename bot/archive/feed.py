"""RSS, RDF and Atom: what feedparser understands, without its traps."""

from __future__ import annotations

import calendar
import html
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any

import feedparser

from bot.archive import dates
from bot.archive.document import PROTECTED, Entry, Page, Unreadable, When
from storage.model import Kind

# The last is CDF, which few have heard of since 1997, but feedparser reads.
ROOT = re.compile(
    r"<(?P<name>(?:[\w.-]+:)?(?:rss|feed|RDF)(?=[\s>])|channel(?=>|\s+href\b))", re.IGNORECASE
)
# Entities of the feed's own: feedparser takes those that are plain words, no files, no bombs.
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[<>]*\[[^\]]*\]\s*>")
# XML 1.0, 2.2: what no document may hold, raw or as a reference.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));?", re.IGNORECASE)
_ITEM = re.compile(r"<(/?)((?:[\w.-]+:)?(?:item|entry))(?=[\s/>])")
# Tags of elements that say nothing to us. feedparser 6.0.14 looks for mail addresses in persons
# with a pattern that is quadratic (40 kB take 4 s, and no other thread has its turn meanwhile), and
# gives a whole feed up for a place on earth, a license or a picture where it should not be.
_UNREAD = re.compile(
    r"</?(?:[\w.-]+:)?(?:author|creator|contributor|managingEditor|webMaster|publisher|owner"
    r"|where|point|pos|posList|linearring|exterior|polygon|license|height|width"
    r"|chapters?|credit|player|rating|restriction|thumbnail)(?=[\s/>])[^>]*>",
    re.IGNORECASE,
)
# "Comments on: …" of a post, "Comments for …" of a site (wp-includes/feed-rss2-comments.php).
_COMMENTS = re.compile(r"comments (?:on:|for )|комментарии (?:к|на)\b", re.IGNORECASE)
_EXCERPT = re.compile(r"\[\s*(?:…|&#8230;|&hellip;|\.\.\.)\s*\]")
# WordPress gives whole texts apart from descriptions, unless it is set to excerpts; how these
# end is the theme's choice, and some do not (wp-includes/feed-rss2.php, rss_use_excerpt).
_WORDPRESS = re.compile(r"https?://wordpress\.(?:org|com)/")
# What feedparser's loose parser has been seen to raise for soup, and its like.
_STUMBLES = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
_FORM = re.compile(r"post-password-form|action=postpass", re.IGNORECASE)


def read(text: str, zone: tzinfo, now: datetime) -> Page:
    """The entries of a feed. Raises Unreadable for comments and for what is no feed."""
    whole, complete = _mended(text)
    found = _parsed(whole)
    title = _text(found.feed.get("title"))
    if not found.version and not found.entries:
        raise Unreadable("It is not a feed that can be read.")
    if _COMMENTS.match(title.strip()):
        raise Unreadable("It is a feed of comments, not of releases.")
    excerpts = _excerpts(found)
    entries: list[Entry] = []
    refused: list[tuple[str, str]] = []
    for item in reversed(found.entries):
        entry = _entry(item, found.version, _text(found.feed.get("language")), zone, now)
        if excerpts and entry.source.strip():  # of nothing there is no more
            entry = replace(entry, kind=Kind.EXCERPT)
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
    doctype = _DOCTYPE.search(text, 0, root.start())
    text = _UNREAD.sub("", _ILLEGAL.sub(" ", _REFERENCE.sub(_legal, text[root.start() :])))
    if doctype:  # feedparser looks for entities where lines begin
        text = doctype[0].replace("<!ENTITY", "\n<!ENTITY") + text
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


def _excerpts(found: Any) -> bool:
    """Whether this is a feed of excerpts: WordPress's, and no entry has a whole text."""
    detail = found.feed.get("generator_detail") or {}
    made = any(_WORDPRESS.match(_text(detail.get(name))) for name in ("name", "href"))
    return made and not any(
        _text(part.get("value")).strip()
        for item in found.entries
        for part in item.get("content", ())
    )


def _unfit(entry: Entry) -> str:
    """Why this is no release, or ""."""
    if protected(entry.source):
        return PROTECTED
    if not entry.source.strip() and not entry.title.strip() and not entry.link.strip():
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
        # What is left are the forms that feedparser knows: Korean, Greek, Hungarian. Of others it
        # makes days and hours that nobody wrote: 2014/11/19 is the first of November to it.
        parsed = item.get(f"{name}_parsed") if not _text(item[name]).isascii() else None
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
