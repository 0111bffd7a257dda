"""The faults of the fake archive, its log, and its remote control."""

import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.fakes.archive import LivingWordPress
from tests.fakes.faults import Fault
from tests.fakes.reading import FEED, POSTS, Reader


async def test_maintenance(reader: Reader, site: LivingWordPress) -> None:
    """In maintenance everything, the API too, is 503 with Retry-After and a page of HTML."""
    site.maintenance = True

    for target in (FEED, POSTS, "/"):
        got = await reader.get(target)
        assert (got.status, got.headers["Retry-After"]) == (503, "600")
        assert b"Briefly unavailable" in got.plain


async def test_faults_befall_the_next_requests_only(reader: Reader, site: LivingWordPress) -> None:
    """Queued faults are used up in order, by the paths they are meant for."""
    site.fail(Fault(429, {"Retry-After": "7"}), Fault(500), times=1)
    site.fail(Fault(410, path="/wp-json/"))
    answers = [await reader.get(FEED) for _ in range(3)]

    assert [got.status for got in answers] == [429, 500, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert (await reader.get(POSTS)).status == 410


async def test_redirects_loop_or_lead_away(reader: Reader, site: LivingWordPress) -> None:
    """A redirect without an address points to the request itself."""
    site.fail(Fault(308), Fault(redirect=f"{site.url}/feed/"))
    loop, away = await reader.get(FEED), await reader.get(FEED)

    assert (loop.status, loop.headers["Location"]) == (308, site.url + FEED)
    assert (away.status, away.headers["Location"]) == (302, f"{site.url}/feed/")


async def test_cut_connection_is_noticed(reader: Reader, site: LivingWordPress) -> None:
    """A cut answer promises more than it gives."""
    site.fail(Fault(cut=500))

    with pytest.raises(aiohttp.ClientPayloadError):
        await reader.get(FEED)
    assert (await reader.get(FEED)).status == 200


async def test_hang_is_seen_on_arrival(reader: Reader, site: LivingWordPress) -> None:
    """A hanging request is in the log before it is answered, and ends with the site."""
    site.fail(Fault(hang=3600))
    waiting = asyncio.create_task(reader.get(FEED))
    asked = await site.wait_for_request(lambda asked: asked.path == FEED)

    assert asked.status is None
    assert not waiting.done()
    waiting.cancel()


async def test_huge_body_and_bomb(reader: Reader, site: LivingWordPress) -> None:
    """A huge body is as long as asked; a bomb is small on the wire and large unpacked."""
    site.fail(Fault(huge=3_000_000), Fault(bomb=3_000_000))
    huge, bomb = await reader.get(FEED), await reader.get(FEED)

    assert len(huge.body) == 3_000_000
    assert len(bomb.body) < 10_000
    assert len(bomb.plain) == 3_000_000


async def test_wrong_charset(reader: Reader, site: LivingWordPress) -> None:
    """A body in an encoding that is not the declared one."""
    site.fail(Fault(charset="windows-1251"))
    got = await reader.get("/category/press-releases-ru/feed/")

    assert "Мережина".encode("windows-1251") in got.plain
    assert got.headers["Content-Type"].endswith("charset=UTF-8")


async def test_log_and_waiting(reader: Reader, site: LivingWordPress) -> None:
    """The log holds method, target, headers and status; one can wait for a number of them."""
    waiting = asyncio.create_task(site.wait_for_request(2))
    await reader.get(FEED, User_Agent="Herald/test")
    await reader.get(f"{FEED}?paged=2")
    second = await waiting

    assert (second.method, second.target, second.status) == ("GET", f"{FEED}?paged=2", 200)
    assert site.requests[0].headers["user-agent"] == "Herald/test"
    with pytest.raises(TimeoutError):
        await site.wait_for_request(lambda asked: asked.status == 304, timeout=0.01)


async def test_remote_control(reader: Reader, site: LivingWordPress) -> None:
    """All of it can be done from another process, in JSON; none of it enters the log."""
    made = await reader.do("publish", title="Remote", date="2026-11-25T12:30:00+00:00")
    edited = await reader.do("edit", id=made["id"], title="Remoter", slug="remoter")
    switched = await reader.do("set", server="apache", excerpts=True, maintenance=False)
    await reader.do("fault", status=503, times=2)
    entries = [(await reader.get(FEED)).status for _ in range(3)]
    await reader.do("trash", id=made["id"])
    log = await reader.do("requests")
    refused = await reader.do("set", colour="blue")

    assert edited["link"] == f"{site.url}/2026/remoter/"
    assert (switched["server"], switched["excerpts"]) == ("apache", True)
    assert entries == [503, 503, 200]
    assert made["id"] in site.blog.trashed
    assert [asked["status"] for asked in log] == entries
    assert "colour" in refused["error"]


async def test_runs_as_a_program() -> None:
    """`python -m tests.fakes.archive` says where it serves, and serves the sample archive."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.archive", stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert program.stdout is not None
        line = (await asyncio.wait_for(program.stdout.readline(), 20)).decode()
        url = line.removeprefix("serving ").strip()
        async with aiohttp.ClientSession() as session, session.get(f"{url}/feed/") as answer:
            assert answer.status == 200
    finally:
        program.terminate()
        await program.wait()
