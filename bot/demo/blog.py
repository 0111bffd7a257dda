"""What a WordPress knows of itself: its posts, its categories, and where each of them lives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.demo.posts import RELEASES, RUSSIAN, Post

HTML = "text/html; charset=UTF-8"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Category:
    """A category: its number in the REST API, its slug in links, its name on pages."""

    id: int
    slug: str
    name: str


CATEGORIES = {
    category.slug: category
    for category in (
        Category(1, "uncategorized", "Uncategorized"),
        Category(2, RELEASES, "Press Releases"),
        Category(3, RUSSIAN, "Пресс-релизы на русском"),
        Category(4, "news", "News &amp; Media"),
    )
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What WordPress answers, before the web server in front has touched it.

    With `modified` come the validators made of it, and the right to answer 304.
    """

    body: str | bytes
    type: str = HTML
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    modified: datetime | None = None


@dataclass(slots=True)
class Blog:
    """The site's state. `base` "" means links like /2014/slug/, else /base/ID/ ("/archives").

    `excerpts` is the reading setting "for each post in a feed, include: excerpt"; `trap` answers
    every feed with that of an empty discussion, as WordPress does for a feed it mistakes for an
    attachment's.
    """

    name: str
    tagline: str
    zone: ZoneInfo
    url: str = ""
    base: str = ""
    per_page: int = 10
    excerpts: bool = False
    trap: bool = False
    posts: dict[int, Post] = field(default_factory=dict)
    trashed: dict[int, Post] = field(default_factory=dict)
    renamed: dict[str, int] = field(default_factory=dict)

    @property
    def category_base(self) -> str:
        """Where categories live: they follow the front of the permalinks (class-wp-rewrite.php)."""
        return f"{self.base}/category"

    def permalink(self, post: Post) -> str:
        """The page of a post, whole; the year is the site's local one."""
        year = post.date_gmt.astimezone(self.zone).year
        path = f"{self.base}/{post.id}/" if self.base else f"/{year}/{post.slug}/"
        return self.url + path

    def guid(self, post: Post) -> str:
        """The identifier: that which it was given, or the short link of a post from the editor."""
        return post.guid or f"{self.url}/?p={post.id}"

    def find(self, path: str) -> Post | None:
        """The post whose page is at `path`."""
        here = self.url + path
        return next((post for post in self.posts.values() if self.permalink(post) == here), None)

    def once_at(self, path: str) -> Post | None:
        """The post that a path once meant: by its slug, or one it had (wp_old_slug_redirect)."""
        last = path.strip("/").rpartition("/")[2]
        if last in self.renamed:
            return self.posts.get(self.renamed[last])
        return next((post for post in self.posts.values() if post.slug == last), None)

    def newest(self, category: str = "") -> list[Post]:
        """All posts of a category ("" for all of them), by date, the newest first."""
        posts = [
            post for post in self.posts.values() if not category or category in post.categories
        ]
        return sorted(posts, key=lambda post: (post.date_gmt, post.id), reverse=True)

    def modified(self) -> datetime:
        """The last change of any public post, by its own account (get_lastpostmodified)."""
        times = [max(post.date_gmt, post.modified_gmt) for post in self.posts.values()]
        return max(times, default=EPOCH)


def in_order(posts: list[Post], query: dict[str, str]) -> list[Post]:
    """Posts as `orderby` and `order` want them; feeds honour both, as every listing does."""
    by = query.get("orderby")
    falling = query.get("order", "desc").lower() != "asc"

    def rank(post: Post) -> tuple[datetime, int]:
        if by == "id":
            return EPOCH, post.id
        return (post.modified_gmt if by == "modified" else post.date_gmt), post.id

    return sorted(posts, key=rank, reverse=falling)


def title_html(post: Post) -> str:
    """A title as pages and the REST API show it (wptexturize and convert_chars on `the_title`)."""
    return re.sub(r"&(?!#?\w+;)", "&#038;", post.title)


def excerpt(post: Post, end: str) -> str:
    """The first 55 words, and `end` if there are more (formatting.php wp_trim_excerpt)."""
    plain = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", "", post.html)
    words = plain.split()
    return " ".join(words) if len(words) <= 55 else " ".join(words[:55]) + " " + end
