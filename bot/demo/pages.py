"""A blog's pages for people: the paged archive, a post, and the page that is not there."""

from __future__ import annotations

from bot.demo.blog import CATEGORIES, Blog, title_html
from bot.demo.posts import Post

STYLE = """
body { font: 1.05rem/1.6 Georgia, serif; color: #222; background: #fbfaf7; margin: 0 }
#wrap { max-width: 42rem; margin: 0 auto; padding: 1rem }
#header a { color: #8a3b12; font-weight: bold; text-decoration: none }
.byline { color: #666; font-size: .9rem }
blockquote { border-left: 3px solid #d9a441; margin-left: 0; padding-left: 1rem }
table { border-collapse: collapse } td, th { border: 1px solid #ccc; padding: .2rem .6rem }
img { max-width: 100%; height: auto } .navigation { display: flex; justify-content: space-between }
"""


def archive(blog: Blog, posts: list[Post], page: int, last: int, category: str = "") -> str:
    """Page `page` of `last`: whole posts, the newest first, with links to the pages beside it."""
    place = f"{blog.category_base}/{category}/" if category else "/"
    name = CATEGORIES[category].name if category else blog.name
    heading = f'<h1 class="archive-title">// {name}</h1>'
    body = heading + "".join(_hentry(blog, post, "h2") for post in posts)
    return _whole(blog, name, body + _navigation(blog, place, page, last), category)


def single(blog: Blog, post: Post, page: int = 1) -> str:
    """A post; one that is divided by <!--nextpage--> shows one part and links to the others."""
    return _whole(blog, title_html(post), _hentry(blog, post, "h1", page))


def missing(blog: Blog) -> str:
    """The page for what is not there."""
    return _whole(blog, "Page not found", "<h2>Not found</h2>")


def _hentry(blog: Blog, post: Post, level: str, page: int = 0) -> str:
    link, local = blog.permalink(post), post.date_gmt.astimezone(blog.zone)
    classes = " ".join(f"category-{category}" for category in post.categories)
    parts = post.html.split("<!--nextpage-->")
    shown = parts[max(page - 1, 0)] + _parts_list(link, len(parts), page)
    return f"""<div id="post-{post.id}" class="post-{post.id} post type-post status-publish \
format-standard hentry {classes}">
<{level} class="entry-title"><a href="{link}" rel="bookmark">{title_html(post)}</a></{level}>
<p class="byline post-info"><span class="date published time" \
title="{local.isoformat()}">{local:%B} {local.day}, {local.year}</span></p>
<div class="entry-content">{shown}
</div>
</div>
"""


def _parts_list(link: str, parts: int, page: int) -> str:
    if parts == 1 or not page:
        return ""
    links = " ".join(f'<a href="{link}{n}/">{n}</a>' for n in range(1, parts + 1))
    return f'<p class="post-nav-links">Pages: {links}</p>'


def _navigation(blog: Blog, place: str, page: int, last: int) -> str:
    def link(to: int, words: str) -> str:
        path = place if to == 1 else f"{place}page/{to}/"
        return f'<a href="{blog.url}{path}" >{words}</a>' if 1 <= to <= last else ""

    before, after = link(page - 1, "&laquo; Previous Page"), link(page + 1, "Next Page &raquo;")
    return (
        f'<div class="navigation"><div class="alignleft">{before}</div>'
        f'<div class="alignright">{after}</div></div>'
    )


def _feed_links(blog: Blog, category: str) -> str:
    feeds = {"Feed": "/feed/", "Comments Feed": "/comments/feed/"}
    if category:
        path = f"{blog.category_base}/{category}/feed/"
        feeds[f"{CATEGORIES[category].name} Category Feed"] = path
    return "".join(
        f'<link rel="alternate" type="application/rss+xml" '
        f'title="{blog.name} &raquo; {name}" href="{blog.url}{path}" />\n'
        for name, path in feeds.items()
    )


def _whole(blog: Blog, title: str, body: str, category: str = "") -> str:
    return f"""<!DOCTYPE html><html lang="en-US"><head><meta charset="UTF-8">\
<title>{title} &#8211; {blog.name}</title>
{_feed_links(blog, category)}<link rel="https://api.w.org/" href="{blog.url}/wp-json/" />
<meta name="viewport" content="width=device-width" />
<meta name="generator" content="WordPress 6.1.9" />
<style>{STYLE}</style></head><body>
<div id="wrap"><div id="header"><a href="{blog.url}/">{blog.name}</a></div>
<div id="content">
{body}</div>
<div id="sidebar"><p>{blog.tagline}</p></div>
</div></body></html>
"""
