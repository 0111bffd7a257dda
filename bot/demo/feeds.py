"""A blog's posts as WordPress feeds them: RSS 2.0 and Atom (wp-includes/feed-rss2.php)."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from bot.demo.blog import CATEGORIES, Blog, excerpt
from bot.demo.posts import Post

RSS = "application/rss+xml; charset=UTF-8"
ATOM = "application/atom+xml; charset=UTF-8"
GENERATOR = "https://wordpress.org/?v=6.1.9"
PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
SPACES = """
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:wfw="http://wellformedweb.org/CommentAPI/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:atom="http://www.w3.org/2005/Atom"
	xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
	xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
"""
EMOJI = re.compile(
    "[\U0001f300-\U0001faff](?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[\U0001f300-\U0001faff])*"
)


def rss(blog: Blog, title: str, target: str, posts: list[Post]) -> str:
    """The channel `title`, asked for at `target` (path and query), with `posts` as its items."""
    items = "".join(_item(blog, post) for post in posts)
    head = _channel_head(blog, title, target, posts)
    language = "\t<language>en-US</language>\n"
    return _channel(head + language + items)


def comments(blog: Blog, title: str, target: str) -> str:
    """The feed of a discussion nobody has begun (feed-rss2-comments.php)."""
    head = _channel_head(blog, f"\n\tComments on: {title}\t", target, [])
    return _channel(head)


def atom(blog: Blog, title: str, target: str, posts: list[Post]) -> str:
    """The same as an Atom feed."""
    return f"""{PROLOG}<feed
	xmlns="http://www.w3.org/2005/Atom"
	xmlns:thr="http://purl.org/syndication/thread/1.0"
	xml:lang="en-US"
	>
	<title type="text">{escape(title)}</title>
	<subtitle type="text">{escape(blog.tagline)}</subtitle>
	<updated>{_iso(_built(blog, posts))}</updated>
	<link rel="alternate" type="text/html" href="{blog.url}" />
	<id>{blog.url}/feed/atom/</id>
	<link rel="self" type="application/atom+xml" href="{_self_link(blog, target)}" />
	<generator uri="https://wordpress.org/" version="6.1.9">WordPress</generator>
{"".join(_entry(blog, post) for post in posts)}</feed>
"""


def plain_title(post: Post) -> str:
    """A title without its tags, escaped (the_title_rss): what looks like a tag goes with them."""
    stripped = re.sub(r"<(?=\S)[^>]*>?", "", post.title)
    return re.sub(r"&(?!#?\w+;)", "&amp;", stripped).replace("<", "&lt;").replace(">", "&gt;")


def content(post: Post) -> str:
    """A body as feeds carry it (the_content_feed): its first page, with emoji as pictures."""
    first_page = post.html.partition("<!--nextpage-->")[0]
    return EMOJI.sub(_as_picture, first_page).replace("]]>", "]]&gt;")


def _as_picture(found: re.Match[str]) -> str:
    """An emoji the way wp_staticize_emoji puts it."""
    code = "-".join(f"{ord(letter):x}" for letter in found[0] if letter != "\ufe0f")
    return (
        f'<img src="https://s.w.org/images/core/emoji/14.0.0/72x72/{code}.png" alt="{found[0]}" '
        'class="wp-smiley" style="height: 1em; max-height: 1em;" />'
    )


def _channel(body: str) -> str:
    return f'{PROLOG}<rss version="2.0"{SPACES}>\n<channel>\n{body}</channel>\n</rss>\n'


def _channel_head(blog: Blog, title: str, target: str, posts: list[Post]) -> str:
    return f"""\t<title>{escape(title)}</title>
	<atom:link href="{_self_link(blog, target)}" rel="self" type="application/rss+xml" />
	<link>{blog.url}</link>
	<description>{escape(blog.tagline)}</description>
	<lastBuildDate>{format_datetime(_built(blog, posts))}</lastBuildDate>
	<sy:updatePeriod>
	hourly	</sy:updatePeriod>
	<sy:updateFrequency>
	1	</sy:updateFrequency>
	<generator>{GENERATOR}</generator>
"""


def _item(blog: Blog, post: Post) -> str:
    link = blog.permalink(post)
    whole = f"\t\t<content:encoded><![CDATA[{content(post)}]]></content:encoded>\n"
    return f"""\t<item>
		<title>{plain_title(post)}</title>
		<link>{link}</link>
		<comments>{link}#respond</comments>
		<dc:creator><![CDATA[admin]]></dc:creator>
		<pubDate>{format_datetime(post.date_gmt)}</pubDate>
{_categories(post)}		<guid isPermaLink="false">{escape(blog.guid(post))}</guid>
		<description><![CDATA[{_summary(post)}]]></description>
{"" if blog.excerpts else whole}		<wfw:commentRss>{link}feed/</wfw:commentRss>
		<slash:comments>0</slash:comments>
	</item>
"""


def _entry(blog: Blog, post: Post) -> str:
    link = blog.permalink(post)
    whole = f'\t\t<content type="html" xml:base="{link}"><![CDATA[{content(post)}]]></content>\n'
    terms = "".join(
        f'\t\t<category scheme="{blog.url}" term="{CATEGORIES[name].name}" />\n'
        for name in post.categories
    )
    return f"""\t<entry>
		<author><name>admin</name><uri>{blog.url}</uri></author>
		<title type="html"><![CDATA[{plain_title(post)}]]></title>
		<link rel="alternate" type="text/html" href="{link}" />
		<id>{escape(blog.guid(post))}</id>
		<updated>{_iso(post.modified_gmt)}</updated>
		<published>{_iso(post.date_gmt)}</published>
{terms}		<summary type="html"><![CDATA[{_summary(post)}]]></summary>
{"" if blog.excerpts else whole}	</entry>
"""


def _categories(post: Post) -> str:
    names = (CATEGORIES[slug].name for slug in post.categories)
    return "".join(f"\t\t<category><![CDATA[{name}]]></category>\n" for name in names)


def _summary(post: Post) -> str:
    return EMOJI.sub(_as_picture, excerpt(post, "[&#8230;]")).replace("]]>", "]]&gt;")


def _built(blog: Blog, posts: list[Post]) -> datetime:
    """The last change of what is shown, else of the site (get_feed_build_date)."""
    return max((post.modified_gmt for post in posts), default=blog.modified())


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _self_link(blog: Blog, target: str) -> str:
    """The feed's own address, from which WordPress drops the port (feed.php self_link)."""
    return escape(f"http://{urlsplit(blog.url).hostname}{target}", {'"': "&quot;"})
