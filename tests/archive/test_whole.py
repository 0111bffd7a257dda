"""Making excerpts whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.archive.excerpts import ENOUGH, Excerpts
from bot.archive.paged import feed_pages, site_pages
from bot.archive.ways import Unheard
from bot.archive.whole import own_feed, whole
from bot.demo.blog import Answer, Blog
from bot.text.words import words
from storage import Storage
from storage.model import Draft, Kind
from tests.archive.long_site import CATEGORY, Long, now, open_long
from tests.fakes import rules
from tests.fakes.faults import Fault


@pytest.fixture
async def long() -> AsyncIterator[Long]:
    async with open_long(5) as opened:
        yield opened


async def shown(long: Long) -> list[Draft]:
    """The releases of the archive's page for people, as excerpts."""
    if rules.excerpts_on_pages not in long.site.rules:
        long.site.rules.append(rules.excerpts_on_pages)
    document = await site_pages(long.visitor, long.archive, long.archive.url, now).page(1)
    assert document is not None
    return [*document.drafts]


async def fed(long: Long) -> list[Draft]:
    """The releases of the archive's feed, as excerpts."""
    long.site.blog.excerpts = True
    url = f"{long.site.url}{CATEGORY}feed/"
    document = await feed_pages(long.visitor, long.archive, url, now).page(1)
    assert document is not None
    return [*document.drafts]


async def test_excerpt_of_a_page_is_made_whole_by_the_posts_own_feed(long: Long) -> None:
    """The whole text, with the key and the instant that the feed knows, and all its aliases."""
    cut = (await shown(long))[2]
    assert (cut.kind, cut.key, "word79" in cut.body.text) == (Kind.EXCERPT, "", False)

    made = await whole(long.visitor, long.archive, cut, now())

    assert made is not None
    assert (made.kind, made.key) == (Kind.FEED, f"{long.site.url}/?p=15")
    assert words(made.body.text)[-1] == "word79"
    assert set(cut.aliases) < set(made.aliases)
    assert (made.link, made.title, made.published) == (cut.link, cut.title, cut.published)
    assert long.asked()[-1].endswith("/release-3/feed/?withoutcomments=1")


async def test_excerpt_of_a_feed_is_made_whole_by_the_page(long: Long) -> None:
    """A site set to excerpts has them in the post's own feed too: its page is asked for at once."""
    cut = (await fed(long))[2]
    before = len(long.asked())

    made = await whole(long.visitor, long.archive, cut, now())

    assert made is not None
    assert (made.kind, made.key, made.published_at) == (Kind.PAGE, cut.key, cut.published_at)
    assert words(made.body.text)[-1] == "word79"
    assert (made.fingerprint, made.digest != cut.digest) == (cut.fingerprint, True)
    assert len(long.asked()) == before + 1


async def test_instant_of_a_feed_is_better_than_that_of_a_page(long: Long) -> None:
    """A page is in local time, which some hours of the year have twice or not at all."""
    cut = (await fed(long))[2]
    right = cut.published_at
    assert right is not None
    cut = replace(cut, published_at=right + timedelta(hours=1))

    made = await whole(long.visitor, long.archive, cut, now())
    dated = await whole(long.visitor, long.archive, replace(cut, published_at=None), now())

    assert made is not None
    assert dated is not None
    assert made.published_at == cut.published_at
    assert dated.published_at == right


async def test_page_helps_where_the_own_feed_does_not(long: Long) -> None:
    """A feed that is gone, of comments, cut, or forbidden is no end: there is the page."""
    cut = (await shown(long))[0]
    for fault in (
        Fault(status=404), Fault(status=403), Fault(body="<html><body>No feeds.</body></html>"),
        Fault(body='<rss version="2.0"><channel><title>Comments on: One</title></channel></rss>'),
    ):  # fmt: skip
        long.site.fail(fault)

        made = await whole(long.visitor, long.archive, cut, now())

        assert made is not None
        assert (made.kind, words(made.body.text)[-1]) == (Kind.PAGE, "word79")


