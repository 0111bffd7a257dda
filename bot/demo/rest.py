"""A blog's REST API, read only (developer.wordpress.org/rest-api/reference/posts)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from bot.demo.blog import CATEGORIES, Answer, Blog, Category, excerpt, in_order, title_html
from bot.demo.posts import Post

JSON = "application/json; charset=UTF-8"
Headers = tuple[tuple[str, str], ...]
COMMON: Headers = (
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
    ("Access-Control-Expose-Headers", "X-WP-Total, X-WP-TotalPages, Link"),
    ("Allow", "GET"),
)
MOMENTS = ("after", "before", "modified_after", "modified_before")


class RestError(Exception):
    """A request the API refuses: the code and sentence that clients see, and the HTTP status."""

    def __init__(self, status: int, code: str, sentence: str, **data: Any) -> None:
        super().__init__(sentence)
        self.answer = _answer(
            {"code": code, "message": sentence, "data": {"status": status, **data}}, status=status
        )


def answer(blog: Blog, path: str, query: dict[str, str]) -> Answer:
    """What the API says at `path` (from after /wp-json)."""
    try:
        return _found(blog, path.rstrip("/"), query)
    except RestError as refused:
        return refused.answer


def _found(blog: Blog, path: str, query: dict[str, str]) -> Answer:
    if path == "":
        return _answer({"name": blog.name, "url": blog.url, "namespaces": ["wp/v2"]})
    if path == "/wp/v2/posts":
        return _posts(blog, query)
    if path == "/wp/v2/categories":
        wanted = [c for c in CATEGORIES.values() if query.get("slug", c.slug) == c.slug]
        return _listed(blog, path, query, [_category(blog, category) for category in wanted])
    if found := re.fullmatch(r"/wp/v2/posts/(\d+)", path):
        return _answer(_only(_post(blog, _by_id(blog, int(found[1]))), query))
    raise RestError(404, "rest_no_route", "No route was found matching the URL and request method.")


def _by_id(blog: Blog, number: int) -> Post:
    if number in blog.trashed:
        raise RestError(401, "rest_forbidden", "Sorry, you are not allowed to do that.")
    if number not in blog.posts:
        raise RestError(404, "rest_post_invalid_id", "Invalid post ID.")
    return blog.posts[number]


def _posts(blog: Blog, query: dict[str, str]) -> Answer:
    posts = blog.newest()
    if categories := query.get("categories") or query.get("categories[0]"):
        numbers = set(categories.split(","))
        wanted = {slug for slug, c in CATEGORIES.items() if str(c.id) in numbers}
        posts = [post for post in posts if wanted & set(post.categories)]
    if included := query.get("include"):
        posts = [post for post in posts if str(post.id) in included.split(",")]
    if slugs := query.get("slug"):
        posts = [post for post in posts if post.slug in slugs.lower().split(",")]
    for name in MOMENTS:
        if name in query:
            posts = _bounded(posts, name, _moment(blog, name, query[name]))
    ordered = in_order(posts, query)
    return _listed(blog, "/wp/v2/posts", query, [_post(blog, post) for post in ordered])


def _bounded(posts: list[Post], name: str, limit: datetime) -> list[Post]:
    def moment(post: Post) -> datetime:
        return post.modified_gmt if name.startswith("modified") else post.date_gmt

    if name.endswith("after"):
        return [post for post in posts if moment(post) > limit]
    return [post for post in posts if moment(post) < limit]


def _moment(blog: Blog, name: str, text: str) -> datetime:
    """A time; without a zone it is the site's local one, as WordPress takes it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _bad_parameter(name, "Invalid date.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=blog.zone)


def _number(query: dict[str, str], name: str, usual: int, most: int) -> int:
    text = query.get(name, str(usual))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise _bad_parameter(name, f"{name} must be between 1 (inclusive) and {most} (inclusive)")
    return int(text)


def _bad_parameter(name: str, why: str) -> RestError:
    sentence = f"Invalid parameter(s): {name}"
    return RestError(400, "rest_invalid_param", sentence, params={name: why})


def _listed(blog: Blog, path: str, query: dict[str, str], rows: list[dict[str, Any]]) -> Answer:
    per_page = _number(query, "per_page", 10, 100)
    page = _number(query, "page", 1, 10**6)
    pages = -(-len(rows) // per_page)
    if page > max(pages, 1):
        raise RestError(
            400,
            "rest_post_invalid_page_number",
            "The page number requested is larger than the number of pages available.",
        )
    shown = [_only(row, query) for row in rows[(page - 1) * per_page : page * per_page]]
    totals = (("X-WP-Total", str(len(rows))), ("X-WP-TotalPages", str(pages)))
    return _answer(shown, totals + _neighbours(blog, path, query, page, pages))


def _neighbours(blog: Blog, path: str, query: dict[str, str], page: int, pages: int) -> Headers:
    links = [(page - 1, "prev"), (page + 1, "next")]
    return tuple(
        ("Link", f'<{blog.url}/wp-json{path}?{urlencode({**query, "page": to})}>; rel="{rel}"')
        for to, rel in links
        if 1 <= to <= pages
    )


def _only(row: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    """Of a row the `_fields` asked for, those within fields too (rest_is_field_included)."""
    if not query.get("_fields"):
        return row
    names = [name.split(".", 1) for name in query["_fields"].split(",")]
    only: dict[str, Any] = {}
    for name, *within in names:
        if name in row and not within:
            only[name] = row[name]
        elif name in row and within[0] in row[name]:
            only.setdefault(name, {})[within[0]] = row[name][within[0]]
    return only


def _post(blog: Blog, post: Post) -> dict[str, Any]:
    local, changed = (moment.astimezone(blog.zone) for moment in (post.date_gmt, post.modified_gmt))
    return {
        "id": post.id,
        "date": _plain(local),
        "date_gmt": _plain(post.date_gmt.astimezone(UTC)),
        "guid": {"rendered": blog.guid(post)},
        "modified": _plain(changed),
        "modified_gmt": _plain(post.modified_gmt.astimezone(UTC)),
        "slug": post.slug,
        "status": "publish",
        "type": "post",
        "link": blog.permalink(post),
        "title": {"rendered": title_html(post)},
        "content": {"rendered": post.html.replace("<!--nextpage-->", ""), "protected": False},
        "excerpt": {"rendered": f"<p>{excerpt(post, '[&hellip;]')}</p>\n", "protected": False},
        "author": 1,
        "sticky": False,
        "format": "standard",
        "categories": [CATEGORIES[slug].id for slug in post.categories],
        "tags": [],
    }


def _category(blog: Blog, category: Category) -> dict[str, Any]:
    return {
        "id": category.id,
        "count": len(blog.newest(category.slug)),
        "description": "",
        "link": f"{blog.url}{blog.category_base}/{category.slug}/",
        "name": category.name,
        "slug": category.slug,
        "taxonomy": "category",
        "parent": 0,
    }


def _plain(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _answer(value: Any, headers: Headers = (), status: int = 200) -> Answer:
    text = json.dumps(value, separators=(",", ":")).replace("/", "\\/")  # PHP's json_encode
    return Answer(text, JSON, status, COMMON + headers)
