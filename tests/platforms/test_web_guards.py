"""Who may ask the web chat what: forged, oversized and broken requests are refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.platforms.web import guards
from bot.platforms.web.asked import BODY_BYTES
from storage import Storage
from tests.platforms.web_stage import HEADERS, Stage, at_work, opened

AWAY = {"Origin": "https://elsewhere.example"}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Herald": None}, 403),
        ({"X-Herald": "other"}, 403),
        (AWAY, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "http://127.0.0.1.elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({"Origin": None}, 200),
        ({"Sec-Fetch-Site": None}, 200),
    ],
)
@pytest.mark.parametrize("path", ["/chat/say", "/chat/leave"])
async def test_only_the_chats_own_page_may_act(
    stage: Stage, path: str, headers: dict[str, str | None], status: int
) -> None:
    """No other site's page can say or erase anything in a visitor's name (CSRF)."""
    browser = await stage.visitor()
    await browser.say("/subscribe")
    given = HEADERS | {"Origin": stage.url, "Content-Type": "application/json"} | headers
    sent = {name: value for name, value in given.items() if value is not None}
    told = await browser.ask("POST", path, data=b'{"words": "/unsubscribe"}', headers=sent)

    assert status == told.status
    assert (status == 200) == (await stage.storage.subscribers.counts() == {})
    if status != 200:
        assert {"error"} == set(told.json)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("x.example", 200),
        ("X.Example.:443", 200),
        ("127.0.0.1", 200),
        ("localhost:8080", 200),
        ("[::1]:8080", 200),
        ("elsewhere.example", 403),
        ("x.example.elsewhere.example", 403),
        ("", 403),
    ],
)
async def test_a_name_that_is_not_ours_gets_no_chat(
    storage: Storage, host: str, status: int
) -> None:
    """Somebody else's name for our machine opens no conversation (DNS rebinding)."""
    async with at_work(storage, public_url="https://x.example") as stage:
        browser = stage.browser(Host=host)
        told = await browser.get("/chat/welcome")
        said = await browser.ask(
            "POST", "/chat/say", json={"words": "/help"},
            headers={**HEADERS, "Origin": f"https://{host}"},
        )  # fmt: skip

    assert status == told.status
    assert 403 == said.status or status == 200


async def test_a_machine_on_a_network_has_whatever_name_it_has(storage: Storage) -> None:
    """Where it listens for others and no address is set, it is at home under any name."""
    async with at_work(storage, host="0.0.0.0") as stage:
        told = await stage.browser(Host="server.lan:8080").post(
            "/chat/say", {"words": "/help"}, Origin="http://server.lan:8080"
        )

    assert 200 == told.status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b'{"words": 1}', 400),
        (b'{"words": null, "press": "latest"}', 400),
        (b'{"press": "la\\ntest"}', 400),
        (b'{"press": "' + b"x" * 65 + b'"}', 400),
        (b'{"press": "latest", "under": 1}', 400),
        (b'{"words": "  \\n "}', 400),
        (b'{"words": "/latest", "language": 1, "timezone": []}', 200),
        (b'{"words": "' + b"x" * 4000 + b'"}', 200),
        (b'{"words": "' + b"x" * 4001 + b'"}', 413),
        (b'{"words": "' + b"x" * BODY_BYTES + b'"}', 413),
        (b"[" * BODY_BYTES, 400),
        (b'{"words": "half \\ud83d"}', 200),
    ],
    ids=range(16),
)
async def test_what_cannot_be_read_is_answered_in_a_sentence(
    stage: Stage, body: bytes, status: int
) -> None:
    """Broken, empty and oversized requests get their status and words, and no cookie."""
    browser = stage.browser()
    told = await browser.ask(
        "POST", "/chat/say", data=body, headers=HEADERS | {"Content-Type": "application/json"}
    )

    assert status == told.status
    if status != 200:
        assert told.json["error"].endswith(".")
        assert "" == browser.cookie


