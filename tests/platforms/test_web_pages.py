"""What the web port shows: the chat's page, files, and headers that keep readers safe."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import Storage
from tests.platforms.web_stage import Stage, Told, at_work, opened

PATHS = [
    "/", "/?lang=ru", "/static/chat.js", "/static/nothing.js", "/chat/welcome", "/chat/events",
    "/chat/picture/1", "/releases", "/releases/1", "/releases/999", "/feed.xml", "/embed.js",
    "/nothing", "/static/../platform.py", "/static/..%2fplatform.py", "//elsewhere.example/",
]  # fmt: skip


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as made:
        yield made


async def raw(stage: Stage, path: str, method: str = "GET", **headers: str) -> Told:
    """What is on the wire: nothing is unpacked."""
    async with stage.session.request(
        method, stage.url + path, headers={"Accept-Encoding": "", **headers},
        auto_decompress=False, allow_redirects=False,
    ) as got:  # fmt: skip
        return Told(got.status, got.headers, await got.read(), got.headers.getall("Set-Cookie", []))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
async def test_every_answer_keeps_its_reader_safe(stage: Stage, path: str, method: str) -> None:
    """Whatever is asked, however: no inline script, no foreign host, no frame, no guessing."""
    told = await raw(stage, path, method)
    policy = told.headers["Content-Security-Policy"].split("; ")

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in told.headers["Content-Security-Policy"]
    assert "no-referrer" == told.headers["Referrer-Policy"]
    assert "nosniff" == told.headers["X-Content-Type-Options"]
    assert "same-origin" == told.headers["Cross-Origin-Opener-Policy"]
    foreign = path == "/embed.js" and method in ("GET", "HEAD")
    assert ("cross-origin" if foreign else "same-origin") == (
        told.headers["Cross-Origin-Resource-Policy"]
    )
    assert {"camera=()", "geolocation=()"} <= set(told.headers["Permissions-Policy"].split(", "))
    assert "Cache-Control" in told.headers
    assert "aiohttp" not in told.headers["Server"]
    assert [] == told.cookies
    assert method != "HEAD" or b"" == told.body
    assert told.status != 500
    if method in ("DELETE", "OPTIONS"):
        assert (405, True) == (told.status, "GET" in told.headers["Allow"])


async def test_refusals_are_safe_too(stage: Stage) -> None:
    """A refused request gets the same headers as any other."""
    told = await stage.browser().post("/chat/say", {}, Origin="https://elsewhere.example")

    assert 403 == told.status
    assert "nosniff" == told.headers["X-Content-Type-Options"]
    assert "no-store" == told.headers["Cache-Control"]


async def test_a_stream_is_safe_too(stage: Stage) -> None:
    """Events carry the headers from their beginning, and nobody on the way may hold them back."""
    page = await (await stage.visitor()).open()
    headers = page.response.headers

    assert "text/event-stream; charset=utf-8" == headers["Content-Type"]
    assert ["no", "no-store"] == [headers["X-Accel-Buffering"], headers["Cache-Control"]]
    assert "default-src 'none'" in headers["Content-Security-Policy"]


async def test_only_named_sites_may_have_the_chat_in_a_frame(storage: Storage) -> None:
    """The page in a frame is for the sites of the settings; every other page is for none."""
    site = "https://campaign.example"
    async with at_work(storage, public_url="https://x.example", frames=(site,)) as stage:
        plain, framed, archive = [
            await stage.browser(Host="x.example").get(path)
            for path in ("/", "/?frame=1", "/releases?frame=1")
        ]

    assert ["'none'", site, "'none'"] == [
        told.headers["Content-Security-Policy"].partition("frame-ancestors ")[2]
        for told in (plain, framed, archive)
    ]
    assert ["DENY", None, "DENY"] == [
        told.headers.get("X-Frame-Options") for told in (plain, framed, archive)
    ]
    assert ("data-frame" in framed.body.decode(), "data-frame" in plain.body.decode()) == (
        True, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "accepted", "expected"),
    [
        ("/", "", "en"),
        ("/", "ru", "ru"),
        ("/", "de, ru;q=0.7, en;q=0.3", "ru"),
        ("/?lang=en", "ru", "en"),
        ("/?lang=ru", "en", "ru"),
        ("/?lang=xx", "ru", "ru"),
        ("/?lang=<script>", "", "en"),
    ],
)
async def test_the_page_speaks_its_readers_language(
    stage: Stage, path: str, accepted: str, expected: str
) -> None:
    """Named in the address, else preferred by the browser; caches are told what it hangs on."""
    told = await raw(stage, path, **{"Accept-Language": accepted})

    assert f'<html lang="{expected}"' in told.body.decode()
    assert "Accept-Language, Cookie" in told.headers.getall("Vary")  # type: ignore[attr-defined]
    assert "private, no-cache" == told.headers["Cache-Control"]


async def test_a_choice_goes_before_what_the_address_names(stage: Stage) -> None:
    """Who chose a language in the chat gets the page in it."""
    browser = await stage.visitor()
    await browser.press("settings language ru")

    assert '<html lang="ru"' in (await browser.get("/?lang=en")).body.decode()


async def test_the_page_has_no_script_or_style_of_its_own(stage: Stage) -> None:
    """All that runs comes from files of ours: what stands in the page is data."""
    page = (await raw(stage, "/")).body.decode()
    scripts = re.findall(r"<script\b([^>]*)>", page)

    assert [] == [s for s in scripts if "src=" not in s and "application/json" not in s]
    assert [] == re.findall(r"""\s(?:on\w+|style)\s*=\s*["']""", page)
    assert "<style" not in page
    assert [] == re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)


