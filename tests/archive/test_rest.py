"""Reading an archive by the REST API of WordPress."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.archive import rest as rest_way
from bot.archive.fetch import open_fetcher
from bot.archive.rest import Rest
from bot.archive.visitor import Visitor
from bot.archive.ways import NoWay
from bot.demo.blog import Answer, Blog
from storage.model import Archive, Glimpse, Kind
from tests.archive.long_site import FIRST, Long, now, open_long, releases, titles
from tests.fakes.captures import Replay
from tests.fakes.faults import Fault
from tests.fakes.rules import FORM, protects, rest_closed, without

POSTS = "/wp-json/wp/v2/posts"


@pytest.fixture
async def long() -> AsyncIterator[Long]:
    async with open_long() as opened:
        yield opened


def rest_of(long: Long) -> Rest:
    return Rest(long.visitor, long.archive, f"{long.site.url}{POSTS}?categories=2", now)


async def test_all_releases_oldest_first(long: Long, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page, in the order of publication, until None; and no news among them."""
    monkeypatch.setattr(rest_way, "PER_PAGE", 10)
    rest = rest_of(long)

    assert await rest.last() == 3
    assert rest.total == 23
    pages = [await rest.page(number) for number in (1, 2, 3)]
    assert [titles(page) for page in pages] == [releases(1, 10), releases(11, 20), releases(21, 23)]
    assert await rest.page(4) is None
    assert {draft.kind for page in pages if page for draft in page.drafts} == {Kind.REST}


async def test_empty_collection_has_no_page(long: Long) -> None:
    """Where there is nothing, there is no first page."""
    rest = Rest(long.visitor, long.archive, f"{long.site.url}{POSTS}?categories=3", now)

    assert await rest.last() == 0
    assert await rest.page(1) is None


async def test_posts_of_one_second_keep_the_order_of_their_numbers(long: Long) -> None:
    """Two that share an instant come in the order in which they were written."""
    at = FIRST + timedelta(days=900)
    for name in ("Twin A", "Twin B", "Twin C"):
        long.site.write(name, date=at)

    page = await rest_of(long).page(1)

    assert titles(page)[-3:] == ["Twin A", "Twin B", "Twin C"]


async def test_list_shows_all_that_there_is(long: Long, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each post once, with what it is known by; the texts stay where they are."""
    monkeypatch.setattr(rest_way, "PER_PAGE", 10)
    post = long.site.edit(11, modified=datetime(2026, 3, 1, 8, tzinfo=UTC))

    found = await rest_of(long).listing()

    assert (len(found.glimpses), found.whole) == (23, True)
    assert found.glimpses[0] == Glimpse(
        key=f"{long.site.url}/?p=11",
        aliases=("?p=11", f"/2012/{post.slug}", "post:11"),
        modified="2026-03-01T08:00:00",
        number=11,
    )
    assert all("content.protected" in target for target in long.asked())


async def test_list_with_a_gap_is_not_whole(long: Long, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken away while the list is read leaves it in doubt; read again it is whole."""
    monkeypatch.setattr(rest_way, "PER_PAGE", 10)

    def taken(blog: Blog, path: str, query: dict[str, str], given: Answer) -> Answer:
        if query.get("page") == "1" and 11 in blog.posts:
            long.site.trash(11)
        return given

    long.site.rules.append(taken)
    found = await rest_of(long).listing()
    again = await rest_of(long).listing()

    assert found.whole is False
    assert (len(again.glimpses), again.whole) == (22, True)


async def test_list_without_a_total_is_not_whole(long: Long) -> None:
    """Where nobody says how many there are, what is missing may still be there."""
    long.site.rules.append(without("X-WP-Total"))
    rest = rest_of(long)

    found = await rest.listing()

    assert (len(found.glimpses), found.whole) == (23, False)
    assert (rest.total, await rest.last()) == (None, 1)


async def test_protected_posts_are_not_taken(long: Long) -> None:
    """A post with a password is refused with that reason, and the list does not show it."""
    post = long.site.write("Secret", FORM)
    long.site.rules.append(protects(post.id))
    rest = rest_of(long)

    page, listed = await rest.page(1), await rest.listing()

    assert page is not None
    assert page.refused == ((long.site.blog.permalink(post), "It is protected by a password."),)
    assert (len(page.drafts), len(listed.glimpses), listed.whole) == (23, 23, True)


async def test_posts_by_their_numbers(long: Long, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those asked for come whole and oldest first; what is gone or no release is left out."""
    monkeypatch.setattr(rest_way, "PER_PAGE", 2)
    long.site.trash(13)

    rest = rest_of(long)
    await rest.newest(1)

    found = await rest.posts([15, 11, 13, 12, 17])

    assert titles(found) == ["Release 1", "Release 3", "Release 4"]
    assert (len(long.asked()), rest.total) == (1 + 3, 22)


async def test_page_that_is_too_large_is_asked_for_in_parts(
    long: Long, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred long posts may be more than is taken: then ten at a time make up the same page."""
    monkeypatch.setattr(rest_way, "PER_PAGE", 20)
    monkeypatch.setattr(rest_way, "FEWER", 5)
    long.site.fail(Fault(bomb=20_000_000), *[Fault()] * 4, Fault(bomb=20_000_000))
    rest = rest_of(long)

    first, there = await rest.page(1), len(long.asked())
    second = await rest.page(2)

    assert (titles(first), there) == (releases(1, 20), 5)
    assert titles(second) == releases(21, 23)


async def test_too_many_large_posts_are_asked_for_by_halves(long: Long) -> None:
    """Posts asked for by number come in as many answers as they need."""
    long.site.fail(Fault(bomb=20_000_000), Fault(bomb=20_000_000))

    found = await rest_of(long).posts([11, 13, 15, 17])

    assert titles(found) == releases(1, 4)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=401), Fault(status=403), Fault(status=404), Fault(status=400),
        Fault(body="<html><body>Soon back.</body></html>"), Fault(body='{"code":"rest_no_route"}'),
        Fault(body='[{"id":1}]'), Fault(body="[1,2]"), Fault(body="[{]"), Fault(body=""),
    ],
)  # fmt: skip
async def test_what_is_no_list_of_posts_is_no_way(long: Long, fault: Fault) -> None:
    """An API that is closed, or answers with anything else, says nothing of what there is."""
    for ask in (rest_of(long).listing, lambda: rest_of(long).page(1), rest_of(long).last):
        long.site.fail(fault)
        with pytest.raises(NoWay):
            await ask()


async def test_closed_api_is_no_way(long: Long) -> None:
    """So is one that only answers those who are logged in."""
    long.site.rules.append(rest_closed)

    with pytest.raises(NoWay, match="status 401"):
        await rest_of(long).listing()


async def test_real_answers(wordpress: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a real WordPress said is read whole: two pages, and a list of as many."""
    monkeypatch.setattr(rest_way, "PER_PAGE", 20)
    async with (
        Replay(wordpress) as site,
        open_fetcher("Herald/test", allow_private=True) as fetcher,
    ):
        rest = Rest(
            Visitor(fetcher, now),
            Archive("press", site.url),
            f"{site.url}{POSTS}?categories=2",
            now,
        )
        found = [await rest.page(number) for number in (1, 2, 3)]
        listed = await rest.listing()

    assert [page and len(page.drafts) + len(page.refused) for page in found] == [20, 13, None]
    assert (len(listed.glimpses), listed.whole, rest.total) == (33, True, 33)
    kept = {draft.aliases for page in found if page for draft in page.drafts}
    assert len(kept & {glimpse.aliases for glimpse in listed.glimpses}) == 32