async def test_excerpt_stays_where_nothing_more_is_to_be_had(long: Long) -> None:
    """Better an excerpt than nothing; it is the very same one."""
    cut = (await shown(long))[0]
    long.site.fail(Fault(status=404), Fault(status=404))

    assert await whole(long.visitor, long.archive, cut, now()) == cut


async def test_another_post_is_not_taken_for_it(long: Long) -> None:
    """A link that leads to another release, or to a list, makes nothing whole."""
    cut, other = (await shown(long))[:2]
    strayed = replace(cut, link=other.link)

    assert await whole(long.visitor, long.archive, strayed, now()) == strayed


async def test_whole_text_costs_no_request(long: Long) -> None:
    """What is no excerpt is handed back, and so is what has no link."""
    cut = (await shown(long))[0]
    before = len(long.asked())

    for draft in (replace(cut, kind=Kind.FEED), replace(cut, link="")):
        assert await whole(long.visitor, long.archive, draft, now()) == draft
    assert len(long.asked()) == before


async def test_protected_post_is_not_taken(long: Long) -> None:
    """A feed of excerpts does not say that a post has a password; its page does.

    (get_the_excerpt: "There is no excerpt because this is a protected post.")
    """
    post = long.site.write("Protected: Secret", rules.FORM)
    cut = next(draft for draft in await fed(long) if draft.title == post.title)
    cut = replace(cut, kind=Kind.EXCERPT)

    assert await whole(long.visitor, long.archive, cut, now()) is None


async def test_silence_is_told(long: Long) -> None:
    """A site that does not answer now has not said that there is nothing."""
    cut = (await shown(long))[0]
    long.site.fail(Fault(status=503, headers={"Retry-After": "3600"}))

    with pytest.raises(Unheard):
        await whole(long.visitor, long.archive, cut, now())


async def test_list_that_shows_excerpts_is_known_by_one_of_them(long: Long) -> None:
    """A short text, or an excerpt that was written by hand, ends like any: it may be cut, too."""
    long.site.write("Short", "<p>No more than this.</p>")

    def untold(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        body = str(given.body).replace("No more than this.", "An excerpt by hand.")
        return replace(given, body=body) if path == CATEGORY else given

    long.site.rules.append(untold)
    cut = (await shown(long))[-1]
    assert (cut.body.text, cut.kind) == ("An excerpt by hand.", Kind.EXCERPT)

    made = await whole(long.visitor, long.archive, cut, now())

    assert made is not None
    assert made.body.text == "No more than this."


@pytest.mark.parametrize(
    ("link", "feed"),
    [
        ("https://a.example/2012/one/", "https://a.example/2012/one/feed/?withoutcomments=1"),
        ("https://a.example/one#top", "https://a.example/one/feed/?withoutcomments=1"),
        (
            "https://a.example/2012/%d0%be%d0%b4/",
            "https://a.example/2012/%D0%BE%D0%B4/feed/?withoutcomments=1",
        ),
        ("https://a.example/?p=5", "https://a.example/?p=5&feed=rss2&withoutcomments=1"),
    ],
)
def test_where_a_posts_own_feed_is(link: str, feed: str) -> None:
    """Below its page, or beside its number where links are plain."""
    assert own_feed(link) == feed


async def test_where_posts_have_no_feeds_their_pages_are_asked(storage: Storage) -> None:
    """A feed that is not there is looked for a few times, and not once a post."""
    async with open_long(20) as long:
        cut = await shown(long)
        long.site.rules.append(rules.no_feeds)
        before = len(long.asked())
        excerpts = Excerpts(storage, long.visitor, long.archive, now)
        document = await site_pages(long.visitor, long.archive, long.archive.url, now).page(2)
        assert document is not None
        made = [
            group[0].kind
            for drafts in (cut, document.drafts)
            for group in (await excerpts.made_whole(drafts))[0]
        ]
        feeds = [url for url in long.asked()[before:] if url.endswith("withoutcomments=1")]

    assert {Kind.PAGE} == set(made)
    assert ENOUGH == len(feeds) < len(made)
