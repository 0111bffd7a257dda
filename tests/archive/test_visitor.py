"""Asking a site for many pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.archive.fetch import Answer, Fetcher, FetchError, open_fetcher
from bot.archive.visitor import TooMuch, Visitor
from bot.archive.ways import NoWay, Unheard
from tests.archive.long_site import CATEGORY, Long, now, open_long
from tests.fakes.faults import Fault


class Pauses(list[float]):
    """What a visitor would have slept."""

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)


@asynccontextmanager
async def patient(tries: int = 4) -> AsyncIterator[tuple[Long, Visitor, Pauses]]:
    pauses = Pauses()
    async with open_long(1) as long, open_fetcher("Herald/test", allow_private=True) as fetcher:
        yield long, Visitor(fetcher, now, tries=tries, sleep=pauses.sleep), pauses


async def test_trouble_that_passes_is_waited_for() -> None:
    """Statuses that mean later, and silence, are asked again at growing distances."""
    async with patient() as (long, visitor, pauses):
        long.site.fail(Fault(status=502), Fault(status=429), Fault(cut=10))

        answer = await visitor.get(long.archive.url)

    assert (answer.status, visitor.requests) == (200, 4)
    assert pauses == [5, 10, 20]


async def test_retry_after_is_kept_to() -> None:
    """A site that says when is asked then, and no sooner than we would ask ourselves."""
    async with patient() as (long, visitor, pauses):
        long.site.fail(
            Fault(status=503, headers={"Retry-After": "70"}),
            Fault(status=503, headers={"Retry-After": "1"}),
        )

        await visitor.get(long.archive.url)

    assert pauses == [70, 10]


async def test_patience_has_an_end() -> None:
    """After so many tries, or where the wait asked for is too long, the site is not heard."""
    async with patient(tries=3) as (long, visitor, pauses):
        long.site.fail(Fault(status=500), times=3)
        with pytest.raises(Unheard, match="answers with status 500"):
            await visitor.get(long.archive.url)
        assert (visitor.requests, pauses) == (3, [5, 10])

        long.site.fail(Fault(status=503, headers={"Retry-After": "1000"}))
        with pytest.raises(Unheard, match="503"):
            await visitor.get(long.archive.url)
        assert (visitor.requests, pauses) == (4, [5, 10])


@pytest.mark.parametrize("status", [304, 400, 401, 403, 404, 410])
async def test_other_answers_are_handed_on(status: int) -> None:
    """What is no trouble is for the caller to judge, at once."""
    async with patient() as (long, visitor, pauses):
        long.site.fail(Fault(status=status))

        answer = await visitor.get(long.archive.url)

    assert (answer.status, visitor.requests, pauses) == (status, 1, [])


async def test_what_is_never_taken_is_asked_for_once() -> None:
    """A circle of redirects, or an answer that is too large, is no way, however patient one is."""
    async with patient() as (long, visitor, pauses):
        long.site.fail(Fault(status=301))
        with pytest.raises(NoWay, match="circle"):
            await visitor.get(long.archive.url)
        long.site.fail(Fault(bomb=20_000_000))
        with pytest.raises(TooMuch, match="larger"):
            await visitor.get(long.archive.url)

    assert (visitor.requests, pauses) == (2, [])


class Slow(Fetcher):
    """Answers when it is told to, and counts how many wait for it."""

    def __init__(self) -> None:
        self.waiting = self.most = 0
        self.go = asyncio.Event()

    async def get(self, url: str, headers: object = None) -> Answer:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await self.go.wait()
        self.waiting -= 1
        return Answer(200, url=url)


async def test_one_request_at_a_time_for_a_host() -> None:
    """Two walks through one site take turns; another site does not wait for them."""
    fetcher = Slow()
    visitor = Visitor(fetcher, now)
    async with asyncio.TaskGroup() as tasks:
        for url in ("https://a.example/1", "https://www.a.example/2", "https://b.example/1"):
            tasks.create_task(visitor.get(url))
        while fetcher.waiting < 2:
            await asyncio.sleep(0)
        fetcher.go.set()

    assert (fetcher.most, visitor.requests) == (2, 3)


class Deaf(Fetcher):
    """Never answers."""

    def __init__(self) -> None:
        pass

    async def get(self, url: str, headers: object = None) -> Answer:
        raise FetchError("The archive could not be reached.")


async def test_pauses_are_told_and_counted() -> None:
    """Whoever looks on is told of each pause, and it counts as waiting for the site."""
    told: list[float] = []

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0.01)

    visitor = Visitor(Deaf(), now, tries=3, on_pause=told.append, sleep=sleep)
    with pytest.raises(Unheard, match="could not be reached"):
        await visitor.get("https://a.example" + CATEGORY)

    assert told == [5, 10]
    assert visitor.waited >= 0.02
