"""herald status: how each platform is while Herald runs, and that nobody knows when it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.botapi import FakeBotAPI
from tests.running import environment, herald, running, status


@pytest.fixture
async def api() -> AsyncIterator[FakeBotAPI]:
    async with FakeBotAPI(repeat_wait=0, conflict_wait=0) as fake:
        yield fake


@pytest.fixture
def env(tmp_path: Path, api: FakeBotAPI) -> dict[str, str]:
    """Telegram alone, and no archive that answers."""
    return environment(
        tmp_path,
        PLATFORMS=["telegram"],
        TELEGRAM__TOKEN=api.token,
        TELEGRAM__API_URL=api.url,
        ARCHIVES=[{"name": "press", "url": "http://127.0.0.1:9/", "poll_seconds": 60}],
        ALLOW_PRIVATE_NETWORKS="true",
    )


async def until(env: dict[str, str], ok: bool) -> dict[str, Any]:
    """The standing of the one platform, once it is like this."""
    async with asyncio.timeout(60):
        while True:
            [platform] = (await status(env))["platforms"]
            if platform["ok"] is ok:
                return dict(platform)
            await asyncio.sleep(0.1)


async def test_status_shows_each_platform_while_herald_runs(
    env: dict[str, str], api: FakeBotAPI
) -> None:
    """Well, and later not, and why; each since when, for people in a line."""
    async with running(env) as process:
        well = await until(env, True)
        assert ("telegram", "") == (well["name"], well["why"])
        assert datetime.fromisoformat(well["since"]).tzinfo is not None
        _, out, _ = await herald(env, "status")
        assert out[out.index("Platforms") :].splitlines()[1].startswith("  telegram     well for ")

        api.faults.add(method="getUpdates", status=502, body="<html>Bad Gateway</html>", times=-1)
        api.user_sends(1001, "/help")  # ends the poll that is under way
        unwell = await until(env, False)
        assert "Telegram cannot be reached, or does not answer as it should" == unwell["why"]
        assert unwell["since"] >= well["since"]
        _, out, _ = await herald(env, "status")
        assert " not well for " in out
        assert out.splitlines()[-2].endswith(f": {unwell['why']}")
        assert 0 == await process.stop()


async def test_an_old_standing_is_not_shown_as_if_it_were_true(env: dict[str, str]) -> None:
    """Where no run is alive, after a kill too, status says that instead of what was."""
    async with running(env) as process:
        await until(env, True)
        await process.kill()

    assert [
        {
            "name": "telegram",
            "ok": False,
            "why": "herald run is not running",
            "since": None,
            "paused": None,
        }
    ] == (await status(env))["platforms"]
    _, out, _ = await herald(env, "status")
    assert "Platforms      not known: herald run is not running" in out.splitlines()


async def test_without_a_run_there_are_no_platforms(env: dict[str, str]) -> None:
    """On a new machine the list is empty, and makes nothing."""
    assert [] == (await status(env))["platforms"]
    _, out, _ = await herald(env, "status")

    assert "Platforms      none yet" in out.splitlines()
    assert not Path(env["HERALD_DATABASE"]).exists()
