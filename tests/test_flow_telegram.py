"""A release with its picture, and a webhook: Herald as a process, from the archive to a phone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.archive.fetch import SECONDS
from tests.fakes.archive import LivingWordPress
from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import png
from tests.fakes.loopback import Loopback
from tests.running import Running, environment, running, status

ANN, BEN = 1001, 1002
LONG = "<p>The council met and found nothing, and said so at length.</p>" * 40


class Gallery(Loopback):
    """Where the archive's pictures lie: one, and a place that never answers."""

    async def respond(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/slow.png":
            await asyncio.Event().wait()
        return web.Response(body=png(40, 30), content_type="image/png")


@dataclass
class World:
    """Everything around Herald, and the settings that point it there."""

    api: FakeBotAPI
    site: LivingWordPress
    gallery: Gallery
    env: dict[str, str]

    def arrived(self, person: int, title: str) -> list[dict[str, Any]]:
        return [
            message
            for message in self.api.messages(person, from_bot=True)
            if title in message["text"] + message["caption"]
        ]

    async def told(self, person: int, title: str, within: float = 60) -> dict[str, Any]:
        found = await self.api.wait_for(lambda: self.arrived(person, title), within)
        return found[0]

    async def subscribed(self, *people: int) -> None:
        for person in people:
            self.api.user_sends(person, "/subscribe")
            await self.api.wait_for(lambda who=person: self.api.messages(who, from_bot=True), 60)

    @asynccontextmanager
    async def at_work(self, **more: str) -> AsyncIterator[Running]:
        """Herald, ready, with its first reading of the archive behind it."""
        async with running(self.env | more) as process:
            async with asyncio.timeout(60):
                while not (await status(self.env))["archives"][0]["last_read"]:
                    await asyncio.sleep(0.1)
            yield process


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    gallery = Gallery()
    await gallery.start()
    async with (
        FakeBotAPI(
            repeat_wait=0, conflict_wait=0, loopback_webhooks=True, webhook_pace=0.05
        ) as api,
        LivingWordPress() as site,
    ):
        site.write("Old statement")
        for person in (ANN, BEN):
            api.add_user(person, started=True)
        env = environment(
            tmp_path,
            TELEGRAM__TOKEN=api.token,
            TELEGRAM__API_URL=api.url,
            ARCHIVES=[{"name": "press", "url": site.url, "poll_seconds": 1}],
            ALLOW_PRIVATE_NETWORKS="true",
            LOG_LEVEL="DEBUG",
        )
        yield World(api, site, gallery, env)
    await gallery.stop()


async def test_a_release_arrives_with_its_lead_picture_and_is_read_below_it(world: World) -> None:
    """One upload for two people; "Read here" opens the first page in a message of its own."""
    async with world.at_work():
        await world.subscribed(ANN, BEN)
        lead = f'<p><img src="{world.gallery.url}/lead.png" width="400"></p>'
        world.site.write("Council finds nothing", lead + LONG)
        card = await world.told(ANN, "Council finds nothing")
        await world.told(BEN, "Council finds nothing")
        world.api.press(ANN, card["id"], "Read here")
        await world.api.wait_for(lambda: len(world.arrived(ANN, "Council finds")) == 2, 60)

    file = world.api.bot.files.get(card["json"]["photo"][-1]["file_id"])
    assert file is not None
    assert file.data == png(40, 30)
    assert "The council met" in card["caption"]
    page = world.arrived(ANN, "Council finds nothing")[1]
    assert len(page["text"]) > 2000


async def test_a_picture_that_never_comes_does_not_hold_up_the_release(world: World) -> None:
    """The text is there long before a fetch gives up."""
    async with world.at_work():
        await world.subscribed(ANN)
        lead = f'<p><img src="{world.gallery.url}/slow.png" width="400"></p>'
        world.site.write("Council finds nothing", lead + LONG)
        card = await world.told(ANN, "Council finds nothing", SECONDS)

    assert "The council met" in card["text"]


async def test_a_webhook_does_all_that_polling_does(world: World) -> None:
    """Ready means reachable; a kill loses no effect; the log has neither secret nor token."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    more = {
        "HERALD_WEB__PORT": str(port),
        "HERALD_TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram",
    }
    async with world.at_work(**more) as process:
        hook = world.api.bot.deliveries.hook
        assert hook is not None
        world.api.user_sends(ANN, "/subscribe")
        await process.kill()
    async with world.at_work(**more) as process:
        await world.api.wait_for(lambda: not world.api.bot.updates.pending(), 60)
        assert (await status(world.env))["subscribers"] == {"telegram": 1}
        world.site.write("Council finds nothing", LONG)
        await world.told(ANN, "Council finds nothing")
        assert await process.stop() == 0
        log = "".join(process.log)
    async with world.at_work():  # without the setting, and without a step by hand
        world.api.user_sends(ANN, "/help")
        await world.api.wait_for(lambda: not world.api.bot.updates.pending(), 60)

    assert world.api.bot.deliveries.hook is None
    assert [] == [word for word in (hook.secret, world.api.token) if word in log]
