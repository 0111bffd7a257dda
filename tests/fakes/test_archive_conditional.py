"""Conditional requests, as the servers in front of a WordPress leave them."""

import re
from datetime import timedelta
from typing import Any

import pytest

from bot.demo.front import Server
from tests.fakes.archive import LivingWordPress
from tests.fakes.reading import FEED, NOON, Got, Reader


def validators(got: Got) -> dict[str, str]:
    """What a textbook client sends back."""
    return {
        "If_None_Match": got.headers["ETag"],
        "If_Modified_Since": got.headers["Last-Modified"],
    }


GZIP_TABLE = [
    # server, Accept-Encoding, ETag seen, both validators, INM only, IMS only, both stripped
    ("nginx", "gzip", r'W/"[0-9a-f]{32}"', 200, 200, 304, 304),
    ("apache", "gzip", r'"[0-9a-f]{32}-gzip"', 200, 200, 304, 304),
    ("plain", "gzip", r'"[0-9a-f]{32}"', 304, 304, 304, 304),
    ("nginx", "identity", r'"[0-9a-f]{32}"', 304, 304, 304, 304),
    ("apache", "identity", r'"[0-9a-f]{32}"', 304, 304, 304, 304),
]


@pytest.mark.parametrize(("server", "coding", "seen", "both", "tag", "since", "bare"), GZIP_TABLE)
async def test_conditional_requests(
    reader: Reader,
    site: LivingWordPress,
    server: Server,
    coding: str,
    seen: str,
    both: int,
    tag: int,
    since: int,
    bare: int,
) -> None:
    """Which validators get a 304, for each server in front and each encoding."""
    site.server = server
    first = await reader.get(FEED, Accept_Encoding=coding)
    kept = validators(first)
    stripped = kept["If_None_Match"].removeprefix("W/").replace('-gzip"', '"')

    async def status(**headers: str) -> int:
        return (await reader.get(FEED, Accept_Encoding=coding, **headers)).status

    assert re.fullmatch(seen, first.headers["ETag"])
    assert await status(**kept) == both
    assert await status(If_None_Match=kept["If_None_Match"]) == tag
    assert await status(If_Modified_Since=kept["If_Modified_Since"]) == since
    assert await status(**kept | {"If_None_Match": stripped}) == bare
    assert await status(If_Modified_Since="not a date") == 200


async def test_304_has_no_body_and_the_sites_own_tag(reader: Reader) -> None:
    """A 304 repeats the validators, unaltered, and nothing else."""
    since = (await reader.get(FEED)).headers["Last-Modified"]
    got = await reader.get(FEED, If_Modified_Since=since)

    assert (got.status, got.body) == (304, b"")
    assert re.fullmatch(r'"[0-9a-f]{32}"', got.headers["ETag"])
    assert got.headers["Last-Modified"] == since


async def status_after(reader: Reader, change: Any) -> int:
    """Poll, change the site, and poll again as a careful client does."""
    since = (await reader.get(FEED)).headers["Last-Modified"]
    change()
    return (await reader.get(FEED, If_Modified_Since=since)).status


async def test_news_and_edits_end_the_304(reader: Reader, site: LivingWordPress) -> None:
    """A new post and an edit move the site's Last-Modified."""
    later = NOON + timedelta(minutes=5)

    assert await status_after(reader, lambda: site.write("News")) == 200
    assert await status_after(reader, lambda: site.edit(11, title="Old", modified=later)) == 200


async def test_some_changes_hide_behind_a_304(reader: Reader, site: LivingWordPress) -> None:
    """A back-dated post, and trashing one that is not the newest, leave the validators alone."""
    past = NOON - timedelta(days=300)

    assert await status_after(reader, lambda: site.write("From the past", date=past)) == 304
    assert await status_after(reader, lambda: site.trash(11)) == 304
    assert await status_after(reader, lambda: setattr(site.blog, "excerpts", True)) == 304


async def test_trashing_the_newest_moves_back(reader: Reader, site: LivingWordPress) -> None:
    """When the newest post goes, Last-Modified goes backwards."""
    site.write("Newest")
    before = (await reader.get(FEED)).headers["Last-Modified"]
    site.trash(site.posts[0].id)
    after = (await reader.get(FEED)).headers["Last-Modified"]

    assert before == "Wed, 25 Nov 2026 12:00:00 GMT"
    assert after == "Sat, 21 Nov 2026 09:30:00 GMT"


async def test_two_changes_in_one_second_hide_behind_a_304(
    reader: Reader, site: LivingWordPress
) -> None:
    """What is published in the second of the last poll stays unseen (RFC 9110, 8.8.2.2)."""
    site.write("First")
    moment = site.posts[0].date_gmt

    assert await status_after(reader, lambda: site.write("Second", date=moment)) == 304
    assert await status_after(reader, lambda: site.write("Third")) == 200
