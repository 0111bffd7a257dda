"""Requests, against a server that misbehaves in every way a server can."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.archive import fetch
from bot.archive.fetch import Answer, Fetcher, FetchError, open_fetcher, retry_after
from bot.archive.private import is_private
from tests.fakes.archive import LivingWordPress
from tests.fakes.faults import Fault

FEED = "/category/press-releases/feed/"


@pytest.fixture
async def site() -> AsyncIterator[LivingWordPress]:
    async with LivingWordPress() as site:
        site.write("One")
        yield site


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with open_fetcher("Herald/test (press@example.org)", allow_private=True) as fetcher:
        yield fetcher


async def refusal(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(FetchError) as caught:
        await fetcher.get(url)
    assert "127.0.0.1" not in str(caught.value)
    return str(caught.value)


async def test_answer_is_unpacked(site: LivingWordPress, fetcher: Fetcher) -> None:
    """A gzip answer comes whole, with its validators as they were."""
    answer = await fetcher.get(site.url + FEED, {"If-None-Match": '"x"'})

    asked = site.requests[0]
    assert answer.status == 200
    assert answer.body.rstrip().endswith(b"</rss>")
    assert answer.headers["etag"].startswith('W/"')
    assert (answer.url, answer.moved_to) == (site.url + FEED, "")
    assert asked.headers["User-Agent"] == "Herald/test (press@example.org)"
    assert asked.headers["Accept-Encoding"] == "gzip"
    assert asked.headers["If-None-Match"] == '"x"'
    assert "Cookie" not in asked.headers


async def test_permanent_redirects_are_told_from_others(
    site: LivingWordPress, fetcher: Fetcher
) -> None:
    """A move is one only if every hop says so."""
    site.fail(Fault(status=301, redirect="/b/"), Fault(status=308, redirect=FEED))
    for_good = await fetcher.get(site.url + "/a/")
    site.fail(Fault(status=301, redirect="/b/"), Fault(status=302, redirect=FEED))
    for_now = await fetcher.get(site.url + "/a/")

    assert (for_good.url, for_good.moved_to) == (site.url + FEED, site.url + FEED)
    assert (for_now.url, for_now.moved_to) == (site.url + FEED, "")


async def test_circles_and_long_ways_end(site: LivingWordPress, fetcher: Fetcher) -> None:
    """A redirect in a circle is noticed; ten hops are followed, not eleven."""
    site.fail(Fault(status=301, redirect="/b"), Fault(status=301, redirect="/a"))
    circle = await refusal(fetcher, site.url + "/a")
    site.fail(*(Fault(status=302, redirect=f"/{n}") for n in range(9)), Fault(redirect=FEED))
    ten = await fetcher.get(site.url + "/")
    site.fail(*(Fault(status=302, redirect=f"/{n}") for n in range(11)))
    eleven = await refusal(fetcher, site.url + "/")

    assert circle == "The archive redirects in a circle."
    assert ten.status == 200
    assert eleven == "The archive redirects more than 10 times."


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://a.example/", "http://[bad"])
async def test_redirects_lead_to_the_web_only(
    site: LivingWordPress, fetcher: Fetcher, place: str
) -> None:
    """A redirect to another scheme, or to no address at all, is refused."""
    site.fail(Fault(status=301, redirect=place))

    assert "address" in await refusal(fetcher, site.url + "/")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
async def test_private_addresses_are_refused(site: LivingWordPress, host: str) -> None:
    """By name or in numbers: nothing on a private network is asked unless that is allowed."""
    port = site.url.rpartition(":")[2]
    async with open_fetcher("Herald/test") as fetcher:
        reason = await refusal(fetcher, f"http://{host}:{port}{FEED}")

    assert reason == "The archive is at a private address, which the settings do not allow."
    assert site.requests == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.1", True), ("169.254.169.254", True), ("100.64.0.1", True), ("0.0.0.0", True),
        ("224.0.0.1", True), ("::ffff:10.0.0.1", True), ("fe80::1%eth0", True), ("fc00::1", True),
        ("93.184.215.14", False), ("2606:2800:21f::1", False), ("press.example", False),
    ],
)  # fmt: skip
def test_private_is_what_is_not_open(address: str, expected: bool) -> None:
    """Link-local, shared, mapped and unspecified addresses count as private."""
    assert is_private(address) is expected


@pytest.mark.parametrize("fault", [Fault(huge=11_000_000), Fault(bomb=200_000_000)])
async def test_too_large_is_refused(site: LivingWordPress, fetcher: Fetcher, fault: Fault) -> None:
    """More than the limit is not taken in, packed or not."""
    site.fail(fault)

    assert "larger than 10,000,000 bytes" in await refusal(fetcher, site.url + FEED)


async def test_answer_that_breaks_off_is_refused(site: LivingWordPress, fetcher: Fetcher) -> None:
    """Half an answer is none."""
    site.fail(Fault(cut=100))

    assert await refusal(fetcher, site.url + FEED) == (
        "The archive's answer broke off or was not HTTP."
    )


@pytest.mark.parametrize(
    ("coding", "reason"),
    [("br", "packed in a way nobody asked for"), ("gzip", "cannot be unpacked")],
)
async def test_strange_packing_is_refused(
    site: LivingWordPress, fetcher: Fetcher, coding: str, reason: str
) -> None:
    """What is packed otherwise, or only says that it is packed, is no answer."""
    site.server = "plain"
    site.fail(Fault(body="plain", headers={"Content-Encoding": coding}))

    assert reason in await refusal(fetcher, site.url + FEED)


def test_gzip_of_several_members_is_whole() -> None:
    """Members follow each other in one stream (RFC 1952, 2.2); half of one is noticed."""
    packed, unpack, text = gzip.compress(b"one ") + gzip.compress(b"two"), fetch._Gzip(), b""
    while packed:
        piece, packed = unpack.step(packed)
        text += piece

    assert (text, unpack.whole) == (b"one two", True)


async def test_silence_and_no_one_there(
    site: LivingWordPress, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that never answers, a port without one, a name that is none."""
    monkeypatch.setattr(fetch, "SECONDS", 0.2)
    site.fail(Fault(hang=60))
    assert "did not answer" in await refusal(fetcher, site.url + FEED)
    monkeypatch.undo()
    assert "could not be reached" in await refusal(fetcher, "http://127.0.0.1:1/")
    assert "not found" in await refusal(fetcher, "http://nowhere.invalid/")


