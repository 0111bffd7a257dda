"""Devices are known of those with whom we share an encrypted room, and of nobody else."""

from __future__ import annotations

import asyncio

import pytest

from bot.platforms.matrix import strangers
from bot.platforms.matrix.keys import Keys
from bot.platforms.matrix.platform import Matrix
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.strangers import forget_strangers
from bot.platforms.matrix.wire import NotSent, WireError
from storage import Storage
from tests.fakes.synapse import Gate, Synapse, person
from tests.platforms.echo import Echo, said
from tests.platforms.matrix_stage import chat, connected, heard, herald, running, send, us


def known(matrix: Matrix) -> set[str]:
    """Of whom a device is in the vault, but for ourselves."""
    devices = matrix._living().keys.store.load_device_keys()
    return {device.user_id for device in devices} - {us(matrix)}


async def test_who_left_the_encrypted_room_is_forgotten(synapse: Synapse, storage: Storage) -> None:
    """Though she still reads in a plain one; who stays is known, also after a restart."""
    async with (
        person(synapse, "anna", encrypted=True) as anna,
        person(synapse, "boris", encrypted=True) as boris,
    ):
        account = await synapse.account("herald")
        async with running(connected(account, storage), Echo()):
            await chat(anna, account.user)
            sealed = await anna.create_room(encrypted=True, invite=[account.user, boris.user])
            await boris.join(sealed)
            await boris.meets(sealed, account.user)
            await boris.say(sealed, "!hello")
            await heard(anna, sealed, "You said: !hello.")
            await anna.leave(sealed)
        matrix = connected(account, storage)
        async with running(matrix, Echo()):
            before = known(matrix)
            life = matrix._living()
            life.keys.encrypt("!nowhere:synapse.test")  # and a room that nobody lets us see
            await forget_strangers(life.keys, life.rooms)
            after = known(matrix)
            await send(matrix, sealed, said("News"))
            news = await heard(boris, sealed, "News")

    assert {anna.user, boris.user} == before
    assert {boris.user} == after
    assert news.encrypted


async def test_a_room_that_we_left_leaves_nobody(
    synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Soon after; who shares another encrypted room with us stays."""
    monkeypatch.setattr(strangers, "SOON_SECONDS", 0.0)
    async with (
        person(synapse, "anna", encrypted=True) as anna,
        person(synapse, "boris", encrypted=True) as boris,
        herald(synapse, storage) as matrix,
    ):
        await chat(anna, us(matrix))
        await chat(boris, us(matrix), encrypted=True)
        sealed = await anna.create_room(encrypted=True, invite=[us(matrix)])
        await anna.meets(sealed, us(matrix))
        await send(matrix, sealed, said("News"))
        await heard(anna, sealed, "News")
        before = known(matrix)
        await anna.kick(sealed, us(matrix))
        async with asyncio.timeout(30):
            while anna.user in known(matrix):
                await asyncio.sleep(0.02)
        after = known(matrix)

    assert {anna.user, boris.user} == before
    assert {boris.user} == after


@pytest.mark.parametrize(("status", "code"), [(429, "M_LIMIT_EXCEEDED"), (502, "")])
async def test_while_nobody_can_be_asked_nobody_is_forgotten(
    synapse: Synapse, storage: Storage, status: int, code: str
) -> None:
    """Who is in a room that cannot be looked into now may be anybody."""
    account = await synapse.account("herald")
    async with person(synapse, "anna", encrypted=True) as anna, Gate(synapse.url) as gate:
        matrix = connected(account, storage, homeserver=gate.url)
        async with running(matrix, Echo()):
            await chat(anna, us(matrix), encrypted=True)
            life = matrix._living()
            for room in life.keys.rooms:
                life.rooms.forget(room)
            gate.catch(
                lambda _, path: path.endswith("/joined_members"), status=status,
                content={"errcode": code},
            )  # fmt: skip
            with pytest.raises(WireError):
                await forget_strangers(life.keys, life.rooms)
            during = known(matrix)

    assert {anna.user} == during


async def test_a_look_that_failed_is_taken_again(
    synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not tomorrow, but soon."""
    looks: list[bool] = []
    looked = asyncio.Event()

    async def fails(_keys: Keys, _rooms: Rooms) -> None:
        looks.append(True)
        if len(looks) < 3:
            raise NotSent("not sent: no connection")
        looked.set()

    monkeypatch.setattr(strangers, "SOON_SECONDS", 0.0)
    monkeypatch.setattr(strangers, "forget_strangers", fails)
    async with herald(synapse, storage) as matrix:
        matrix._living().keys.parted.set()
        async with asyncio.timeout(30):
            await looked.wait()
