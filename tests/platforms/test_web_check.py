"""What the doctor finds of the web chat."""

from __future__ import annotations

import socket

import pytest

from bot.platforms.checking import Around
from bot.platforms.web import Options
from bot.platforms.web.check import check


async def told(
    options: dict[str, object], *, running: bool = False
) -> dict[str, tuple[bool, bool]]:
    """Each check: whether it is well, and whether there is something to mend."""
    given = Options.model_validate(options)
    found = await check(given, Around("", given.host, given.port, running))
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
