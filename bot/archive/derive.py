"""Makes a Draft of an entry. What is derived here is derived anew when this reader gets better."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote, urljoin, urlsplit
from zoneinfo import ZoneInfo

from bot.archive.document import Entry
from bot.archive.identity import aliases, fingerprint, host
from bot.text.characters import cleaned, composed, decodable
from bot.text.from_html import from_html
from bot.text.pictures import lead_picture
from bot.text.words import words
from storage.model import Archive, Draft, Kind, RichText

READER = 2
TITLE_WORDS = 12

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)
_THREE_LETTERS = {"eng": "en", "rus": "ru", "ukr": "uk", "fra": "fr", "deu": "de", "spa": "es"}
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LETTER = re.compile(r"[^\W\d_]")


def draft(entry: Entry, archive: Archive, now: datetime, base: str = "") -> Draft:
    """The entry as a Draft, a relative link resolved against `base`, the body's against the link.

    An entry without a date that can be believed gets the archive's local date of today and no
    instant: a feed that gives none still tells of what is new on the day it is first seen, and
    a whole feed of such entries is stopped by the burst limit. The day is no part of what such
    an entry is known by, so tomorrow it is the same release.
    """
    link = absolute(decodable(entry.link), base or archive.url)
    source = decodable(entry.source)
    body = _body(entry.kind, source, link or base or archive.url)
    title = _title(entry, body) or _address(link)
    today = now.astimezone(ZoneInfo(archive.timezone)).date()
    key = decodable(entry.key)
    return Draft(
        key=key,
        link=link,
        title=title,
        body=body,
        language=_language(entry.language)
        or _guessed(f"{title} {body.text}", _language(entry.usual) or archive.language),
        published=entry.when.day if entry.when else today,
        published_at=entry.when.at if entry.when else None,
        source=source,
        kind=entry.kind,
        reader=READER,
        aliases=aliases(key, link, entry.number),
        fingerprint=fingerprint(entry.when.day if entry.when else None, title),
        digest=_digest(title, body, link),
        picture=_picture(entry.kind, source, link or base or archive.url),
        modified=decodable(entry.modified),
    )


def rederive(archive: Archive, old: Draft) -> Draft:
    """What this version of the reader makes of a release kept by an older one."""
    body = _body(Kind(old.kind), old.source, old.link or archive.url)
    return replace(
        old,
        body=body,
        reader=READER,
        aliases=aliases(old.key, old.link),
        fingerprint=fingerprint(old.published, old.title),
        digest=_digest(old.title, body, old.link),
        picture=_picture(Kind(old.kind), old.source, old.link),
    )


def absolute(link: str, base: str) -> str:
    """The link as given if it is a web address, else resolved against `base`; "" if hopeless."""
    if not link.strip():
        return ""
    try:
        whole = link if urlsplit(link).scheme else urljoin(base, link)
        parts = urlsplit(whole)
    except ValueError:
        return ""
    return whole.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def _picture(kind: Kind, source: str, base: str) -> str:
    return "" if kind is Kind.TEXT else absolute(lead_picture(source), base)


def _body(kind: Kind, source: str, base: str) -> RichText:
    return _paragraphs(source) if kind is Kind.TEXT else from_html(source, base)


def _paragraphs(text: str) -> RichText:
    """Plain text in the form of RichText: blocks parted by one empty line, no loose blanks."""
    lines = [row.strip() for row in re.split(r"\r\n?|\n", text)]
    whole = re.sub(r"\n{3,}", "\n\n", "\n".join(cleaned(row).strip() for row in lines))
    return composed(whole.strip(), ())


def _title(entry: Entry, body: RichText) -> str:
    given = decodable(entry.title)
    rich = _paragraphs(given) if entry.kind is Kind.TEXT else from_html(given)
    # Spaces that do not break are the author's: they hold a title's last two words together.
    title = re.sub(r"[ \t\n\r\f]+", " ", rich.text).strip()
    if title:
        return title
    first = body.text.split()
    return " ".join(first[:TITLE_WORDS]) + ("…" if first else "")


def _address(link: str) -> str:
    """A link as people read one; what is nothing but a picture or a link is called that."""
    return " ".join(cleaned(unquote(link.partition("://")[2])).rstrip("/").split())


def _language(code: str) -> str:
    """Two letters of a language code such as en-US; "" where it is none."""
    found = _LANGUAGE.fullmatch(code.strip())
    if not found:
        return ""
    bare = found[1].lower()
    return bare if len(bare) == 2 else _THREE_LETTERS.get(bare, "")


def _guessed(text: str, usual: str) -> str:
    """The usual language, unless the letters say that it is Russian, the only other we know."""
    cyrillic, letters = len(_CYRILLIC.findall(text)), len(_LETTER.findall(text))
    if usual in ("uk", "be", "bg", "sr", "mk", "kk"):
        return usual
    return "ru" if cyrillic * 2 > letters else usual


def _digest(title: str, body: RichText, link: str) -> str:
    """A hash of the words shown. Addresses on the site itself count without scheme and host.

    Else a site that turns to https would have edited every release that spells one out.
    """
    site = host(link)
    text = re.sub(rf"https?://(?:www\.)?{re.escape(site)}", "", body.text) if site else body.text
    shown = " ".join(words(title)) + "\n" + " ".join(words(text))
    return hashlib.sha256(shown.encode()).hexdigest()
