"""What some sites do otherwise than a WordPress out of the box: rules for `LivingWordPress.rules`.

Each takes the site's state, the path and query that were asked, and what WordPress would say.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from bot.demo import wordpress
from bot.demo.blog import CATEGORIES, Answer, Blog, excerpt
from bot.demo.rest import JSON

Rule = Callable[[Blog, str, dict[str, str], Answer], Answer]

# get_the_password_form of wp-includes/post-template.php.
FORM = (
    '<form action="/wp-login.php?action=postpass" class="post-password-form" method="post">'
    "<p>This content is password protected.</p></form>"
)


def rest_closed(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """The API is for those who are logged in, as security plugins make it (the filter
    rest_authentication_errors); the header and the link that name it stay.
    """
    if not path.startswith("/wp-json"):
        return given
    return Answer('{"code":"rest_not_logged_in","data":{"status":401}}', JSON, 401)


def rest_hidden(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """The API is switched off and nothing names it (remove_action … rest_output_link_wp_head)."""
    if path.startswith("/wp-json"):
        return rest_closed(blog, path, query, given)
    kept = tuple(pair for pair in given.headers if pair[0] != "Link")
    if isinstance(given.body, str):
        given = replace(given, body=given.body.replace("https://api.w.org/", "nothing"))
    return replace(given, headers=kept)


def names_its_category(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """A category's page links to the category in the API, since WordPress 5.5
    (rest_output_link_wp_head and rest_get_queried_resource_route in wp-includes/rest-api.php).
    """
    for category in CATEGORIES.values():
        place = f"{blog.category_base}/{category.slug}/"
        page = path.startswith(place) and "feed" not in path and isinstance(given.body, str)
        if page and isinstance(given.body, str):
            link = (
                '<link rel="alternate" type="application/json" '
                f'href="{blog.url}/wp-json/wp/v2/categories/{category.id}" /></head>'
            )
            return replace(given, body=given.body.replace("</head>", link))
    return given


def no_feeds(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """Feeds are switched off, and nothing names them (plugins such as "Disable Feeds")."""
    if "feed" in query or path.rstrip("/").endswith("/feed"):
        return Answer("<!doctype html><title>Not found</title>", "text/html", 404)
    return given


def one_feed_page(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """A feed that knows no pages: static sites and feed proxies ignore the argument."""
    if "paged" not in query:
        return given
    return wordpress.answer(blog, path, {k: v for k, v in query.items() if k != "paged"})


def last_page_again(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """Past the end the last page is given, as Django does it (Paginator.get_page)."""
    number = int(query.get("paged", "1"))
    while given.status == 404 and number > 1:
        number -= 1
        given = wordpress.answer(blog, path, {**query, "paged": str(number)})
    return given


def sends_home(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """What is not there leads to the front page (plugins such as "Redirect 404 to homepage")."""
    if given.status != 404:
        return given
    return Answer("", status=302, headers=(("Location", f"{blog.url}/"),))


def excerpts_on_pages(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """Lists show excerpts where the text would be, the text of a post is on its page only.

    (twentytwentyone, template-parts/excerpt/excerpt.php and inc/template-functions.php)
    """
    if blog.find(path) or not isinstance(given.body, str) or "hentry" not in given.body:
        return given
    body = given.body
    for post in blog.posts.values():
        more = f'&hellip; <a class="more-link" href="{blog.permalink(post)}">Continue reading</a>'
        body = body.replace(post.html, f"<p>{excerpt(post, more)}</p>")
    return replace(given, body=body)


def protects(*numbers: int) -> Rule:
    """The posts with these numbers need a password; their html is to be FORM.

    (WP_REST_Posts_Controller::prepare_item_for_response)
    """

    def rule(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        if not path.startswith("/wp-json/wp/v2/posts") or given.status != 200:
            return given
        posts = json.loads(given.body)
        for post in posts:
            if post["id"] in numbers and "content" in post:
                told = post["content"]
                told["protected"] = True
                told.update({"rendered": ""} if "rendered" in told else {})
        return replace(given, body=json.dumps(posts))

    return rule


def without(name: str) -> Rule:
    """A proxy in front takes this header out."""

    def rule(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        kept = tuple(pair for pair in given.headers if pair[0].lower() != name.lower())
        return replace(given, headers=kept)

    return rule


def plain_links(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
    """The API is an argument where permalinks are plain (get_rest_url)."""
    if route := query.get("rest_route"):
        asked = {name: value for name, value in query.items() if name != "rest_route"}
        return wordpress.answer(blog, f"/wp-json{route}", asked)
    named = f"{blog.url}/wp-json/", f"{blog.url}/index.php?{urlencode({'rest_route': '/'})}"
    headers = tuple((name, value.replace(*named)) for name, value in given.headers)
    return replace(given, headers=headers)


def within(child: int, parent: int) -> Rule:
    """One category lies within another (wp_term_taxonomy.parent)."""

    def rule(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        if path != "/wp-json/wp/v2/categories":
            return given
        terms = json.loads(given.body)
        for term in terms:
            if term.get("id") == child:
                term["parent"] = parent
        return replace(given, body=json.dumps(terms))

    return rule
