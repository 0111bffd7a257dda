"""The script for the campaign's own site, as it is served."""

from __future__ import annotations

import re

import pytest

from config.settings import WebSettings
from storage import Storage
from tests.platforms.archive_stage import archive

LARGEST = 4400  # bytes, unpacked: every page of a site carries it


async def test_any_site_may_load_the_script(storage: Storage) -> None:
    """Its headers allow that; it is small, sets no cookie and names no other host."""
    async with archive(storage) as stage:
        got = await stage.get("/embed.js")

    assert (200, "text/javascript; charset=utf-8") == (got.status, got.headers["Content-Type"])
    assert "cross-origin" == got.headers["Cross-Origin-Resource-Policy"]
    assert len(got.body) < LARGEST
    assert "Set-Cookie" not in got.headers
    assert {"http://www.w3.org/"} == set(re.findall(r"https?://[\w./]+", got.text))
    assert [] == re.findall(r"cookie|[lL]ocalStorage|fetch\(|sendBeacon|XMLHttp", got.text)


async def test_only_what_we_read_is_left_out(storage: Storage) -> None:
    """Comments and indents stay at home; what is sent is the same program."""
    async with archive(storage) as stage:
        lines = (await stage.get("/embed.js")).text.splitlines()

    assert [] == [line for line in lines if line.startswith((" ", "//")) or not line]
    assert ("(() => {", "})();") == (lines[0], lines[-1])


@pytest.mark.parametrize(
    ("frames", "told"),
    [
        ((), "const FRAMES = [];"),
        (("https://www.lanterns.test",), 'const FRAMES = ["https://www.lanterns.test"];'),
    ],
)
async def test_the_script_knows_who_may_show_a_frame(
    storage: Storage, frames: tuple[str, ...], told: str
) -> None:
    """A page cannot see that its frame was refused, so the script is told who has one."""
    async with archive(storage, options=WebSettings(frames=frames)) as stage:
        assert told in (await stage.get("/embed.js")).text


async def test_a_script_that_a_browser_has_is_not_sent_again(storage: Storage) -> None:
    """It is kept for a while, then asked for by its tag; other frames make another script."""
    async with archive(storage) as stage:
        got = await stage.get("/embed.js")
        again = await stage.get("/embed.js", If_None_Match=got.headers["ETag"])
    async with archive(storage, options=WebSettings(frames=("https://a.test",))) as stage:
        other = await stage.get("/embed.js", If_None_Match=got.headers["ETag"])

    assert (304, b"", 200) == (again.status, again.body, other.status)
    assert "cross-origin" == again.headers["Cross-Origin-Resource-Policy"]
    assert "max-age" in again.headers["Cache-Control"]
