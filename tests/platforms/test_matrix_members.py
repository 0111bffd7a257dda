"""Who is in a room: all where it matters, and of a crowd only that it is one."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from bot.platforms.matrix.rooms import FEW, MEMBER, Rooms
from bot.platforms.matrix.wire import Json, Refusal, Wire

US, ROOM = "@herald:test", "!room:test"
CROWD = 2 * FEW


class Server:
    """A homeserver with one room; `meanwhile` happens while it answers."""

    def __init__(self, *others: str) -> None:
        self.there = {US, *others}
        self.asked = 0
        self.out = False
        self.meanwhile = asyncio.Event()
        self.meanwhile.set()

    async def ask(self, method: str, path: str, **_: Any) -> Json:
        self.asked += 1
        if self.out:
            raise Refusal(403, "M_FORBIDDEN")
        found: Json = {user: {} for user in self.there}
        await self.meanwhile.wait()
        return {"joined": found}


def persons(count: int) -> list[str]:
    return [f"@{number}:test" for number in range(count)]


def change(user: str, membership: str) -> Json:
    return {"type": MEMBER, "state_key": user, "content": {"membership": membership}}


def rooms(server: Server) -> Rooms:
    return Rooms(cast(Wire, server), US)


async def test_of_a_crowd_nobody_is_remembered() -> None:
    """It is asked for once, and then known to be one for as long as that must be so."""
    server = Server(*persons(CROWD))
    known = rooms(server)
    assert await known.few(ROOM) is None
    assert known._rooms[ROOM].members is None
    for user in persons(CROWD - FEW):
        assert not await known.is_private(ROOM)
        server.there.discard(user)
        known.apply(ROOM, change(user, "leave"))

    assert 1 == server.asked
    few = await known.few(ROOM)
    assert few is None  # fifty, and us
    server.there.discard(persons(CROWD)[-1])
    known.apply(ROOM, change(persons(CROWD)[-1], "leave"))
    assert server.there == await known.few(ROOM)


async def test_a_crowd_that_shrinks_to_two_is_private() -> None:
    """Whatever was counted: who changes a name, or is asked in and declines, is nobody more."""
    server = Server(*persons(CROWD))
    known = rooms(server)
    assert not await known.is_private(ROOM)
    for user in persons(CROWD)[1:]:
        known.apply(ROOM, change(user, "join"))
        known.apply(ROOM, change(user, "leave"))
    server.there = {US, persons(1)[0]}

    assert await known.is_private(ROOM)
    known.apply(ROOM, change("@boris:test", "join"))
    assert not await known.is_private(ROOM)


async def test_all_of_a_crowd_are_known_where_it_matters() -> None:
    """For each of them something is encrypted: they are remembered then, and kept up to date."""
    server = Server(*persons(CROWD))
    known = rooms(server)
    assert await known.few(ROOM) is None
    assert server.there == await known.members(ROOM)
    known.apply(ROOM, change("@boris:test", "join"))

    assert {*server.there, "@boris:test"} == await known.members(ROOM)
    assert await known.few(ROOM) is None
    assert 2 == server.asked


async def test_who_comes_while_it_is_asked_is_not_missed() -> None:
    """The answer may be older than what the sync says."""
    server = Server("@anna:test")
    known = rooms(server)
    server.meanwhile.clear()
    asking = asyncio.create_task(known.is_private(ROOM))
    while not server.asked:
        await asyncio.sleep(0)
    server.there.add("@boris:test")
    known.apply(ROOM, change("@boris:test", "join"))
    server.meanwhile.set()

    assert not await asking


async def test_of_a_room_that_we_are_not_in_nothing_is_remembered() -> None:
    """Nobody would ever say that it can be forgotten."""
    server = Server("@anna:test")
    server.out = True
    known = rooms(server)
    with pytest.raises(Refusal):
        await known.few(ROOM)

    assert {} == dict(known._rooms)


async def test_an_empty_room_is_one_where_only_we_are() -> None:
    """Asked anew, unless somebody is known to be there."""
    server = Server("@anna:test")
    known = rooms(server)
    assert not await known.is_empty(ROOM)
    server.there = {US}
    assert await known.is_empty(ROOM)
    server.there = set()
    assert not await known.is_empty(ROOM)
    assert {} == dict(known._rooms)
