"""Finds where a site's REST API has the posts of an archive: all, or those of a category."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser
from yarl import URL

from bot.archive.derive import absolute
from bot.archive.document import Unreadable
from bot.archive.fetch import Answer
from bot.archive.formats import decoded
from bot.archive.rest import PER_PAGE
from bot.archive.visitor import Visitor
from bot.archive.ways import NoWay

_API = "https://api.w.org/"
# Link: <…>; rel="https://api.w.org/" (RFC 8288; rest_output_link_header of WordPress)
_LINK = re.compile(r"<([^<>]*)>\s*;([^<>]*?)(?=,\s*<|$)")
_ROUTE = re.compile(r"/wp/v2/([\w-]+)(?:/([0-9]{1,12}))?/?$")
_SINGLE = {"posts", "pages", "media"}
_MOST_TERMS = 10  # pages of categories that are looked through


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page says of its site's REST API: where it is, and what stands for this page there."""

    root: str
    route: str = ""


def offer(page: Answer) -> Offer | None:
    """What a page says of its site's API, in its headers or its head; None if it says nothing."""
    root = ""
    for target, parameters in _LINK.findall(page.headers.get("link", "")):
        if _API in parameters:
            root = absolute(target, page.url)
    try:
        tree = LexborHTMLParser(decoded(page.body))
    except Unreadable:
        return Offer(root) if root else None
    if not root and (node := tree.css_first(f'link[rel="{_API}"][href]')):
        root = absolute(node.attributes.get("href") or "", page.url)
    route = ""
    if node := tree.css_first('link[rel~=alternate][type="application/json"][href]'):
        route = absolute(node.attributes.get("href") or "", page.url)
    return Offer(root, route) if root else None


async def collection(visitor: Visitor, offered: Offer, own: str) -> str:
    """Where the API has the posts of this site or category.

    Raises NoWay where it does not say which categories there are: it might be any of them.
    """
    kind, number = _meant(offered, own)
    if kind == "users":
        return endpoint(offered.root, "posts", author=str(number))
    if kind and number is None:
        return endpoint(offered.root, kind)  # the archive of a type of posts of its own
    if kind:
        terms = await _terms(visitor, offered.root, kind)
        return endpoint(offered.root, "posts", **{kind: _family(terms, number or 0)})
    if urlsplit(own).path.rstrip("/") == _home(offered.root):
        return endpoint(offered.root, "posts")
    for taxonomy in ("categories", "tags"):
        terms = await _terms(visitor, offered.root, taxonomy)
        for term in terms:
            if _path(term.get("link")) == _path(own):
                return endpoint(offered.root, "posts", **{taxonomy: _family(terms, term["id"])})
    return endpoint(offered.root, "posts")


def _meant(offered: Offer, own: str) -> tuple[str, int | None]:
    """The kind of thing a page is in the API, and its number: ("categories", 2); ("", None)."""
    asked = URL(own).query.get("cat", "")
    if asked.isascii() and asked.isdigit():
        return "categories", int(asked)
    found = _ROUTE.search(unquote(offered.route))
    if not found or found[1] in _SINGLE:
        return "", None
    return found[1], int(found[2]) if found[2] else None


async def _terms(visitor: Visitor, root: str, taxonomy: str) -> list[dict[str, Any]]:
    """All categories (or tags …), each with its `id`, up to a thousand. Raises NoWay."""
    terms: list[dict[str, Any]] = []
    for number in range(1, _MOST_TERMS + 1):
        url = endpoint(
            root, taxonomy, per_page=str(PER_PAGE), page=str(number), _fields="id,parent,link"
        )
        answer = await visitor.get(url)
        if answer.status == 404 and taxonomy != "categories":  # which every WordPress has
            break
        if answer.status != 200:
            raise NoWay(f"The site does not show its {taxonomy}: status {answer.status}.")
        try:
            found = await asyncio.to_thread(json.loads, answer.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list):
            raise NoWay(f"The site does not show its {taxonomy}.")
        terms += [t for t in found if isinstance(t, dict) and isinstance(t.get("id"), int)]
        if len(found) < PER_PAGE:
            break
    return terms


def _family(terms: Sequence[dict[str, Any]], number: int) -> str:
    """A category and all within it: its page and feed show their posts too, the API does not.

    (WP_Tax_Query includes children; WP_REST_Posts_Controller asks it not to.)
    """
    family = [number]
    for one in family:
        family += [t["id"] for t in terms if t.get("parent") == one and t["id"] not in family]
    return ",".join(map(str, family))


def endpoint(root: str, route: str, **asked: str) -> str:
    """An address below the API's root, which is an argument where links are plain (rest_url)."""
    url = URL(root)
    if "rest_route" in url.query:
        return str(url.update_query(rest_route=f"/wp/v2/{route}", **asked))
    path = f"{url.raw_path.rstrip('/')}/wp/v2/{route}"
    return str(url.with_path(path, encoded=True).with_query(asked or None))


def _home(root: str) -> str:
    """The path of the site whose API this is."""
    url = URL(root)
    if "rest_route" in url.query:
        return url.path.removesuffix("index.php").rstrip("/")
    return url.path.rstrip("/").rpartition("/")[0].removesuffix("/index.php")


def _path(link: object) -> str:
    """The path of a link, as it is compared."""
    try:
        return unquote(urlsplit(link).path).rstrip("/").lower() if isinstance(link, str) else ""
    except ValueError:
        return ""
