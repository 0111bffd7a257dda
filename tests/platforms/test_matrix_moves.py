"""Rooms that are replaced by others: the subscription goes along, and nobody steals it."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat import Moved, NoRights
from storage import Storage
from storage.model import Address
from tests.fakes.synapse import Person, Synapse, person
from tests.platforms.echo import Echo, said
from tests.platforms.matrix_stage import chat, connected, heard, herald, running, send, us


async def subscribed(storage: Storage, room: str) -> bool:
    found = await storage.subscribers.find(Address("matrix", room))
    return found is not None and found.active


async def until_moved(storage: Storage, new: str) -> None:
    async with asyncio.timeout(30):
        while not await subscribed(storage, new):
            await asyncio.sleep(0.02)


async def test_a_public_room_is_followed(synapse: Synapse, storage: Storage) -> None:
    """At once; what is sent to the old one until then hears where to."""
    async with person(synapse, "anna") as anna, herald(synapse, storage) as matrix:
        old = await anna.create_room(public=True, invite=[us(matrix)], version="10")
        await anna.meets(old, us(matrix))
        await storage.subscribers.subscribe(Address("matrix", old))
        new = await anna.upgrade_room(old)
        await until_moved(storage, new)
        assert not await subscribed(storage, old)
        with pytest.raises(Moved) as raised:
            await send(matrix, old, said("News"))
        await send(matrix, raised.value.address.chat, said("News"))
        await heard(anna, new, "News")

    assert Address("matrix", new) == raised.value.address


async def test_a_room_of_invited_people_is_followed_on_invitation(
    synapse: Synapse, storage: Storage
) -> None:
    """Until it comes nothing is lost: the subscription stays with the old room."""
    async with person(synapse, "anna") as anna, herald(synapse, storage) as matrix:
        old = await anna.create_room(invite=[us(matrix)], version="10")
        await heard(anna, old, "/start")
        await storage.subscribers.subscribe(Address("matrix", old))
        new = await anna.upgrade_room(old)
        assert not await subscribed(storage, new)
        await anna.invite(new, us(matrix))
        await until_moved(storage, new)


async def test_what_happened_while_away_is_followed(synapse: Synapse, storage: Storage) -> None:
    """A room was replaced, and its admins' chat with it."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage, admins=[anna.user]), Echo()):
            old = await anna.create_room(invite=[account.user], version="10")
            await heard(anna, old, "/start")
        await storage.subscribers.subscribe(Address("matrix", old))
        new = await anna.upgrade_room(old, invite=[account.user])
        matrix = connected(account, storage, admins=[anna.user])
        async with running(matrix, Echo()):
            await until_moved(storage, new)
            async with asyncio.timeout(30):
                while [Address("matrix", new)] != list(matrix.admins):
                    await asyncio.sleep(0.02)


async def test_nobody_takes_a_subscription_by_saying_so(synapse: Synapse, storage: Storage) -> None:
    """A new room claims to replace one that knows nothing of it."""
    async with (
        person(synapse, "anna") as anna,
        person(synapse, "mallory") as mallory,
        herald(synapse, storage) as matrix,
    ):
        old = await anna.create_room(invite=[us(matrix)])
        await heard(anna, old, "/start")
        await storage.subscribers.subscribe(Address("matrix", old))
        new = await claiming(mallory, old, us(matrix))
        await heard(mallory, new, "/start")

        assert await subscribed(storage, old)
        assert not await subscribed(storage, new)


async def test_a_room_that_points_anywhere_is_not_followed(
    synapse: Synapse, storage: Storage
) -> None:
    """To one that knows nothing of it, and that points back: nobody would ever arrive."""
    async with person(synapse, "anna") as anna, herald(synapse, storage) as matrix:
        rooms = [await anna.create_room(public=True, invite=[us(matrix)]) for _ in range(2)]
        for room, other in (rooms, rooms[::-1]):
            await heard(anna, room, "/start")
            await anna.set_power_to_talk(room, 50)
            tombstone = {"body": "gone", "replacement_room": other}
            await anna.set_state(room, "m.room.tombstone", tombstone)
        for room in rooms:
            with pytest.raises(NoRights):
                await send(matrix, room, said("News"))


async def claiming(mallory: Person, old: str, us: str) -> str:
    """A room that says it replaces the old one."""
    made = await mallory.ask_server("POST", "/createRoom", {
        "preset": "private_chat", "invite": [us],
        "creation_content": {"predecessor": {"room_id": old, "event_id": "$tombstone"}},
    })  # fmt: skip
    return str(made["room_id"])


async def test_an_encrypted_chat_that_was_upgraded_is_as_private(
    synapse: Synapse, storage: Storage
) -> None:
    """Encryption comes along with the room."""
    async with person(synapse, "anna", encrypted=True) as anna, herald(synapse, storage) as matrix:
        old = await chat(anna, us(matrix), encrypted=True)
        await storage.subscribers.subscribe(Address("matrix", old))
        new = await anna.upgrade_room(old, "11", invite=[us(matrix)])
        await until_moved(storage, new)
        await send(matrix, new, said("News"))

        assert (await heard(anna, new, "News")).encrypted
