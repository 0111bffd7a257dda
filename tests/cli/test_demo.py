"""herald demo: a chat in the terminal and in a browser, with nothing configured."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import aiohttp

from config.settings import WebSettings
from tests.platforms.web_stage import HEADERS
from tests.running import environment


async def test_the_demo_is_in_a_browser_too_and_ends_with_its_input(tmp_path: Path) -> None:
    """At another port where the usual one is taken; one visitor may publish, and all hear of it."""
    with ExitStack() as stack:
        usual = stack.enter_context(socket.socket())
        usual.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            usual.bind(("127.0.0.1", WebSettings().port))
            usual.listen()
        except OSError:
            pass  # somebody else has it: all the better
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "bot", "demo", env=environment(tmp_path), cwd=tmp_path,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin
        assert process.stdout
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            said = (await process.stdout.readline()).decode()
            url = said.rpartition(" ")[2].strip()
            async with session.get(f"{url}/releases") as archive:
                page = await archive.text()
            body = {"words": "/publish", "language": "en"}
            async with session.post(f"{url}/chat/say", json=body, headers=HEADERS) as answer:
                published = (await answer.json())["message"]["text"]
            body["words"] = "/admin"
            async with session.post(f"{url}/chat/say", json=body, headers=HEADERS) as answer:
                stranger = (await answer.json())["message"]["text"]
            out, err = await process.communicate(b"/latest 1\n")

    assert "in a browser" in said
    assert str(WebSettings().port) not in url
    assert "Ostrezh" in page
    assert "Published" in published
    assert "I do not know this command." in stranger
    assert "The latest release" in out.decode()
    assert (0, b"") == (process.returncode, err)
