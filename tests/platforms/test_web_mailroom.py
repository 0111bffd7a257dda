"""The one hand that fills mailboxes: in what order, how much at once, and for whom no more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot.chat import Later
from bot.platforms.web import mailroom
from bot.platforms.web.mailroom import LEAVING_SECONDS, Mailroom
from storage import DatabaseError, Storage
from storage.mailboxes import Mailboxes
from storage.model import Address, Content, Letter
from tests.delivery.weather import housed
from tests.platforms import web_stage
from tests.virtual import clock, virtual

Parcels = Sequence[tuple[Address, str, Content]]

ONE, OTHER = Address("web", "one"), Address("web", "other")
WORDS = Content("{}")


def opened(storage: Storage) -> tuple[Mailroom, list[int]]:
    """A mailroom, and the changes in the order in which it hands them on."""
    shown: list[int] = []
    made = Mailroom(storage.mailboxes, lambda _, letter: shown.append(letter.change), clock)
    return made, shown


@virtual
async def test_who_leaves_gets_nothing_for_a_minute(tmp_path: Path) -> None:
    """Then all sends that began before are over, and it is remembered no longer."""
    async with housed(tmp_path) as storage:
        made, _ = opened(storage)
        made.leaving(ONE)
        await asyncio.sleep(LEAVING_SECONDS - 1)
        with pytest.raises(Later):
            await made.put(ONE, "1.0", WORDS)
        await asyncio.sleep(2)
        await made.put(ONE, "1.0", WORDS)
        made.leaving(OTHER)

    assert [OTHER.chat] == list(made._leaving)


@virtual
async def test_what_is_put_in_together_is_one_bounded_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of five at most two at a time: nobody else waits long for the database."""
    monkeypatch.setattr(mailroom, "MOST", 2)
    put, sizes = Mailboxes.put, list[int]()

    async def counted(self: Mailboxes, parcels: Parcels, now: datetime) -> list[Letter]:
        sizes.append(len(parcels))
        return await put(self, parcels, now)

    monkeypatch.setattr(Mailboxes, "put", counted)
    async with housed(tmp_path) as storage:
        made, shown = opened(storage)
        await asyncio.gather(*(made.put(ONE, f"{n}.0", WORDS) for n in range(5)))

    assert [2, 2, 1] == sizes
    assert [1, 2, 3, 4, 5] == shown


@virtual
async def test_what_is_put_in_again_is_shown_before_what_is_new(tmp_path: Path) -> None:
    """It was kept before: a page that has seen the new one would miss it."""
    async with housed(tmp_path) as storage:
        made, shown = opened(storage)
        await made.put(ONE, "1.0", WORDS)
        await asyncio.gather(made.put(ONE, "2.0", WORDS), made.put(ONE, "1.0", WORDS))

    assert [1, 1, 2] == shown


@virtual
@pytest.mark.parametrize("broken", [False, True])
async def test_one_who_stops_waiting_keeps_it_from_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    """Whether it is kept or not, all others of the same moment hear of it."""
    put = Mailboxes.put

    async def maybe(self: Mailboxes, parcels: Parcels, now: datetime) -> list[Letter]:
        if broken:
            raise DatabaseError("locked")
        return await put(self, parcels, now)

    monkeypatch.setattr(Mailboxes, "put", maybe)
    async with housed(tmp_path) as storage:
        made, _ = opened(storage)
        first, second = (asyncio.create_task(made.put(ONE, key, WORDS)) for key in ("1", "2"))
        await asyncio.sleep(0)
        first.cancel()
        async with asyncio.timeout(10):
            [end] = await asyncio.gather(second, return_exceptions=True)

    assert isinstance(end, Later if broken else Letter)


@virtual
@pytest.mark.parametrize("way", ["alter", "take_back"])
async def test_a_change_goes_on_though_nobody_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """What is kept is shown, too; the end waits for that."""
    change, begun, go_on = getattr(Mailboxes, way), asyncio.Event(), asyncio.Event()

    async def slow(self: Mailboxes, *given: object) -> Letter | None:
        begun.set()
        await go_on.wait()
        found: Letter | None = await change(self, *given)
        return found

    monkeypatch.setattr(Mailboxes, way, slow)
    async with housed(tmp_path) as storage:
        made, shown = opened(storage)
        letter = await made.put(ONE, "1.0", WORDS)
        given = (ONE, letter.id, Content("[]")) if way == "alter" else (ONE, letter.id)
        changing = asyncio.create_task(getattr(made, way)(*given))
        await begun.wait()
        changing.cancel()
        await asyncio.gather(changing, return_exceptions=True)
        go_on.set()
        await made.end()

    assert [1, 2] == shown


async def test_of_pages_that_are_closed_nothing_is_remembered(tmp_path: Path) -> None:
    """Neither whose they were, nor in which network."""
    async with web_stage.opened(tmp_path) as stage:
        browser = await stage.visitor()
        browser.headers = {"X-Forwarded-For": "203.0.113.9"}
        page = await browser.open()
        streams = stage.web.streams
        before = [len(streams._open), len(streams._networks)]
        streams.end()
        await asyncio.wait_for(page.over.wait(), 10)
        async with asyncio.timeout(10):
            while len(streams):
                await asyncio.sleep(0.01)

    assert [1, 1] == before
    assert [0, 0] == [len(streams._open), len(streams._networks)]
