"""Makes an excerpt whole: by the post's own feed, or by its page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from yarl import URL

from bot.archive.document import PROTECTED, Document, Unreadable
from bot.archive.parse_process import read_apart
from bot.archive.visitor import Visitor
from bot.archive.ways import NoWay
from storage.model import Archive, Draft, Kind


async def whole(
    visitor: Visitor, archive: Archive, draft: Draft, now: datetime, *, page_first: bool = False
) -> Draft | None:
    """The release with all of its text; as it was where that is nowhere to be had.

    `page_first`: so far as was seen, this site's posts have no feeds of their own. None where it
    turns out to be protected by a password, which a feed of excerpts does not say. What is no
    excerpt stays as it is, without a request. Raises Unheard.
    """
    if draft.kind is not Kind.EXCERPT or not draft.link:
        return draft
    for url in _places(draft, page_first):
        found = await _read(visitor, archive, url, now)
        if found and (made := _meant(found, draft)):
            return _joined(draft, made)
        if found and not found.drafts and PROTECTED in dict(found.refused).values():
            return None
    return draft


def own_feed(link: str) -> str:
    """The feed with one post in it; without the argument it would be that of its comments.

    (wp-includes/class-wp-query.php, is_comment_feed; below plain permalinks it is an argument.)
    """
    url = URL(link).with_fragment(None)
    if url.query:
        return str(url.extend_query(feed="rss2", withoutcomments="1"))
    path = url.raw_path.rstrip("/") + "/feed/"
    return str(url.with_path(path, encoded=True).with_query(withoutcomments="1"))


def _places(draft: Draft, page_first: bool) -> list[str]:
    """Where the whole text may be, the likelier place first.

    A site set to excerpts has them in all of its feeds (feed-rss2.php, rss_use_excerpt);
    an excerpt without a key is from a page, and then the feed is the better source.
    """
    try:
        feed = own_feed(draft.link)
    except ValueError:
        return []
    return [draft.link, feed] if draft.key or page_first else [feed, draft.link]


async def _read(visitor: Visitor, archive: Archive, url: str, now: datetime) -> Document | None:
    try:
        answer = await visitor.get(url)
        if answer.status != 200:
            return None
        return await read_apart(answer.body, archive, now, answer.url)
    except (NoWay, Unreadable):
        return None


def _meant(found: Document, draft: Draft) -> Draft | None:
    """Of what was found the release itself, if it is more than an excerpt."""
    same = [one for one in found.drafts if _is(one, draft)]
    return next((one for one in same if one.kind > Kind.EXCERPT), None)


def _is(one: Draft, other: Draft) -> bool:
    if set(one.aliases) & set(other.aliases):
        return True
    return one.fingerprint == other.fingerprint and not (one.link and other.link)


def _joined(draft: Draft, made: Draft) -> Draft:
    """The whole text under all that is known of the release.

    An instant is better than a date, and a feed's better than a page's, which is in local time.
    """
    dated = draft if draft.key or not made.published_at else made
    if not dated.published_at:
        dated = made if made.published_at else draft
    return replace(
        made,
        key=draft.key or made.key,
        link=draft.link,
        aliases=tuple(dict.fromkeys((*draft.aliases, *made.aliases))),
        modified=made.modified or draft.modified,
        published=dated.published,
        published_at=dated.published_at,
        fingerprint=dated.fingerprint,
    )