async def test_a_body_that_does_not_say_its_length_is_cut_off_too(stage: Stage) -> None:
    """Sent in pieces, what is too long is refused before it is all read."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1000

    try:
        told = await stage.browser().ask(
            "POST", "/chat/say", data=pieces(),
            headers=HEADERS | {"Content-Type": "application/json"},
        )  # fmt: skip
    except aiohttp.ClientError:
        return  # it was hung up on while it still wrote

    assert 413 == told.status


async def test_refusals_speak_the_readers_language(stage: Stage) -> None:
    """A sentence comes in the language that the page names, else the browser's."""
    browser = stage.browser(**{"Accept-Language": "ru"})
    named = await browser.post("/chat/say", {"words": "", "language": "en"})
    guessed = await browser.post("/chat/say", {"words": "x"}, **AWAY)

    assert "There is nothing in it. Please write a word or two." == named.json["error"]
    assert "Это пришло не со страницы чата." in guessed.json["error"]


async def test_new_visitors_of_one_network_are_limited_and_others_are_not(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy, the last address that it names is the visitor's; a known one goes on."""
    known = stage.browser(**{"X-Forwarded-For": "198.51.100.7"})
    await known.say("/help")
    flood = [
        await stage.browser(**{"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.7"}).say("/help")
        for n in range(guards.NEWCOMERS.burst)
    ]
    other = await stage.browser(**{"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}).say("/help")

    assert 200 == flood[0].status
    assert 429 == flood[-1].status
    assert "your network" in flood[-1].json["error"]
    assert 200 == (await known.say("/latest")).status
    assert 200 == other.status


async def test_a_proxy_that_names_nobody_limits_nobody(stage: Stage) -> None:
    """Where all seem to come from the proxy itself, they are not limited together."""
    told = [await stage.browser().say("/help") for _ in range(guards.NEWCOMERS.burst + 5)]

    assert {200} == {one.status for one in told}


async def test_who_asks_too_fast_hears_so_once_and_keeps_the_cookie(stage: Stage) -> None:
    """The limit of what one person may ask holds here, too."""
    browser = await stage.visitor()
    told = [await browser.say("/help") for _ in range(25)]
    said = [one.json["message"] and one.json["message"]["text"] for one in told]

    assert {200} == {one.status for one in told}
    assert 1 == sum("more than I can answer at once" in (text or "") for text in said)
    assert said[-1] is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("93.184.216.34", None, "93.184.216.34"),
        ("93.184.216.34", "203.0.113.9", "93.184.216.34"),
        ("127.0.0.1", None, ""),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "unknown", ""),
        ("127.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("127.0.0.1", "[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("::ffff:93.184.216.34", None, "93.184.216.34"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
    ],
)
def test_a_network_is_told_by_peer_or_proxy(
    peer: str, forwarded: str | None, expected: str
) -> None:
    """Only a proxy on our own side is believed, and a household is one network."""
    from aiohttp.test_utils import make_mocked_request

    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=peer)

    assert expected == guards.network(request)


async def test_searches_of_one_network_are_limited(stage: Stage) -> None:
    """They read the whole archive: the others, on all platforms, go on being answered."""
    here = stage.browser(**{"X-Forwarded-For": "198.51.100.7"})
    flood = [
        (await here.get(f"/releases?q=dam{n}")).status for n in range(guards.SEARCHES.burst + 1)
    ]
    other = stage.browser(**{"X-Forwarded-For": "198.51.100.8"})

    assert (200, 429) == (flood[0], flood[-1])
    assert 200 == (await other.get("/releases?q=dam")).status
    assert 200 == (await here.get("/releases")).status


async def test_a_frame_without_https_is_not_offered(tmp_path: Path) -> None:
    """Its cookie would be refused: the script opens a window instead."""
    frames = ["https://www.lanterns.test"]
    async with opened(tmp_path, frames=frames, public_url="http://chat.test") as stage:
        plain = (await stage.browser(Host="chat.test").get("/embed.js")).body.decode()

    assert "const FRAMES = [];" in plain