async def test_files_are_kept_for_ever_under_their_version(stage: Stage) -> None:
    """Asked for by version they are never asked for again; else the browser asks first."""
    version = re.findall(r"/static/chat\.js\?v=(\w+)", (await raw(stage, "/")).body.decode())[0]
    ours, old, bare = [
        await raw(stage, f"/static/chat.js{query}") for query in (f"?v={version}", "?v=0", "")
    ]
    again = await raw(stage, "/static/chat.js", **{"If-None-Match": bare.headers["ETag"]})

    assert "immutable" in ours.headers["Cache-Control"]
    assert ["public, no-cache"] * 2 == [t.headers["Cache-Control"] for t in (old, bare)]
    assert ours.body == old.body == bare.body
    assert "text/javascript; charset=utf-8" == ours.headers["Content-Type"]
    assert (304, b"") == (again.status, again.body)
    assert 404 == (await raw(stage, "/static/nothing.js")).status


@pytest.mark.parametrize("path", ["/", "/static/chat.js", "/releases", "/feed.xml"])
@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip, deflate, br", True), ("br", False), ("", False), ("gzip;q=0", False)],
)
async def test_what_is_worth_it_travels_packed(
    stage: Stage, path: str, accepted: str, packed: bool
) -> None:
    """Where the reader can open it, it is gzip; unpacked it is the same to the letter."""
    plain = await raw(stage, path)
    told = await raw(stage, path, **{"Accept-Encoding": accepted})

    assert packed == (told.headers.get("Content-Encoding") == "gzip")
    assert plain.body == (gzip.decompress(told.body) if packed else told.body)
    assert "Accept-Encoding" in ", ".join(told.headers.getall("Vary"))  # type: ignore[attr-defined]


async def test_a_page_that_is_known_is_not_sent_again(stage: Stage) -> None:
    """The page of the chat has a tag, packed or not."""
    first = await raw(stage, "/")
    packed = await raw(
        stage, "/", **{"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    )

    assert (304, b"") == (packed.status, packed.body)


async def test_the_first_view_is_light(stage: Stage) -> None:
    """The page with all that it loads, packed, is 100 kB at most."""
    page = await raw(stage, "/", **{"Accept-Encoding": "gzip"})
    html = gzip.decompress(page.body).decode()
    wanted = set(re.findall(r"(/static/[\w.-]+)", html))
    sizes = [len(page.body)]
    while wanted:
        path = wanted.pop()
        told = await raw(stage, path, **{"Accept-Encoding": "gzip"})
        assert 200 == told.status, path
        sizes.append(len(told.body))
        if path.endswith(".js"):
            packed = "Content-Encoding" in told.headers
            text = (gzip.decompress(told.body) if packed else told.body).decode()
            wanted |= {f"/static/{name}" for name in re.findall(r'from "\./([\w.-]+)"', text)}

    assert sum(sizes) <= 100_000


async def test_a_request_without_a_host_is_refused(stage: Stage) -> None:
    """Nothing is looked up for it, which could hold up all others."""
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    writer.write(b"GET /releases HTTP/1.0\r\n\r\n")
    head = await asyncio.wait_for(reader.readline(), 10)
    writer.close()

    assert b" 400 " in head
