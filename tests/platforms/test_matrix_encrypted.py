"""A chat that is encrypted works like any other, from its first word on and through restarts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from tests.fakes.synapse import Account, Person, Synapse, person
from tests.faults.home import Home
from tests.faults.matrix_world import matrix_home
from tests.running import environment, herald

DEVICES = "/_matrix/client/v3/devices"


@asynccontextmanager
async def house(folder: Path, synapse: Synapse) -> AsyncIterator[tuple[Home, Person, Account]]:
    """Herald's side, Anna with a client that encrypts, and Herald's account."""
    async with person(synapse, "anna", encrypted=True) as anna:
        bot = await synapse.account("herald")
        async with matrix_home(folder, synapse.url, bot) as home:
            yield home, anna, bot


async def subscribed(anna: Person, bot: Account, *, encrypted: bool = True) -> str:
    """A chat that she opens with Herald, and in which she has subscribed."""
    room = await anna.create_room(direct=True, encrypted=encrypted, invite=[bot.user])
    await anna.meets(room, bot.user)
    await anna.hears(lambda it: it.room == room and "Subscribe" in it.body)
    told = await anna.ask(room, "/subscribe")
    assert encrypted == told.encrypted
    return room


async def works(home: Home, anna: Person, room: str) -> None:
    """She is answered and told of what is new, and all of it is encrypted."""
    asked = await anna.ask(room, "!help")
    assert "/latest" in asked.body
    title = await home.announce()
    await anna.hears(lambda it: it.room == room and title in it.body)
    theirs = [each for each in anna.messages(room) if each.sender != anna.user]

    assert [] == [each.body for each in theirs if not each.encrypted]
    assert {} == anna.ears.undecrypted


async def test_a_direct_chat_is_answered_and_told(tmp_path: Path, synapse: Synapse) -> None:
    """From the invitation on; and after a restart and a kill, which nobody notices."""
    async with house(tmp_path, synapse) as (home, anna, bot):
        async with home.life(ready=True) as life:
            room = await subscribed(anna, bot)
            await works(home, anna, room)
            assert 0 == await life.stop()
        before = await bot.ask("GET", DEVICES)
        async with home.life(ready=True) as life:
            await works(home, anna, room)
            await life.kill()
        async with home.life(ready=True):
            await works(home, anna, room)
        after = await bot.ask("GET", DEVICES)

        assert names(before) == names(after)


def names(devices: dict[str, list[dict[str, str]]]) -> set[str]:
    """The ids of the devices in an answer."""
    return {device["device_id"] for device in devices["devices"]}


async def test_what_was_asked_while_it_was_away_is_answered(
    tmp_path: Path, synapse: Synapse
) -> None:
    """With a key that came meanwhile, too."""
    async with house(tmp_path, synapse) as (home, anna, bot):
        async with home.life(ready=True) as life:
            room = await subscribed(anna, bot)
            await life.kill()
        anna.client.invalidate_outbound_session(room)
        heard = len(anna.messages(room))
        await anna.say(room, "!help")
        async with home.life(ready=True):
            await anna.hears(lambda it: it in anna.messages(room)[heard:] and "/latest" in it.body)


async def test_a_room_becomes_encrypted(tmp_path: Path, synapse: Synapse) -> None:
    """From that moment nothing of Herald's can be read by the server."""
    async with house(tmp_path, synapse) as (home, anna, bot), home.life(ready=True):
        room = await subscribed(anna, bot, encrypted=False)
        await anna.encrypt_room(room)
        await anna.ears.until(lambda: anna.client.rooms[room].encrypted)
        answer = await anna.ask(room, "!help")
        title = await home.announce()
        told = await anna.hears(lambda it: title in it.body)

        assert [True, True] == [answer.encrypted, told.encrypted]


async def test_a_room_becomes_encrypted_while_it_is_away(tmp_path: Path, synapse: Synapse) -> None:
    """What waited while Herald was away goes there encrypted."""
    async with house(tmp_path, synapse) as (home, anna, bot):
        async with home.life(ready=True) as life:
            room = await subscribed(anna, bot, encrypted=False)
            assert 0 == await life.stop()
        for _ in range(2):
            async with home.life(ready=True) as life:
                assert 0 == await life.stop()
        await anna.encrypt_room(room)
        await anna.ears.until(lambda: anna.client.rooms[room].encrypted)
        title = await home.announce()
        async with home.life(ready=True):
            told = await anna.hears(lambda it: title in it.body)

        assert told.encrypted


async def test_who_joins_reads_what_is_said_from_then_on(tmp_path: Path, synapse: Synapse) -> None:
    """A second person in the room gets the key to the next release, though it was shared before."""
    async with (
        house(tmp_path, synapse) as (home, anna, bot),
        person(synapse, "boris", encrypted=True) as boris,
        home.life(ready=True),
    ):
        room = await subscribed(anna, bot)
        first = await home.announce()
        await anna.hears(lambda it: first in it.body)
        await anna.invite(room, boris.user)
        await boris.join(room)
        await anna.meets(room, boris.user)
        second = await home.announce()
        told = await boris.hears(lambda it: second in it.body)

        assert told.encrypted
        assert [] == [each for each in boris.messages(room) if first in each.body]


async def test_a_restored_backup_goes_on(tmp_path: Path, synapse: Synapse) -> None:
    """On another machine, with the key: both ways, as if nothing had been."""
    async with house(tmp_path, synapse) as (home, anna, bot):
        async with home.life(ready=True) as life:
            room = await subscribed(anna, bot)
            await works(home, anna, room)
            kept = tmp_path / "backup.db"
            assert 0 == (await herald(home.env, "backup", str(kept)))[0]
            await works(home, anna, room)
            await life.stop()
        other = await restored(home, tmp_path / "other", kept)
        async with other.life(ready=True):
            await anna.say(room, "!help")
            await works(other, anna, room)


async def restored(home: Home, folder: Path, backup: Path) -> Home:
    """Herald in another folder, with its key and what the backup holds."""
    (folder / "data").mkdir(parents=True)
    database, key = folder / "data" / "herald.db", folder / "herald.key"
    key.write_bytes((home.folder / "herald.key").read_bytes())
    key.chmod(0o600)
    env = home.env | {
        name: value
        for name, value in environment(folder, DATABASE=database, SECRET_KEY_FILE=key).items()
        if name.startswith("HERALD_")
    }
    code, out, err = await herald(env, "restore", str(backup))
    assert 0 == code, out + err
    return replace(home, folder=folder, env=env)


async def test_the_doctor_knows_the_keys(tmp_path: Path, synapse: Synapse) -> None:
    """With the vault beside the database: the homeserver has the same."""
    async with house(tmp_path, synapse) as (home, _, _):
        async with home.life(ready=True) as life:
            assert 0 == await life.stop()
        _, out, err = await herald(home.env, "doctor", "--json")

    found = {one["check"]: (one["ok"], one["detail"]) for one in json.loads(out)}
    same = "The homeserver has the same ones for Herald's device."
    assert (True, same) == found["matrix keys"], err
