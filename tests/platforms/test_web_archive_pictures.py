"""Lead pictures come through Herald: a reader's browser asks no other host."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.platforms.web.archive import picture
from storage import Storage
from storage.model import Attachment
from tests.fakes.releases import draft
from tests.platforms.archive_stage import archive, keep, withdraw

PNG = Attachment(b"\x89PNG\r\n\x1a\n and so on", "image/png", "picture.png")
ADDRESS = "http://archive.test/dam.png"


class Album:
    """Gives pictures, and keeps what was asked for; `wait` holds all of them back."""

    def __init__(self, found: Attachment | None = PNG) -> None:
        self.found = found
        self.asked: list[str] = []
        self.now, self.most = 0, 0
        self.wait = asyncio.Event()
        self.wait.set()

    async def load(self, url: str) -> Attachment | None:
        self.asked.append(url)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.wait.wait()
        finally:
            self.now -= 1
        return self.found


async def test_a_picture_is_fetched_for_its_reader(storage: Storage) -> None:
    """The page shows it from our own address; what a browser has is not sent again."""
    await keep(storage, replace(draft(1), picture=ADDRESS))
    album = Album()
    async with archive(storage, pictures=album.load) as stage:
        page = (await stage.get("/releases/1")).text
        got = await stage.get("/releases/1/picture")
        again = await stage.get("/releases/1/picture", If_None_Match=got.headers["ETag"])

    assert '<img src="/releases/1/picture" alt="">' in page
    assert ADDRESS not in page
    assert (200, PNG.data, "image/png") == (got.status, got.body, got.headers["Content-Type"])
    assert "max-age" in got.headers["Cache-Control"]
    assert (304, b"") == (again.status, again.body)
    assert [ADDRESS] == album.asked


async def test_where_there_is_no_picture(storage: Storage) -> None:
    """Nobody fetches what is not shown: no picture, no release, or a withdrawn one."""
    await keep(storage, draft(1), replace(draft(2), picture=ADDRESS))
    await withdraw(storage, 2)
    album = Album()
    async with archive(storage, pictures=album.load) as stage:
        page = (await stage.get("/releases/1")).text
        found = [(await stage.get(f"/releases/{n}/picture")).status for n in (1, 2, 3)]

    assert "<img" not in page
    assert [404] * 3 == found
    assert [] == album.asked


async def test_a_picture_that_cannot_be_had(storage: Storage) -> None:
    """What its site does not give is not there."""
    await keep(storage, replace(draft(1), picture=ADDRESS))
    async with archive(storage, pictures=Album(None).load) as stage:
        assert 404 == (await stage.get("/releases/1/picture")).status


async def test_a_crowd_does_not_weigh_on_the_campaigns_site(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few pictures are fetched side by side, and nobody waits for ever."""
    monkeypatch.setattr(picture, "LATE_SECONDS", 0.3)
    await keep(storage, *(replace(draft(n), picture=f"{ADDRESS}?{n}") for n in range(1, 9)))
    album = Album()
    album.wait.clear()
    async with archive(storage, pictures=album.load) as stage:
        got = await asyncio.gather(*(stage.get(f"/releases/{n}/picture") for n in range(1, 9)))

    assert {503} == {answer.status for answer in got}
    assert picture.AT_ONCE == album.most
    assert {"10"} == {answer.headers["Retry-After"] for answer in got}
