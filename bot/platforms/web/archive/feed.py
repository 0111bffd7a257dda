"""The newest releases as an Atom feed (RFC 4287), for news readers and other programs.

Atom and not RSS: there each entry says its own language, and how its text is written.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from xml.etree.ElementTree import Element, SubElement, tostring

from aiohttp import ETag, web

from bot import present
from bot.platforms.web.archive.place import SECONDS, digest, unchanged
from bot.platforms.web.archive.shelf import Drawn
from bot.platforms.web.files import pack
from bot.text.to_html import href, to_html
from storage import Storage
from storage.model import Release

NEWEST = 30
MEDIA_TYPE = "application/atom+xml"

ATOM = "http://www.w3.org/2005/Atom"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# What XML 1.0 cannot hold at all, not even escaped (2.2, Char).
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Issue:
    """A release in the feed, and when its words were last changed (UTC)."""

    release: Release
    updated: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """What a feed says of itself: its name, its site's address, and the language of releases in
    it, "" for all of them.
    """

    title: str
    base: str
    of: str = ""


async def newest(storage: Storage, of: str) -> list[Issue]:
    """What belongs into the feed, newest first."""
    return [
        Issue(release, await _updated(storage, release))
        for release in await storage.releases.browse(None, of, NEWEST, 0)
    ]


async def _updated(storage: Storage, release: Release) -> datetime:
    if release.revision > 1:
        return (await storage.releases.history(release.id))[-1].seen_at
    return _published(release)


def _published(release: Release) -> datetime:
    """The instant; noon where only the date is known, which is that date nearly everywhere."""
    return release.published_at or datetime.combine(release.published, time(12), UTC)


def tag(issues: Sequence[Issue]) -> str:
    """A name for what is told: another word in any of the releases makes another name."""
    shown = (
        repr((i.updated, i.release.id, i.release.title, i.release.link, i.release.language,
              i.release.body))
        for i in issues
    )  # fmt: skip
    return digest(*shown)


def feed(head: Head, issues: Sequence[Issue]) -> bytes:
    """The feed's XML. An entry's id is its permanent link here."""
    root = Element("feed", {"xmlns": ATOM})
    if head.of:
        root.set(XML_LANG, head.of)
    of = f"?of={head.of}" if head.of else ""
    _put(root, "id", f"{head.base}/feed.xml{of}")
    _put(root, "title", head.title)
    SubElement(root, "link", rel="self", type=MEDIA_TYPE, href=f"{head.base}/feed.xml{of}")
    SubElement(root, "link", rel="alternate", type="text/html", href=f"{head.base}/releases{of}")
    _put(root, "updated", _moment(max((i.updated for i in issues), default=_LONG_AGO)))
    _put(SubElement(root, "author"), "name", head.title)
    _put(root, "icon", f"{head.base}/static/icon.svg")
    for issue in issues:
        _entry(SubElement(root, "entry"), head, issue)
    xml: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def _entry(entry: Element, head: Head, issue: Issue) -> None:
    release, here = issue.release, f"{head.base}/releases/{issue.release.id}"
    entry.set(XML_LANG, _legal(release.language))
    _put(entry, "id", here)
    _put(entry, "title", release.title.strip() or f"r{release.id}")
    SubElement(entry, "link", rel="alternate", type="text/html", href=here)
    if source := href(release.link):
        SubElement(entry, "link", rel="via", href=_legal(source))
    _put(entry, "published", _moment(_published(release)))
    _put(entry, "updated", _moment(issue.updated))
    _put(entry, "content", to_html(present.body(release))).set("type", "html")


def _put(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = _legal(text)
    return child


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Changes:
    """When each feed's content was first seen to be as it is, for Last-Modified.

    Releases are also replaced, withdrawn and brought in with old dates: none of their own times
    tells that. After a start everything counts as just changed; that costs a reader one reading.
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[str, datetime]] = {}

    def since(self, of: str, tag: str, now: datetime) -> datetime:
        """Since when (UTC, whole seconds) the feed of this language has had this content."""
        known = self._seen.get(of)
        if known is not None and known[0] == tag:
            return known[1]
        at = now.replace(microsecond=0)
        if known is not None:  # two contents never share a second
            at = max(at, known[1] + timedelta(seconds=1))
        self._seen[of] = tag, at
        return at


class FeedPage:
    """The feed as it is asked for; who has it already is told so, and gets nothing."""

    def __init__(self, storage: Storage, drawn: Drawn, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._drawn = drawn
        self._now = now
        self._changes = Changes()

    async def answer(self, request: web.Request, head: Head) -> web.Response:
        """The feed with this head. Raises DatabaseError."""
        issues = await newest(self._storage, head.of)
        content = await asyncio.to_thread(tag, issues)
        since = self._changes.since(head.of if issues else "nothing", content, self._now())
        name = digest(content, head.title, head.base)
        if _known(request, name, since):
            answer = web.Response(status=304)
        else:
            kind = f"{MEDIA_TYPE}; charset=utf-8"
            file = await self._drawn.file((name, head.of), kind, partial(feed, head, issues))
            answer = web.Response(body=file.body, headers={"Content-Type": kind})
            pack(request, answer, file.packed)
        answer.etag = ETag(name, is_weak=True)
        answer.last_modified = since
        answer.headers["Cache-Control"] = f"public, max-age={SECONDS}"
        return answer


def _known(request: web.Request, name: str, since: datetime) -> bool:
    """Whether the reader has this content; the tag, where one is sent, decides (RFC 9110, 13.2)."""
    if "If-None-Match" in request.headers:
        return unchanged(request, name)
    before = request.if_modified_since
    return before is not None and since <= before
