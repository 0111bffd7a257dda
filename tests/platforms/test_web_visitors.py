"""Who is known to the web chat: the cookie that a visitor gets, and what a strange one is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.platforms.web.visitors import newcomer
from storage import Storage, open_storage
from storage.model import Address
from storage.seal import Seal
from tests.platforms.web_stage import Stage, at_work, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as made:
        yield made


async def test_the_first_question_brings_a_cookie_and_the_next_ones_none(stage: Stage) -> None:
    """A visitor is known from the first question on, and the cookie is as closed as it can be."""
    browser = stage.browser()
    first = await browser.say("/subscribe")
    second = await browser.say("/subscribe")
    attributes = first.cookies[0].split("; ")[1:]

    assert [False, ""] == [first.json["renewed"], first.json["notice"]]
    assert ["Path=/", "Max-Age=34560000", "HttpOnly", "SameSite=Lax"] == attributes
    assert [] == second.cookies
    assert "already" in second.text
    assert {"web": 1} == await stage.storage.subscribers.counts()


async def test_an_address_is_a_random_number_that_the_cookie_hides(stage: Stage) -> None:
    """Two visitors have two addresses of 22 characters, and no cookie shows one."""
    one, other = [await stage.visitor() for _ in range(2)]
    addresses = [stage.address(one), stage.address(other)]

    assert [22, 22] == [len(address.chat) for address in addresses]
    assert addresses[0] != addresses[1]
    assert addresses[0].chat not in one.cookie


async def test_a_cookie_is_renewed_once_a_day(tmp_path: Path) -> None:
    """Who comes back on another day is given the cookie anew, for the same address."""
    async with opened(tmp_path) as stage:
        browser = await stage.visitor()
        address = stage.address(browser)
        browser.cookie = browser.cookie.rpartition(".")[0] + ".20261101"
        told = await browser.say("/latest")
        again = await browser.say("/latest")

        assert [1, 0] == [len(told.cookies), len(again.cookies)]
        assert address == stage.address(browser)
        assert not told.json["renewed"]


@pytest.mark.parametrize(
    ("public_url", "frames", "framed", "expected"),
    [
        ("https://x.example", (), False, ["HttpOnly", "Secure", "SameSite=Lax"]),
        ("https://x.example", (), True, ["HttpOnly", "Secure", "SameSite=Lax"]),
        (
            "https://x.example", ("https://y.example",), False,
            ["HttpOnly", "Secure", "SameSite=Lax"],
        ),
        (
            "https://x.example", ("https://y.example",), True,
            ["HttpOnly", "Secure", "SameSite=None", "Partitioned"],
        ),
        ("http://x.example", ("https://y.example",), True, ["HttpOnly", "SameSite=Lax"]),
    ],
)  # fmt: skip
async def test_only_a_frame_that_is_allowed_gets_a_cookie_for_frames(
    storage: Storage, public_url: str, frames: tuple[str, ...], framed: bool, expected: list[str]
) -> None:
    """SameSite=None only in a frame of a named site, over https, and parted by that site."""
    headers = {"X-Herald-Frame": "1"} if framed else {}
    async with at_work(storage, public_url=public_url, frames=frames) as stage:
        told = await stage.browser(Host="x.example").post(
            "/chat/say", {"words": "/help"}, Origin=public_url, **headers
        )

    assert expected == told.cookies[0].split("; ")[3:]


@pytest.mark.parametrize("cookie", ["x", "a.b", "A" * 60 + ".20261125", "é", "A" * 4000, "…"])
async def test_a_forged_cookie_is_nobody(stage: Stage, cookie: str) -> None:
    """What we did not make is replaced at the next question, and the visitor may go on."""
    browser = stage.browser(cookie)
    page = await browser.get("/chat/events")
    told = await browser.say("/help")

    assert 204 == page.status
    assert told.json["renewed"]
    assert stage.address(browser)


async def test_a_cookie_of_another_installation_is_said_to_be_lost(
    stage: Stage, tmp_path: Path
) -> None:
    """Whoever was subscribed at another key hears that they are not here, as soon as they look
    and until they are known again.
    """
    async with open_storage(tmp_path / "other.db", Seal(b"o" * 32)) as other:
        token = other.mailboxes.token(newcomer())
    browser = stage.browser(f"{token}.20261101")
    loaded = await browser.get("/chat/welcome?language=en")
    first = await browser.say("/latest")
    second = await browser.say("/latest")

    assert first.json["renewed"]
    assert "please subscribe once more" in loaded.json["notice"]
    assert loaded.json["notice"] == first.json["notice"]
    assert "" == (await browser.get("/chat/welcome")).json["notice"]
    assert "" == (await stage.browser().get("/chat/welcome")).json["notice"]
    assert [False, ""] == [second.json["renewed"], second.json["notice"]]


async def test_a_cookie_for_another_platform_is_nobody(stage: Stage) -> None:
    """A token that was made for something else opens nothing here."""
    token = stage.storage.mailboxes.token(Address("matrix", "A" * 22))

    assert 204 == (await stage.browser(f"{token}.20261125").get("/chat/events")).status
