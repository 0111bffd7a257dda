"""How sends to a Matrix room can end, each as the homeserver really says it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.chat import Gone, Later, Message, NoRights, Refused, SendError, Stop, Unknown
from bot.platforms.matrix.drawing import Drawn
from storage import Storage
from storage.model import Address, RichText
from tests.fakes.synapse import Synapse, person
from tests.platforms.echo import Echo, said
from tests.platforms.matrix_stage import Reports, chat, connected, heard, herald, running, send, us


async def ends(sending: object, end: type[SendError]) -> SendError:
    """It ends like that; the reason names nobody."""
    with pytest.raises(end) as raised:
        await sending  # type: ignore[misc]
    assert not {"!", "@", "$", "synapse"} & set(str(raised.value))
    assert "Secret" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
    return raised.value


async def test_put_out_of_a_room_is_gone(synapse: Synapse, storage: Storage) -> None:
    """Kicked, or never there: nobody can be told; let in again, one can."""
    async with person(synapse, "anna") as anna, herald(synapse, storage) as matrix:
        room = await anna.create_room(invite=[us(matrix)])
        await heard(anna, room, "/start")
        address = Address("matrix", room)
        await storage.subscribers.subscribe(address)
        await anna.kick(room, us(matrix))
        await ends(send(matrix, room, said("Secret")), Gone)
        await until_active(storage, address, active=False)
        await anna.invite(room, us(matrix))
        await until_active(storage, address, active=True)
        await send(matrix, room, said("Back"), "2.0")
        await heard(anna, room, "Back")
        for nowhere in ("!nowhere:synapse.test", "!nowhere", "nonsense", ""):
            await ends(send(matrix, nowhere, said("Secret")), Gone)


async def until_active(storage: Storage, address: Address, *, active: bool) -> None:
    """Until the subscription is so."""
    async with asyncio.timeout(30):
        while True:
            found = await storage.subscribers.find(address)
            if found is not None and found.active is active:
                return
            await asyncio.sleep(0.02)


async def test_where_everybody_else_has_left_nobody_is_told(
    synapse: Synapse, storage: Storage
) -> None:
    """An empty room costs as much of a homeserver's patience as a full one."""
    async with person(synapse, "anna") as anna, herald(synapse, storage) as matrix:
        room = await anna.create_room(public=True, invite=[us(matrix)])
        await anna.meets(room, us(matrix))
        address = Address("matrix", room)
        await storage.subscribers.subscribe(address)
        await anna.leave(room)
        await until_active(storage, address, active=False)
        await anna.join(room)
        await until_active(storage, address, active=True)


async def test_a_room_where_others_alone_may_write(synapse: Synapse, storage: Storage) -> None:
    """It is there, and we have no right to it; until we have."""
    async with person(synapse, "anna") as anna, herald(synapse, storage) as matrix:
        room = await anna.create_room(invite=[us(matrix)])
        await anna.meets(room, us(matrix))
        await anna.set_power_to_talk(room, 50)
        await ends(send(matrix, room, said("Secret")), NoRights)
        await anna.set_power(room, us(matrix), 50)
        await send(matrix, room, said("Allowed"))
        await heard(anna, room, "Allowed")


async def test_what_the_homeserver_finds_too_large_is_refused(
    synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It will never be taken."""
    huge = Drawn({"msgtype": "m.text", "body": "Secret " * 10_000})
    async with person(synapse, "anna") as anna, herald(synapse, storage) as matrix:
        room = await chat(anna, us(matrix))
        monkeypatch.setattr("bot.platforms.matrix.post.drawn", lambda *_, **__: huge)
        await ends(send(matrix, room, Message(RichText("x"))), Refused)


async def test_before_it_is_logged_in_and_after_it_was(synapse: Synapse, storage: Storage) -> None:
    """A courier may be there earlier and later."""
    account = await synapse.account("herald")
    matrix = connected(account, storage)
    end = await ends(send(matrix, "!room", said("Secret")), Later)
    assert isinstance(end, Later)
    assert "platform" == end.scope
    async with running(matrix, Echo()):
        pass
    await ends(send(matrix, "!room", said("Secret")), Later)


async def test_a_homeserver_that_is_away(own_synapse: Synapse, storage: Storage) -> None:
    """Sends wait; what came meanwhile is answered; trouble is said once and its end, too."""
    reports, echo = Reports(), Echo()
    async with (
        person(own_synapse, "anna") as anna,
        herald(own_synapse, storage, echo, reports=reports) as matrix,
    ):
        room = await chat(anna, us(matrix))
        async with own_synapse.away(abruptly=True):
            with pytest.raises((Later, Unknown)):
                await send(matrix, room, said("Secret"))
            await reports.until(ok=False)
        await anna.say(room, "Hello?")
        await heard(anna, room, "You said: Hello?.")
        await send(matrix, room, said("Late"))
        await heard(anna, room, "Late")
        await reports.until(ok=True)

    assert [False, True] == [ok for ok, _ in reports.said]


async def test_a_session_that_was_ended_stops_us(synapse: Synapse, storage: Storage) -> None:
    """Where there is but a token; nothing that waits is lost by it."""
    async with person(synapse, "anna") as anna:
        account = await synapse.account("herald")
        matrix = connected(account, storage, password=None, access_token=account.token)
        async with running(matrix, Echo()) as task:
            room = await chat(anna, us(matrix))
            await account.ask("POST", "/_matrix/client/v3/logout", {})
            await ends(send(matrix, room, said("Secret")), Later)
            with pytest.raises(Stop, match="refused the access token"):
                async with asyncio.timeout(60):
                    await asyncio.shield(task)


async def test_with_a_password_an_ended_session_is_begun_again(
    synapse: Synapse, storage: Storage
) -> None:
    """As a start would: somebody signed all devices out, and people are answered all the same."""
    async with person(synapse, "anna") as anna:
        account = await synapse.account("herald")
        matrix, reports = connected(account, storage), Reports()
        matrix._host = replace(matrix._host, report=reports)
        async with running(matrix, Echo()) as task:
            room = await chat(anna, us(matrix))
            await account.ask("POST", "/_matrix/client/v3/logout/all", {})
            await anna.say(room, "Hello?")
            await heard(anna, room, "You said: Hello?.")
            assert not task.done()
