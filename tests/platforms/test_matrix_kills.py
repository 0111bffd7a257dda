"""Killed at the moments that hurt most: each room hears each release once, and can read it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.synapse import Gate, Person, Synapse, person
from tests.faults.home import Home
from tests.faults.matrix_world import matrix_home, room_with, subscribe


@dataclass(frozen=True, slots=True)
class Scene:
    """Anna's room, where Herald's account is in already, behind a gate to the server."""

    gate: Gate
    home: Home
    anna: Person
    room: str

    async def once(self, title: str) -> None:
        """Until nothing is left to send; then she has heard of it once, and could read all."""
        await self.home.settled(60)
        await self.anna.hears(lambda it: title in it.body)
        said = await self.anna.say(self.room, "Is that all?")
        await self.anna.sees(lambda it: it.event_id == said)

        assert 1 == sum(title in each.body for each in self.anna.messages(self.room))
        assert {} == self.anna.ears.undecrypted


@asynccontextmanager
async def scene(folder: Path, synapse: Synapse, *, encrypted: bool) -> AsyncIterator[Scene]:
    """Her room has subscribed; nobody runs yet."""
    async with Gate(synapse.url) as gate, person(synapse, "anna", encrypted=True) as anna:
        bot = await synapse.account("herald")
        room = await room_with(anna, bot, encrypted=encrypted)
        async with matrix_home(folder, gate.url, bot) as home:
            await subscribe(home, [room])
            yield Scene(gate, home, anna, room)


def sends_a_message(method: str, path: str) -> bool:
    """Whether this request is a message to a room."""
    return method == "PUT" and ("/send/m.room.message" in path or "/send/m.room.encrypted" in path)


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_killed_when_the_server_has_it_and_herald_does_not_know(
    tmp_path: Path, synapse: Synapse, encrypted: bool
) -> None:
    """It is looked for, or sent under the same key: the server says that it has that."""
    async with scene(tmp_path, synapse, encrypted=encrypted) as here:
        title = await here.home.announce()
        swallowed = here.gate.catch(sends_a_message)
        async with here.home.life() as life:
            await swallowed.caught()
            await here.home.kill(life)
        async with here.home.life():
            await here.once(title)


async def test_killed_when_a_rooms_key_is_shared_and_nothing_said_with_it(
    tmp_path: Path, synapse: Synapse
) -> None:
    """The next life has a key of its own, which people get, too."""
    async with scene(tmp_path, synapse, encrypted=True) as here:
        title = await here.home.announce()
        swallowed = here.gate.catch(lambda _, path: "/sendToDevice/" in path)
        async with here.home.life() as life:
            await swallowed.caught()
            await here.home.kill(life)
        async with here.home.life():
            await here.once(title)


async def test_killed_while_its_keys_are_uploaded(tmp_path: Path, synapse: Synapse) -> None:
    """The server has keys that Herald never heard of having given; what they lock opens."""
    async with scene(tmp_path, synapse, encrypted=True) as here:
        swallowed = here.gate.catch(lambda _, path: path.endswith("/keys/upload"))
        async with here.home.life() as life:
            await swallowed.caught()
            await here.home.kill(life)
        title = await here.home.announce()
        async with here.home.life():
            await here.once(title)


async def test_killed_while_it_logs_in(tmp_path: Path, synapse: Synapse) -> None:
    """The login that it never heard of is of no harm."""
    async with scene(tmp_path, synapse, encrypted=True) as here:
        title = await here.home.announce()
        swallowed = here.gate.catch(lambda _, path: path.endswith("/login"))
        async with here.home.life() as life:
            await swallowed.caught()
            await here.home.kill(life)
        async with here.home.life():
            await here.once(title)


async def test_a_room_key_that_nobody_got_is_not_used(tmp_path: Path, synapse: Synapse) -> None:
    """While the server refuses to hand out keys nothing is said that nobody could read."""
    async with scene(tmp_path, synapse, encrypted=True) as here:
        title = await here.home.announce()
        refused = here.gate.catch(
            lambda _, path: "/sendToDevice/" in path,
            times=2, status=502, content={"errcode": "M_UNKNOWN", "error": "A bad moment"},
        )  # fmt: skip
        async with here.home.life():
            await refused.caught()
            await here.once(title)
