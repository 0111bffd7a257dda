"""Whatever a browser, a scanner or a child sends to the web port: a sentence, and it goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.platforms.web_stage import HEADERS, Stage, opened

KNOWN = {200, 204, 301, 304, 400, 403, 404, 405, 408, 410, 413, 415, 429, 503}
JSON = HEADERS | {"Content-Type": "application/json"}

_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50)
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
_NAMES = st.sampled_from(["words", "press", "under", "language", "timezone", "other"])
_objects = st.dictionaries(_NAMES, _values, max_size=6)
_talk = st.fixed_dictionaries({"words": st.text(max_size=60)}) | st.fixed_dictionaries(
    {"press": st.text(max_size=60), "under": st.text(max_size=200)}
)
_bodies = (
    st.binary(max_size=200)
    | _values.map(lambda value: json.dumps(value).encode())
    | _objects.map(lambda value: json.dumps(value).encode())
    | _talk.map(lambda value: json.dumps(value).encode())
)
_header = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
_path = st.text(st.sampled_from("/abcr0123.%2fé?&=*:-_~ \\"), max_size=30).map(lambda p: f"/{p}")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as made:
        yield made


async def _all(strategy: st.SearchStrategy[Any], check: Any, examples: int = 150) -> None:
    """Draw examples in a thread of their own, and check each where the stage lives."""
    loop = asyncio.get_running_loop()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def drawn(value: Any) -> None:
        asyncio.run_coroutine_threadsafe(check(value), loop).result(30)

    await asyncio.to_thread(drawn)


async def test_any_body_is_answered_in_json(stage: Stage) -> None:
    """Bytes, any JSON, and what nearly is a question: an answer or one sentence, never a fault."""

    async def check(body: bytes) -> None:
        for path in ("/chat/say", "/chat/leave"):
            told = await stage.browser().ask("POST", path, data=body, headers=JSON)
            assert told.status in KNOWN
            assert told.json.get("message") or told.json.get("error", "").endswith((".", "!"))
            assert b"Traceback" not in told.body

    await _all(_bodies, check)


async def test_any_header_is_nobodys_trouble(stage: Stage) -> None:
    """Cookies, languages, origins, marks and proxies' words of any kind break nothing."""
    names = ["Cookie", "Accept-Language", "Origin", "Last-Event-ID", "X-Forwarded-For", "Host",
             "If-None-Match", "Accept-Encoding", "X-Herald-Frame", "Sec-Fetch-Site"]  # fmt: skip
    given_headers = st.dictionaries(st.sampled_from(names), _header, max_size=4)

    async def check(headers: dict[str, str]) -> None:
        browser = stage.browser()
        for path in ("/", "/releases", "/chat/welcome", "/chat/events", "/static/chat.js"):
            assert (await browser.get(path, **headers)).status in KNOWN
        told = await browser.ask(
            "POST", "/chat/say", json={"words": "/help"}, headers={**HEADERS, **headers}
        )
        assert told.status in KNOWN

    await _all(given_headers, check, 80)


async def test_any_address_is_a_page_or_none(stage: Stage) -> None:
    """Whatever stands in the address line, something readable is answered."""

    async def check(path: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        assert int(answer.split()[1]) in KNOWN
        assert b"Traceback" not in answer

    await _all(_path, check)


async def test_rubbish_on_the_wire_leaves_the_port_standing(stage: Stage) -> None:
    """What is no HTTP at all is hung up on, and the next visitor is served."""

    async def check(rubbish: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
        writer.write(rubbish + b"\r\n\r\n")
        writer.write_eof()
        await asyncio.wait_for(reader.read(), 10)
        writer.close()

    await _all(st.binary(max_size=300), check)
    told = await stage.browser().say("/help")

    assert 200 == told.status
