"""Which address of a WordPress means what: its feeds, pages, redirects, and what is not there."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import replace
from urllib.parse import urlencode

from bot.demo import feeds, pages, rest
from bot.demo.blog import CATEGORIES, Answer, Blog, in_order
from bot.demo.posts import Post, upload

FEED = re.compile(r"(?P<place>.*)/feed/(?:(?P<form>rss2?|atom)/)?")
PAGED = re.compile(r"(?P<place>.*/)page/(?P<page>\d+)/")
PART = re.compile(r"(?P<place>.*/)(?P<part>\d+)/")
UPLOADS = "/wp-content/uploads/"
NO_CACHE = (
    ("Expires", "Wed, 11 Jan 1984 05:00:00 GMT"),
    ("Cache-Control", "no-cache, must-revalidate, max-age=0"),
)


def answer(blog: Blog, path: str, query: dict[str, str]) -> Answer:
    """What WordPress says at `path` (its percent signs kept, in small letters)."""
    if path == "/wp-json" or path.startswith("/wp-json/"):
        return rest.answer(blog, path.removeprefix("/wp-json"), query)
    if path.startswith(UPLOADS):
        return _upload(blog, path)
    if not path.endswith("/"):
        return _moved(f"{blog.url}{path}/", query)  # redirect_canonical
    if found := FEED.fullmatch(path):
        return _feed(blog, path, found["place"], found["form"] or "rss2", query)
    if query.get("feed") in ("rss", "rss2", "atom"):
        return _feed(blog, path, path.rstrip("/"), query["feed"], query)
    return _page(blog, path, query)


def _feed(blog: Blog, path: str, place: str, form: str, query: dict[str, str]) -> Answer:
    """One of the site's feeds; each carries the site's validators, whatever it holds."""
    target = path + (f"?{urlencode(query)}" if query else "")
    category = place.removeprefix(f"{blog.category_base}/")
    if blog.trap or _mistaken(blog, place):
        return _validated(blog, feeds.comments(blog, "", target))
    if place == "":
        return _listed(blog, blog.name, target, form, blog.newest(), query)
    if place == f"{blog.category_base}/{category}":
        known = CATEGORIES.get(category)
        title = f"{known.name} – {blog.name}" if known else blog.name
        posts = blog.newest(category)
        return _listed(blog, title, target, form, posts, query)
    if post := blog.find(f"{place}/"):
        return _feed_of_one(blog, post, target, form, query)
    return _validated(blog, feeds.rss(blog, f"Page not found – {blog.name}", target, []), 404)


def _mistaken(blog: Blog, place: str) -> bool:
    """Whether a feed is taken for an attachment's: status 200, "Comments on:", and no items.

    So it goes below /page/N/, and where categories were before the permalinks' front changed.
    """
    old_category = bool(blog.base) and place.startswith("/category/")
    return old_category or place == "/comments" or bool(PAGED.fullmatch(f"{place}/"))


def _listed(
    blog: Blog, title: str, target: str, form: str, posts: list[Post], query: dict[str, str]
) -> Answer:
    """Page `paged` of a feed; past the end 404, with a well-formed channel that is empty."""
    page = _page_number(query.get("paged", "1"))
    shown = in_order(posts, query)[(page - 1) * blog.per_page : page * blog.per_page]
    if page > 1 and not shown:
        empty = feeds.rss(blog, f"Page not found – {blog.name}", target, [])
        return _validated(blog, empty, 404)
    return _as(form, blog, title, target, shown)


def _feed_of_one(blog: Blog, post: Post, target: str, form: str, query: dict[str, str]) -> Answer:
    if "withoutcomments" not in query:
        return _validated(blog, feeds.comments(blog, feeds.plain_title(post), target))
    return _as(form, blog, f"{post.title} – {blog.name}", target, [post])


def _as(form: str, blog: Blog, title: str, target: str, posts: list[Post]) -> Answer:
    if form == "atom":
        whole = feeds.atom(blog, title, target, posts)
        return Answer(whole, feeds.ATOM, modified=blog.modified())
    return _validated(blog, feeds.rss(blog, title, target, posts))


def _validated(blog: Blog, body: str, status: int = 200) -> Answer:
    headers = NO_CACHE if status == 404 else ()
    return Answer(body, feeds.RSS, status, headers, blog.modified())


def _page(blog: Blog, path: str, query: dict[str, str]) -> Answer:
    """A page for people; these carry no validators."""
    if path == "/" and "p" in query:
        return _short_link(blog, query["p"])
    if post := blog.find(path):
        return Answer(pages.single(blog, post))
    found = PAGED.fullmatch(path)
    place, page = (found["place"], int(found["page"])) if found else (path, 1)
    category = place.removeprefix(f"{blog.category_base}/").rstrip("/")
    if place == "/" or (place == f"{blog.category_base}/{category}/" and category in CATEGORIES):
        return _archive(blog, category, page)
    if (part := PART.fullmatch(path)) and (post := blog.find(part["place"])):
        number = min(int(part["part"]), post.html.count("<!--nextpage-->") + 1)
        return Answer(pages.single(blog, post, max(number, 1)))
    if post := blog.once_at(path):
        return _moved(blog.permalink(post), query)
    return _missing(blog)


def _archive(blog: Blog, category: str, page: int) -> Answer:
    posts = blog.newest(category)
    last = max(1, -(-len(posts) // blog.per_page))
    if not 1 <= page <= last:
        return _missing(blog)
    shown = posts[(page - 1) * blog.per_page : page * blog.per_page]
    return Answer(pages.archive(blog, shown, page, last, category))


def _short_link(blog: Blog, number: str) -> Answer:
    post = blog.posts.get(int(number)) if number.isdecimal() else None
    return _moved(blog.permalink(post), {}) if post else _missing(blog)


def _upload(blog: Blog, path: str) -> Answer:
    name = path.rpartition("/")[2]
    found = upload(name)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Answer(found, kind) if found is not None else _missing(blog)


def _missing(blog: Blog) -> Answer:
    return Answer(pages.missing(blog), status=404, headers=NO_CACHE)


def _moved(to: str, query: dict[str, str]) -> Answer:
    link = f"{to}?{urlencode(query)}" if query else to
    return Answer("", status=301, headers=(("Location", link), ("X-Redirect-By", "WordPress")))


def _page_number(text: str) -> int:
    return max(int(text), 1) if text.isdecimal() else 1


def with_link(blog: Blog, given: Answer) -> Answer:
    """The header by which every answer reveals the REST API (rest_output_link_header)."""
    link = ("Link", f'<{blog.url}/wp-json/>; rel="https://api.w.org/"')
    return replace(given, headers=(*given.headers, link))
