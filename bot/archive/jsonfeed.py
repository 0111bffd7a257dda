"""JSON: JSON Feed 1 and 1.1 (jsonfeed.org), and the posts of WordPress's REST API."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any

from bot.archive import dates
from bot.archive.document import PROTECTED, Entry, Page, Unreadable, When
from bot.archive.feed import protected
from storage.model import Kind

_VERSION = "https://jsonfeed.org/version/"


def read(text: str, zone: tzinfo, now: datetime) -> Page:
    """The entries of a JSON Feed or of a page of REST posts; Unreadable for any other JSON."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("It is neither a feed nor an archive page.") from None
    if isinstance(found, dict) and _text(found.get("version")).startswith(_VERSION):
        return _feed(found, zone, now)
    posts = found if isinstance(found, list) else []
    if posts and all(isinstance(post, dict) and "guid" in post for post in posts):
        if not any("content" in post for post in posts):
            raise Unreadable("It lists posts without their texts.")
        return _page((_post(post, zone, now) for post in posts), "")
    raise Unreadable("It is JSON, but neither a JSON Feed nor a list of posts.")


def _feed(found: dict[str, Any], zone: tzinfo, now: datetime) -> Page:
    items = found.get("items")
    usual = _text(found.get("language"))
    made = (
        _item(item, usual, zone, now)
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict)
    )
    return _page(made, _text(found.get("title")))


def _page(made: Iterable[Entry | tuple[str, str]], title: str) -> Page:
    entries, refused = [], []
    for one in made:
        if isinstance(one, Entry):
            entries.append(one)
        else:
            refused.append(one)
    return Page(tuple(reversed(entries)), tuple(refused), title)


def _item(item: dict[str, Any], usual: str, zone: tzinfo, now: datetime) -> Entry | tuple[str, str]:
    whole, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    summary = _text(item.get("summary"))
    link = _text(item.get("url")) or _text(item.get("external_url"))
    title = html.escape(_text(item.get("title")), quote=False)
    source = whole or _paragraphs(plain) or _paragraphs(summary)
    if protected(whole):
        return link or title, PROTECTED
    if not source.strip() and not title.strip() and not link.strip():
        return _text(item.get("id")), "It has neither a title nor a text."
    return Entry(
        kind=Kind.FEED if whole or plain else Kind.EXCERPT,
        source=source,
        key=_text(item.get("id")),
        link=link,
        title=title,
        when=dates.parse(_text(item.get("date_published")), zone, now)
        or dates.parse(_text(item.get("date_modified")), zone, now),
        language=_text(item.get("language")),
        usual=usual,
    )


def _post(post: dict[str, Any], zone: tzinfo, now: datetime) -> Entry | tuple[str, str]:
    link, content = _text(post.get("link")), post.get("content")
    source = _rendered(content)
    if (isinstance(content, dict) and content.get("protected") is True) or protected(source):
        return link, PROTECTED
    if not isinstance(content, dict):
        return link, "It comes without its text."
    return Entry(
        kind=Kind.REST,
        source=source,
        key=_rendered(post.get("guid")),
        link=link,
        title=_rendered(post.get("title")),
        when=_when(post, zone, now),
        number=post_number(post),
        modified=_text(post.get("modified_gmt")),
    )


def post_number(post: dict[str, Any]) -> int:
    """WordPress's own number of a post, 0 for none."""
    number = post.get("id")
    return number if isinstance(number, int) and 0 < number < 2**53 else 0


def _when(post: dict[str, Any], zone: tzinfo, now: datetime) -> When | None:
    """`date_gmt` is UTC without saying so; `date` is the site's own time."""
    gmt = _text(post.get("date_gmt"))
    return dates.parse(f"{gmt}Z" if gmt else "", zone, now) or dates.parse(
        _text(post.get("date")), zone, now
    )


def _rendered(value: object) -> str:
    return _text(value.get("rendered")) if isinstance(value, dict) else _text(value)


def _paragraphs(text: str) -> str:
    """Plain text as HTML that says the same."""
    blocks = re.split(r"\n\s*\n", html.escape(text.strip(), quote=False))
    return "\n".join("<p>" + b.replace("\n", "<br>\n") + "</p>" for b in blocks if b)


def _text(value: object) -> str:
    """A string as it is, a number as its digits (JSON Feed 1.1, id), "" for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
