"""The Matrix server of the tests is a real one, and its people hear what is said."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.fakes.synapse import USUAL, Gate, Synapse, person
from tests.fakes.synapse.install import VARIABLE, MissingError, _python
from tests.fakes.synapse.server import on_stage


async def test_people_talk_and_hear_edits_and_redactions(synapse: Synapse) -> None:
    """What was said reads as it was changed last, and is gone when it is taken back."""
    async with person(synapse, "anna") as anna, person(synapse, "boris") as boris:
        room = await anna.create_room(direct=True, invite=[boris.user])
        assert room == await boris.invited()
        await boris.join(room)
        await anna.meets(room, boris.user)
        first = await anna.say(room, "Hello", html="<b>Hello</b>")
        heard = await boris.hears(lambda it: it.id == first)

        assert ("Hello", "<b>Hello</b>", False) == (heard.body, heard.html, heard.encrypted)

        await anna.edit(room, first, "Good morning")
        await boris.hears(lambda it: it.body == "Good morning" and it.edits == 1)
        reply = await boris.reply(room, first, "And to you")
        await anna.hears(lambda it: it.answers == first and it.id == reply)
        await boris.react(room, first, "👍")
        await anna.sees(lambda it: getattr(it, "key", "") == "👍")
        await anna.redact(room, first)
        await boris.hears(lambda it: it.id == first and it.redacted and not it.body)


async def test_encrypted_people_read_each_other(synapse: Synapse) -> None:
    """The server sees nothing of it; edits and answers come through, too."""
    async with (
        person(synapse, "anna", encrypted=True) as anna,
        person(synapse, "boris", encrypted=True) as boris,
    ):
        room = await anna.create_room(direct=True, encrypted=True, invite=[boris.user])
        await boris.join(room)
        await anna.meets(room, boris.user)
        first = await anna.say(room, "Hello")
        heard = await boris.hears(lambda it: it.id == first)

        assert ("Hello", True) == (heard.body, heard.encrypted)

        await anna.edit(room, first, "Good morning")
        await boris.hears(lambda it: it.body == "Good morning")
        answer = await boris.reply(room, first, "And to you")
        await anna.hears(lambda it: it.id == answer and it.encrypted and it.answers == first)

        assert {} == boris.ears.undecrypted


async def test_rooms_are_upgraded_and_people_put_out(synapse: Synapse) -> None:
    """The new room is another; who is put out is no member any more."""
    async with person(synapse, "anna") as anna, person(synapse, "boris") as boris:
        room = await anna.create_room(invite=[boris.user])
        await boris.join(room)
        await anna.set_power(room, boris.user, 50)
        new = await anna.upgrade_room(room, invite=[boris.user])
        await boris.join(new)

        assert 50 == (await boris.state(new, "m.room.power_levels"))["users"][boris.user]
        assert new == (await boris.state(room, "m.room.tombstone"))["replacement_room"]

        await anna.kick(new, boris.user)
        assert {anna.user} == await anna.members(new)


async def test_a_server_is_away_and_comes_back(own_synapse: Synapse) -> None:
    """Killed, it has its rooms when it is back, and clients go on by themselves."""
    async with person(own_synapse, "anna") as anna, person(own_synapse, "boris") as boris:
        room = await anna.create_room(invite=[boris.user])
        await boris.join(room)
        async with own_synapse.away(abruptly=True):
            pass
        said = await anna.say(room, "Still here")

        assert said == (await boris.hears(lambda it: it.body == "Still here")).id


async def test_its_own_limit_is_there_if_asked_for(tmp_path: Path) -> None:
    """With Synapse's own settings a burst is refused, and told how long to wait."""
    with on_stage(tmp_path / "synapse", messages=USUAL) as limited:
        anna = await limited.account("anna")
        made = await anna.ask("POST", "/_matrix/client/v3/createRoom", {})
        path = f"/_matrix/client/v3/rooms/{made['room_id']}/send/m.room.message"
        said = {"msgtype": "m.text", "body": "Hello"}
        answers = [await anna.ask("PUT", f"{path}/{n}", said) for n in range(15)]
    refused = [answer for answer in answers if answer.get("errcode") == "M_LIMIT_EXCEEDED"]

    assert refused
    assert all(answer["retry_after_ms"] > 0 for answer in refused)


def test_an_environment_that_is_none_is_said(tmp_path: Path) -> None:
    """The tests skip with these words; they do not hang."""
    with pytest.raises(MissingError, match="no Python environment"):
        _python(tmp_path)
    assert VARIABLE.isupper()


async def test_a_gate_swallows_and_refuses(synapse: Synapse) -> None:
    """What it swallows the server has done, what it refuses it has not heard of."""
    async with Gate(synapse.url) as gate, person(synapse, "anna") as anna:
        room = await anna.create_room()
        path = f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.message"
        here = replace(anna.account, url=gate.url)
        gate.catch(lambda _, path: path.endswith("/1"), status=429, content={"errcode": "WAIT"})
        said = {"msgtype": "m.text", "body": "one"}
        assert {"errcode": "WAIT"} == await here.ask("PUT", f"{path}/1", said)
        swallowed = gate.catch(lambda _, path: path.endswith("/2"))
        asking = asyncio.create_task(here.ask("PUT", f"{path}/2", said | {"body": "two"}))
        await swallowed.caught()
        again = await here.ask("PUT", f"{path}/2", said | {"body": "two again"})
        await anna.sees(lambda it: it.event_id == again["event_id"])

        assert not asking.done()
        assert ["two"] == [each.body for each in anna.messages(room)]
        asking.cancel()
