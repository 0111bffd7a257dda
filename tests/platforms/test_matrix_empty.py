"""Rooms where everybody else is gone are left; none that somebody is in, or the settings name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.platforms.matrix import empty
from bot.platforms.matrix.platform import Matrix
from storage import Storage
from storage.model import Address
from tests.fakes.synapse import Account, Person, Synapse, person
from tests.platforms.echo import Echo
from tests.platforms.matrix_stage import connected, heard, running


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is empty when it is looked at for the second time has long been."""
    monkeypatch.setattr(empty, "LONG", timedelta(0))
    monkeypatch.setattr(empty, "APART_SECONDS", 0.0)


@asynccontextmanager
async def at_work(
    synapse: Synapse, storage: Storage, *rooms: str
) -> AsyncIterator[tuple[Account, Matrix]]:
    account = await synapse.account("herald")
    matrix = connected(account, storage, rooms=list(rooms))
    async with running(matrix, Echo()):
        yield account, matrix


async def joined(account: Account) -> set[str]:
    """The rooms that Herald is in."""
    return set((await account.ask("GET", "/_matrix/client/v3/joined_rooms"))["joined_rooms"])


async def together(anna: Person, account: Account, **more: Any) -> str:
    """A room of the two, with the welcome in it."""
    room = await anna.create_room(invite=[account.user], **more)
    await anna.meets(room, account.user)
    await heard(anna, room, "/start")
    return room


async def test_a_room_where_nobody_else_is_left_is_left(synapse: Synapse, storage: Storage) -> None:
    """The second time that it is seen so; nothing of it is kept, on the disk or in memory."""
    async with (
        person(synapse, "anna", encrypted=True) as anna,
        at_work(synapse, storage) as (account, matrix),
    ):
        life = matrix._living()
        dead = await together(anna, account, encrypted=True)
        lively = await together(anna, account)
        await abandon(anna, storage, dead)
        await life.empty.look()
        first = await joined(account)
        await life.empty.look()
        second = await joined(account)

        assert {dead, lively} == first
        assert {lively} == second
        assert dead not in life.keys.store.load_encrypted_rooms()
        assert dead not in life.rooms._rooms
        assert {} == life.kept.empty


async def abandon(anna: Person, storage: Storage, room: str) -> None:
    """She leaves, and Herald knows."""
    address = Address("matrix", room)
    await storage.subscribers.subscribe(address)
    await anna.leave(room)
    async with asyncio.timeout(30):
        while (found := await storage.subscribers.find(address)) and found.active:
            await asyncio.sleep(0.02)


async def test_who_came_back_is_not_left(synapse: Synapse, storage: Storage) -> None:
    """However often the room was empty before."""
    async with person(synapse, "anna") as anna, at_work(synapse, storage) as (account, matrix):
        look = matrix._living().empty.look
        room = await together(anna, account, public=True)
        for _ in range(2):
            await abandon(anna, storage, room)
            await look()
            await anna.join(room)
            await until_subscribed(storage, room)
            await look()

        assert {room} == await joined(account)


async def test_not_before_long(
    synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who left a public room for an hour finds us there."""
    monkeypatch.setattr(empty, "LONG", timedelta(hours=1))
    async with person(synapse, "anna") as anna, at_work(synapse, storage) as (account, matrix):
        room = await together(anna, account)
        await abandon(anna, storage, room)
        for _ in range(3):
            await matrix._living().empty.look()

        assert {room} == await joined(account)
        assert {room} == set(matrix._living().kept.empty)


@pytest.mark.parametrize("named", ["id", "alias"])
async def test_a_room_of_the_settings_is_never_left(
    synapse: Synapse, storage: Storage, named: str
) -> None:
    """People come to it when there is something to read; all others are left as ever."""
    async with person(synapse, "anna") as anna:
        news = await anna.create_room(public=True)
        alias = f"#news-{news[1:9]}:synapse.test"
        path = f"/directory/room/{alias.replace('#', '%23')}"
        await anna.ask_server("PUT", path, {"room_id": news})
        name = news if named == "id" else alias
        async with at_work(synapse, storage, name) as (account, matrix):
            await until_subscribed(storage, news)
            dead = await together(anna, account)
            for room in (news, dead):
                await abandon(anna, storage, room)
            for _ in range(2):
                await matrix._living().empty.look()

            assert {news} == await joined(account)


async def test_none_is_left_while_one_of_the_settings_is_not_found(
    synapse: Synapse, storage: Storage
) -> None:
    """It might be that one."""
    nowhere = "#nowhere:synapse.test"
    async with (
        person(synapse, "anna") as anna,
        at_work(synapse, storage, nowhere) as (account, matrix),
    ):
        room = await together(anna, account)
        await abandon(anna, storage, room)
        for _ in range(2):
            await matrix._living().empty.look()

        assert {room} == await joined(account)


async def until_subscribed(storage: Storage, room: str) -> None:
    async with asyncio.timeout(30):
        while not (
            (found := await storage.subscribers.find(Address("matrix", room))) and found.active
        ):
            await asyncio.sleep(0.02)