async def test_body_of_an_error_is_not_taken(site: LivingWordPress, fetcher: Fetcher) -> None:
    """Only 200 has a body for us, but the headers of others count."""
    site.maintenance = True

    answer = await fetcher.get(site.url + FEED)

    assert (answer.status, answer.body, answer.headers["retry-after"]) == (503, b"", "600")


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("600", 600.0), (" 0 ", 0.0), ("", None), ("soon", None), ("-5", None),
        ("9" * 40, 999999999),
        ("Wed, 25 Nov 2026 12:01:00 GMT", 60.0), ("Wed, 25 Nov 2026 11:00:00 GMT", 0.0),
    ],
)  # fmt: skip
def test_retry_after(words: str, seconds: float | None) -> None:
    """Seconds or a date; nonsense is as if nothing had been said."""
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)

    assert retry_after(Answer(503, {"retry-after": words}).headers, now) == seconds


async def test_http_proxy_is_used(site: LivingWordPress) -> None:
    """Through a proxy the request is made of the proxy, with the whole address."""
    async with open_fetcher("Herald/test", allow_private=True, proxy=site.url) as fetcher:
        await fetcher.get("http://press.example/feed/")

    assert site.requests[0].headers["Host"] == "press.example"


async def test_socks_proxy_that_is_not_there() -> None:
    """A proxy that cannot be reached is a failure like any other."""
    async with open_fetcher("Herald/test", proxy="socks5://127.0.0.1:1") as fetcher:
        assert "could not be reached" in await refusal(fetcher, "http://press.example/")
