"""Who is refused: whether the others go on, and who hears of it when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from bot.chat import Answer, Message, Platform, Stop
from bot.delivery.admins import Admins, Build
from bot.delivery.courier import Courier
from bot.presence import Presence
from bot.standings import Standings


class Place:
    """A platform that is ready, or refuses us, when it is told to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.word: asyncio.Future[Stop | None] = asyncio.get_running_loop().create_future()

    async def run(self, _: Answer, ready: Callable[[], None]) -> None:
        refusal = await self.word
        if refusal is not None:
            raise refusal
        ready()
        await asyncio.Event().wait()


class Idle:
    """A courier with nothing to do until it is woken to end."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()

    async def run(self) -> None:
        await self.wake.wait()


class Stage:
    """A run of these platforms, and what was said of it."""

    def __init__(self, *names: str) -> None:
        self.places = {name: Place(name) for name in names}
        self.told: list[Message] = []
        self.reports: list[tuple[str, bool, str]] = []
        self.stopping = asyncio.Event()
        platforms = [cast(Platform, place) for place in self.places.values()]
        self.presence = Presence(
            platforms, cast(Standings, self), cast(Admins, self), cast(Any, lambda: None),
            self.stopping,
        )  # fmt: skip
        self.tasks = [
            asyncio.create_task(self.presence.keep(platform, cast(Courier, Idle())))
            for platform in platforms
        ]

    def tell(self, build: Build) -> None:
        self.told.append(build("en"))

    def report(self, name: str, ok: bool, why: str = "") -> None:
        self.reports.append((name, ok, why))

    async def happens(self, name: str, refusal: Stop | None = None) -> None:
        """It is ready, or refuses us; and all that comes of it."""
        self.places[name].word.set_result(refusal)
        for _ in range(20):
            await asyncio.sleep(0)

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


ALONE = Stop("the password is wrong", alone=True)


@pytest.mark.parametrize("order", [("refused", "well"), ("well", "refused")])
async def test_who_is_refused_alone_at_the_start_is_not_waited_for(order: tuple[str, ...]) -> None:
    """Herald is ready without it; admins hear of it once somebody is there who can tell them."""
    stage = Stage("refused", "well")
    for name in order:
        before = list(stage.told)
        await stage.happens(name, ALONE if name == "refused" else None)
    ready, refused = stage.presence.ready.is_set(), stage.presence.refused
    stopping = stage.stopping.is_set()
    await stage.end()

    assert (True, None, False) == (ready, refused, stopping)
    assert ([], 1) == (before, len(stage.told))
    assert "the password is wrong" in stage.told[0].text.text
    assert ("refused", False, "it is stopped: the password is wrong") in stage.reports


async def test_the_last_that_is_refused_alone_ends_the_run() -> None:
    """Nobody is left who could be talked to."""
    stage = Stage("one", "two")
    await stage.happens("one", ALONE)
    assert not stage.stopping.is_set()
    await stage.happens("two", other := Stop("no such user", alone=True))
    refused = stage.presence.refused
    await stage.end()

    assert other is refused
    assert stage.stopping.is_set()
    assert not stage.presence.ready.is_set()


async def test_any_other_refusal_at_the_start_ends_the_run() -> None:
    """Whoever set it up is there to mend it."""
    stage = Stage("one", "two")
    await stage.happens("two")
    await stage.happens("one", Stop("the token is wrong"))
    refused = str(stage.presence.refused)
    await stage.end()

    assert "the token is wrong" == refused
    assert stage.stopping.is_set()
