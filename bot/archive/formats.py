"""Recognises what a file or an answer is, by its content alone, and reads it into drafts."""

from __future__ import annotations

import codecs
import contextlib
import re
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.archive import feed, jsonfeed, page_html, page_text
from bot.archive.derive import draft
from bot.archive.document import Document, Unreadable
from bot.archive.identity import host, told_apart
from storage.model import Archive, Draft

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
# XML 1.0, appendix F: "<?xm" in EBCDIC; which of them it is, the declaration says.
_EBCDIC = b"\x4c\x6f\xa7\x94"
# Tried, in this order, where text is in none of the encodings that are usual.
_EASTERN = ("shift_jis", "euc_jp", "euc_kr", "gb18030", "big5")
_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
# Encodings of names and of source code: no document is in them, and some are slow.
_NOT_FOR_TEXT = {"idna", "punycode", "unicode-escape", "raw-unicode-escape"}
_HTML = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
# A feed may be called HTML in its doctype, but has a root of its own.
_TAG = re.compile(r"<[!?a-z]", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffd]")
_HEAD = 20_000


class Format(StrEnum):
    """What a document is."""

    FEED = "feed"
    JSON = "json"
    HTML = "html"
    TEXT = "text"


_READERS = {
    Format.FEED: feed.read,
    Format.JSON: jsonfeed.read,
    Format.HTML: page_html.read,
    Format.TEXT: page_text.read,
}


def read(data: bytes, archive: Archive, now: datetime, url: str = "") -> Document:
    """The releases in `data`, which came from `url`, oldest first.

    Raises Unreadable where it is empty, binary, or neither a feed nor an archive page.
    """
    text = decoded(data)
    page = _READERS[recognise(text)](text, ZoneInfo(archive.timezone), now)
    drafts = [draft(entry, archive, now, url) for entry in told_apart(page.entries)]
    return Document(
        drafts=tuple(_oldest_first(drafts)),
        refused=page.refused,
        hosts=frozenset(found for one in drafts if (found := host(one.link))),
        title=page.title,
        next_page=page.next_page,
        complete=page.complete,
    )


def recognise(text: str) -> Format:
    """What a decoded document is, or claims to be."""
    head = text[:_HEAD].lstrip("\ufeff \t\r\n")
    root, page = feed.ROOT.search(head), _HTML.search(head)
    if root and (not page or root.start() < page.start()):
        return Format.FEED
    if head.startswith(("{", "[")):
        return Format.JSON
    return Format.HTML if page or _TAG.match(head) else Format.TEXT


def decoded(data: bytes) -> str:
    """The text of bytes in whatever encoding. Raises Unreadable for nothing and for no text.

    Text that is valid UTF-8 is UTF-8, whatever it declares; servers and editors lie.
    """
    if not data.strip():
        raise Unreadable("It is empty.")
    text = _decoded(data)
    markup = text.lstrip()[:1] in ("<", "{", "[")
    if _is_text(text):
        return text
    for encoding in _EASTERN:
        with contextlib.suppress(ValueError):
            if _is_text(text := data.decode(encoding)):
                return text
    if markup and _is_text(text, 5):  # a short feed with a few illegal characters
        return text
    raise Unreadable("It is binary, not text.")


def _is_text(text: str, share: int = 100) -> bool:
    strange = len(_CONTROLS.findall(text))
    return strange * share <= len(text) and ("\0" not in text or text.lstrip()[:1] in ("<", "{"))


def _decoded(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    head = data[:2000]
    if head.startswith(_EBCDIC):
        head = head.decode("cp037").encode(errors="replace")
    declared = _DECLARED.search(head)
    for encoding in ("utf-8", declared[1].decode("ascii") if declared else ""):
        try:
            if codecs.lookup(encoding).name not in _NOT_FOR_TEXT:
                return data.decode(encoding)
        except (LookupError, ValueError):  # no such encoding, or not in it
            continue
    if text := _broken_utf8(data, declared[1].lower() if declared else b""):
        return text
    return data.decode(_eight_bits(data), "replace")


def _broken_utf8(data: bytes, declared: bytes) -> str:
    """UTF-8 in which a few bytes are wrong, or whose last letter was cut; "" where it is none."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = len(text) - len(text.encode("ascii", "ignore")) - wrong
    if wrong * 10 <= right:
        return text
    cut = wrong == 1 and text.endswith("\ufffd") and declared in (b"utf-8", b"utf8")
    return text[:-1] if cut else ""


def _eight_bits(data: bytes) -> str:
    """windows-1251 where most letters beyond ASCII stand side by side, as in Russian words."""
    beyond = len(re.findall(rb"[\xa8\xb8\xc0-\xff]", data))
    joined = sum(len(run) for run in re.findall(rb"[\xa8\xb8\xc0-\xff]{2,}", data))
    return "windows-1251" if joined * 2 > beyond else "windows-1252"


def _oldest_first(drafts: list[Draft]) -> list[Draft]:
    """By instant where all have one, else by date; the source's own order breaks ties."""
    dated = [(one.published_at, one) for one in drafts if one.published_at]
    if len(dated) == len(drafts):
        return [one for _, one in sorted(dated, key=lambda pair: pair[0])]
    return sorted(drafts, key=lambda one: one.published)
