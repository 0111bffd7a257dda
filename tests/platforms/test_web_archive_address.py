"""Where the pages say they are: what the operator named, never what a stranger calls us."""

from __future__ import annotations

import re

import pytest

from config.settings import WebSettings
from storage import Storage
from tests.fakes.releases import draft
from tests.platforms.archive_stage import archive, keep, values
from tests.platforms.web_stage import HEADERS, at_work

PUNYCODE = "xn--b1agjinxh.xn--p1ai"


async def test_an_address_in_any_script_is_at_home(storage: Storage) -> None:
    """Browsers send it in the letters of the DNS; visitors may ask, links lead there."""
    await keep(storage, draft(1))
    async with at_work(storage, public_url="https://вестник.рф/") as stage:
        browser = stage.browser(Host=PUNYCODE)
        told = await browser.get("/chat/welcome")
        said = await browser.ask(
            "POST", "/chat/say", json={"words": "/help"},
            headers={**HEADERS, "Origin": f"https://{PUNYCODE}"},
        )  # fmt: skip
        page = (await browser.get("/releases/1")).body.decode()

    assert (200, 200) == (told.status, said.status)
    assert [f"https://{PUNYCODE}/releases/1"] == values(page, "[property='og:url']", "content")


@pytest.mark.parametrize(
    ("host", "home"),
    [
        ("localhost:9999", "http://localhost:9999"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("192.0.2.7", "http://192.0.2.7"),
        ("evil.test", None),
        ("evil.test:8080", None),
        ("127.0.0.1.evil.test", None),
        ('a"b', None),
    ],
)
async def test_a_feed_is_at_no_name_that_is_not_ours(
    storage: Storage, host: str, home: str | None
) -> None:
    """It has to have whole addresses; a stranger's name for us is refused, and not repeated."""
    await keep(storage, draft(1))
    async with archive(storage) as stage:
        got = await stage.get("/feed.xml", Host=host)

    assert (200 if home else 403) == got.status
    assert ([f"{home}/feed.xml"] if home else []) == re.findall("<id>(.*?/feed.xml)</id>", got.text)
    assert "evil" not in got.text


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1"])
async def test_a_feed_with_an_address_is_there(storage: Storage, host: str) -> None:
    """Whatever its reader calls us."""
    await keep(storage, draft(1))
    async with archive(storage, options=WebSettings(public_url="https://x.test")) as stage:
        got = await stage.get("/feed.xml", Host=host)

    assert ["https://x.test/feed.xml"] == re.findall("<id>(.*?/feed.xml)</id>", got.text)
    assert "evil" not in got.text


async def test_a_feed_of_one_language_is_not_taken_for_the_other(storage: Storage) -> None:
    """Where all releases are in one, both feeds have the same in them, and each its own name."""
    await keep(storage, draft(1))
    async with archive(storage) as stage:
        names = [
            re.findall("<id>(.*?)</id>", (await stage.get(path)).text)[0]
            for path in ("/feed.xml", "/feed.xml?of=en")
        ]

    assert [f"{stage.url}/feed.xml", f"{stage.url}/feed.xml?of=en"] == names
