"""What the doctor finds of the web chat."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import pytest

from bot.platforms.checking import Around
from bot.platforms.web import Options
from bot.platforms.web.check import check
from tests.running import environment, herald, running, status


async def told(
    options: dict[str, object], *, running: bool = False, closed: str = ""
) -> dict[str, tuple[bool, bool]]:
    """Each check: whether it is well, and whether there is something to mend."""
    given = Options.model_validate(options)
    found = await check(given, Around("", given.host, given.port, running, closed=closed))
    return {one.check: (one.ok, bool(one.mend)) for one in found}


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"public_url": "https://x.example"}, False),
        ({"public_url": "http://x.example"}, True),
        ({}, True),
        ({"host": "0.0.0.0"}, True),
    ],
)
async def test_an_address_is_well_or_a_hint(options: dict[str, str], hint: bool) -> None:
    """What is missing for visitors to come safely is said, and is no fault."""
    found = await told({"port": 0, **options})

    assert {"web port": (True, False), "web address": (True, hint)} == found


async def test_a_port_that_is_taken_is_a_fault() -> None:
    """Something else listens where the chat will."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = await told({"port": port})
        while_running = await told({"port": port}, running=True)

    assert (False, True) == found["web port"]
    assert (True, False) == while_running["web port"]


async def test_a_port_that_another_herald_has_is_a_fault() -> None:
    """Ours runs, and says that it has not got the port: whoever answers there is another."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        found = await told(
            {"port": other.getsockname()[1]}, running=True, closed="another program may have it"
        )

    assert (False, True) == found["web port"]


async def test_a_run_that_has_not_got_its_port_is_not_well(tmp_path: Path) -> None:
    """Beside it the doctor is not deceived by the program that answers at the port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        env = environment(
            tmp_path,
            WEB__PORT=str(other.getsockname()[1]),
            PLATFORMS=["web"],
            ARCHIVES=[{"name": "press", "url": "http://127.0.0.1:9/"}],
            ALLOW_PRIVATE_NETWORKS="true",
        )
        async with running(env, until="cannot be opened"):
            async with asyncio.timeout(60):
                while "port" not in str((await status(env))["platforms"]):
                    pass  # it is written down a moment after it is logged
            _, out, _ = await herald(env, "doctor", "--json")

    [port] = [one for one in json.loads(out) if one["check"] == "web port"]
    assert not port["ok"]
    assert port["detail"].startswith("Herald runs without 127.0.0.1:")
    assert "another program may have it" in port["detail"]
