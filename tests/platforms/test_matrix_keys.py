"""A client that is killed loses no key: whatever was said to it, it reads when it is back."""

from __future__ import annotations

import asyncio
from typing import Any

import nio
import pytest
from nio import Api

from bot.platforms.matrix.store import Machine, VaultStore
from storage import Storage
from tests.fakes.synapse import Account, Person, Synapse, person
from tests.platforms.matrix_lives import life, read, words


class Killed(Exception):
    """The process is gone from here on."""


async def with_anna(synapse: Synapse, anna: Person) -> tuple[Account, str]:
    """An account that is in an encrypted room with her."""
    account = await synapse.account("herald")
    room = await anna.create_room(direct=True, encrypted=True, invite=[account.user])
    await account.ask("POST", f"/_matrix/client/v3/join/{room}", {})
    await anna.meets(room, account.user)
    return account, room


async def test_what_came_while_away_is_read(synapse: Synapse, storage: Storage) -> None:
    """Keys that came before, and keys that came meanwhile; what we say is read, too."""
    async with person(synapse, "anna", encrypted=True) as anna:
        account, room = await with_anna(synapse, anna)
        async with life(storage, account) as client:
            await read(client)
            await anna.say(room, "one")
            assert ["one"] == words(await read(client))
        await anna.say(room, "two")
        anna.client.invalidate_outbound_session(room)
        await anna.say(room, "three")
        async with life(storage, account) as client:
            assert ["two", "three"] == words(await read(client))
            await say(client, room, "four")
            heard = await anna.hears(lambda it: it.body == "four")
            assert heard.encrypted


async def say(client: nio.AsyncClient, room: str, text: str) -> None:
    """Say something in a room of which the last sync may have said nothing."""
    if room not in client.rooms:
        encrypted = room in client.encrypted_rooms
        client.rooms[room] = nio.MatrixRoom(room, client.user_id, encrypted)
    content = {"msgtype": "m.notice", "body": text}
    sent = await client.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
    assert isinstance(sent, nio.RoomSendResponse), sent


async def test_a_kill_between_reading_and_keeping_how_far(
    synapse: Synapse, storage: Storage
) -> None:
    """The same answer is read again, with the same keys in it."""
    async with person(synapse, "anna", encrypted=True) as anna:
        account, room = await with_anna(synapse, anna)
        async with life(storage, account) as client:
            await read(client)
            await anna.say(room, "one")
            found = await client.sync(0, since=client.store.load_sync_token())
            assert ["one"] == words(found.rooms.join[room].timeline.events)
        async with life(storage, account) as client:
            assert ["one"] == words(await read(client))


async def test_a_kill_between_the_halves_of_a_key(
    synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step of a session is kept with the key that it brought, or neither."""
    async with person(synapse, "anna", encrypted=True) as anna:
        account, room = await with_anna(synapse, anna)
        async with life(storage, account) as client:
            await read(client)
            await anna.say(room, "one")
            with monkeypatch.context() as patch:
                patch.setattr(VaultStore, "save_inbound_group_session", dies)
                with pytest.raises(Killed):
                    await read(client)
        async with life(storage, account) as client:
            assert ["one"] == words(await read(client))


def dies(*_: object) -> None:
    raise Killed


async def test_a_kill_while_keys_are_uploaded(synapse: Synapse, storage: Storage) -> None:
    """The server has them and says so to nobody; what is said with them is read all the same."""
    async with person(synapse, "anna", encrypted=True) as anna:
        account, room = await with_anna(synapse, anna)
        async with life(storage, account) as client:
            assert isinstance(client.olm, Machine)
            content = client.olm.share_keys()
            _, path, body = Api.keys_upload(account.token, content)
            answer = await account.ask("POST", path.partition("?")[0], content)
            assert 50 == answer["one_time_key_counts"]["signed_curve25519"], body
        await anna.say(room, "one")
        async with life(storage, account) as client:
            assert ["one"] == words(await read(client))


async def test_a_kill_while_a_room_key_is_shared(synapse: Synapse, storage: Storage) -> None:
    """Each step of a session is used once, so that the next key is read, too."""
    async with person(synapse, "anna", encrypted=True) as anna:
        account, room = await with_anna(synapse, anna)
        async with life(storage, account) as client:
            await read(client)
            await anna.say(room, "hello")
            await read(client)
            await client.joined_members(room)
            client.olm.create_outbound_group_session(room)
            key = client.olm.outbound_group_sessions[room]
            devices = client.olm.device_store.active_user_devices(anna.user)
            await send_keys(account, client.olm.room_key(room, key, devices))
        async with life(storage, account) as client:
            await read(client)
            await say(client, room, "one")
            await anna.hears(lambda it: it.body == "one")
            assert {} == anna.ears.undecrypted


async def send_keys(account: Account, content: Any) -> None:
    """As the library sends them."""
    path = "/_matrix/client/v3/sendToDevice/m.room.encrypted/1"
    assert {} == await account.ask("PUT", path, content)


async def test_a_device_in_many_rooms_is_loaded_in_a_thread(
    synapse: Synapse, storage: Storage
) -> None:
    """The vault is for any thread; the loop goes on meanwhile."""
    account = await synapse.account("herald")
    async with life(storage, account) as client:
        assert isinstance(client.store, VaultStore)
        await asyncio.to_thread(client.store.save_sync_token, "s1")
        assert "s1" == client.store.load_sync_token()
