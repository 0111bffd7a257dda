"""A homeserver that will not have Herald, or is none (yet): what becomes of the rest of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.fakes.loopback import Loopback
from tests.port_stage import port as port
from tests.running import environment, herald, running, status

WHY = "the homeserver refused the user or the password"


class Refusing(Loopback):
    """A homeserver that knows no such password; or, as a proxy before it is up, none at all."""

    def __init__(self) -> None:
        super().__init__()
        self.booting = False

    async def respond(self, request: web.Request) -> web.StreamResponse:
        if self.booting:
            return web.Response(status=404, text="404 page not found")
        return web.json_response({"errcode": "M_FORBIDDEN", "error": "no"}, status=403)


@pytest.fixture
async def server() -> AsyncIterator[Refusing]:
    made = Refusing()
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture
def env(tmp_path: Path, server: Refusing, port: int) -> dict[str, str]:
    return environment(
        tmp_path,
        MATRIX__HOMESERVER=server.url,
        MATRIX__USER="@herald:example.org",
        MATRIX__PASSWORD="wrong-password",
        WEB__PORT=str(port),
    )


async def standings(env: dict[str, str]) -> dict[str, tuple[bool, str]]:
    """How each platform is, and why not well."""
    return {it["name"]: (it["ok"], it["why"]) for it in (await status(env))["platforms"]}


async def until_matrix_is(env: dict[str, str], why: str) -> dict[str, tuple[bool, str]]:
    async with asyncio.timeout(60):
        while (found := await standings(env))["matrix"] != (False, why):
            await asyncio.sleep(0.1)
    return found


async def shown(port: int) -> int:
    """How the web chat answers."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/") as answer,
    ):
        return answer.status


async def test_a_wrong_password_stops_one_platform_alone(env: dict[str, str], port: int) -> None:
    """The web answers and Herald is ready; the log has one line, and the status the reason."""
    async with running(env) as process:
        found = await until_matrix_is(env, f"it is stopped: {WHY}")
        assert 200 == await shown(port)
        assert 0 == await process.stop()

    assert (True, "") == found["web"]
    assert 1 == sum(WHY in line for line in process.log)
    assert 1 == sum("Herald is ready" in line for line in process.log)
    assert not any("wrong-password" in line for line in process.log)


async def test_where_nothing_else_works_a_wrong_password_ends_the_run(env: dict[str, str]) -> None:
    """With 2, and the reason in one line."""
    code, _, err = await herald(env | {"HERALD_PLATFORMS": '["matrix"]'}, "run")

    assert 2 == code
    assert f"herald: T{WHY[1:]}." in err
    assert "wrong-password" not in err


async def test_what_is_no_homeserver_yet_is_asked_again(
    server: Refusing, env: dict[str, str]
) -> None:
    """Where nothing else works, too; once it is up what it says counts."""
    server.booting = True
    env |= {"HERALD_PLATFORMS": '["matrix"]'}
    async with running(env, until="no Matrix homeserver") as process:
        await until_matrix_is(env, "what answers at its address is no Matrix homeserver (HTTP 404)")
        server.booting = False
        assert 2 == await process.ended()

    assert 1 == sum("no Matrix homeserver" in line for line in process.log)
    assert WHY[1:] in process.log[-1]
