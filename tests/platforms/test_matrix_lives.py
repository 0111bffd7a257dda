"""One run of Matrix after another: the same device, nothing answered twice, nothing missed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.chat import Later, Request, Stop
from bot.platforms import trying
from bot.platforms.matrix.platform import Matrix
from storage import DatabaseError, Seal, Storage, open_storage
from storage.model import Address
from tests.fakes.synapse import Account, Gate, Person, Synapse, person
from tests.platforms.echo import Echo, said
from tests.platforms.matrix_stage import Reports, chat, connected, heard, running, texts

BOTH = pytest.mark.parametrize("encrypted", [False, True])


async def devices(account: Account) -> set[str]:
    """All of the account's devices, but for the one that the test itself uses."""
    found = await account.ask("GET", "/_matrix/client/v3/devices")
    return {device["device_id"] for device in found["devices"]} - {account.device}


@BOTH
async def test_what_is_said_while_away_is_answered_once(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """By the same device, which reads it; what was answered before is not answered again."""
    account = await synapse.account("herald")
    async with person(synapse, "anna", encrypted=encrypted) as anna:
        async with running(connected(account, storage), Echo()):
            room = await chat(anna, account.user, encrypted=encrypted)
            await anna.say(room, "one")
            await heard(anna, room, "You said: one.")
        first = await devices(account)
        await anna.say(room, "two")
        for _ in range(2):
            async with running(connected(account, storage), Echo()):
                await heard(anna, room, "You said: two.")
        second = await devices(account)
        answers = texts(anna, room, account.user)

    assert 1 == len(first)
    assert first == second
    assert ["one", "two"] == [text[10:-1] for text in answers[1:]]


@BOTH
async def test_a_busy_room_hides_no_wish_to_be_told_no_more(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """More was said while we were away than the homeserver tells at once: all of it is heard."""
    account = await synapse.account("herald")
    async with (
        person(synapse, "anna", encrypted=encrypted) as anna,
        person(synapse, "boris", encrypted=encrypted) as boris,
    ):
        async with running(connected(account, storage), Echo()):
            room = await anna.create_room(encrypted=encrypted, invite=[boris.user, account.user])
            await boris.join(room)
            await anna.meets(room, account.user)
            await anna.say(room, "!one")
            await heard(anna, room, "You said: !one.")
        await anna.say(room, "!unsubscribe")
        for number in range(150):
            await anna.say(room, f"talk {number}")
        echo = Echo({f"talk {number}": None for number in range(150)})
        async with running(connected(account, storage), echo):
            await heard(anna, room, "You said: !unsubscribe.")

    assert ["!unsubscribe"] == echo.words


@BOTH
async def test_what_was_said_before_the_first_run_is_not_answered(
    synapse: Synapse, storage: Storage, encrypted: bool
) -> None:
    """An account that has been used before; what is encrypted stays so."""
    account = await synapse.account("herald")
    echo = Echo()
    async with person(synapse, "anna", encrypted=encrypted) as anna:
        room = await anna.create_room(invite=[account.user])
        await account.ask("POST", f"/_matrix/client/v3/join/{room}", {})
        await anna.say(room, "long ago")
        if encrypted:
            await anna.encrypt_room(room)
        async with running(connected(account, storage), echo):
            await anna.say(room, "now")
            answer = await heard(anna, room, "You said: now.")

    assert ["now"] == echo.words
    assert encrypted is answer.encrypted


async def test_what_was_said_before_we_came_is_not_for_us(
    synapse: Synapse, storage: Storage
) -> None:
    """A room's history holds commands, and they were meant for others."""
    echo = Echo()
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna, running(connected(account, storage), echo):
        room = await anna.create_room()
        await anna.say(room, "!latest")
        await anna.invite(room, account.user)
        await heard(anna, room, "/start")
        await anna.say(room, "!help")
        await heard(anna, room, "You said: !help.")

    assert ["/start", "!help"] == echo.words


async def test_an_invitation_from_before_is_followed(synapse: Synapse, storage: Storage) -> None:
    """From before the first run, and from between two."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        for _ in range(2):
            room = await anna.create_room(direct=True, invite=[account.user])
            async with running(connected(account, storage), Echo()):
                await heard(anna, room, "/start")


async def test_who_put_us_out_while_away_is_not_told(synapse: Synapse, storage: Storage) -> None:
    """The subscription rests from the next start on."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage), Echo()):
            room = await anna.create_room(invite=[account.user])
            await heard(anna, room, "/start")
        address = Address("matrix", room)
        await storage.subscribers.subscribe(address)
        await anna.kick(room, account.user)
        async with running(connected(account, storage), Echo()), asyncio.timeout(30):
            while (found := await storage.subscribers.find(address)) and found.active:
                await asyncio.sleep(0.02)


async def test_a_run_that_is_killed_is_made_up_for(synapse: Synapse, storage: Storage) -> None:
    """What was asked and not dealt with is asked again; an answer that went out stays one."""
    account = await synapse.account("herald")
    stuck = asyncio.Event()

    async def stop(request: Request) -> None:
        if request.words == "stuck":
            stuck.set()
            await asyncio.Event().wait()

    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage), Echo(before=stop)):
            room = await chat(anna, account.user)
            other = await anna.create_room(direct=True, invite=[account.user])
            await heard(anna, other, "/start")
            await anna.say(room, "stuck")
            await stuck.wait()
            await anna.say(other, "council")
            await heard(anna, other, "You said: council.")
        echo = Echo()
        async with running(connected(account, storage), echo):
            await heard(anna, room, "You said: stuck.")
            await anna.say(other, "the end")
            await heard(anna, other, "the end")
        answers = texts(anna, other, account.user)

    assert {"stuck", "council", "the end"} == set(echo.words)
    assert ["council", "the end"] == [text[10:-1] for text in answers[1:]]


async def refused(account: Account, storage: Storage, **more: object) -> str:
    """How it is refused."""
    with pytest.raises(Stop) as raised:
        async with running(connected(account, storage, **more), Echo()):  # type: ignore[arg-type]
            pass
    assert raised.value.alone
    return str(raised.value)


async def test_wrong_secrets_and_addresses_stop_at_once(synapse: Synapse, storage: Storage) -> None:
    """One line each, that says what to mend."""
    account, other = await synapse.account("herald"), await synapse.account("other")
    token = {"password": None, "access_token": "syt_wrong"}
    another = {"password": None, "access_token": other.token}

    assert "the homeserver refused the user or the password" == await refused(
        account, storage, password="wrong"
    )
    assert "the homeserver refused the access token" == await refused(account, storage, **token)
    assert "another user" in await refused(account, storage, **another)
    assert "the homeserver refused the user or the password" == await refused(
        account, storage, user="@nobody:synapse.test"
    )


@pytest.mark.parametrize("status", [200, 301, 404])
async def test_what_is_no_homeserver_may_be_one_soon(
    synapse: Synapse, storage: Storage, status: int
) -> None:
    """A proxy answers before the homeserver behind it is up: it is asked until that is."""
    reports, account = Reports(), await synapse.account("herald")
    async with Gate(synapse.url) as gate:
        gate.catch(lambda *_: True, status=status, content=[], times=2)
        matrix = connected(account, storage, reports=reports, homeserver=gate.url)
        async with running(matrix, Echo()):
            pass

    why = f"what answers at its address is no Matrix homeserver (HTTP {status})"
    assert [(False, why), (True, "")] == reports.said


async def test_a_homeserver_that_is_not_up_yet_is_waited_for(
    own_synapse: Synapse, storage: Storage
) -> None:
    """From the very start; the report says why, and when it is well."""
    reports, echo = Reports(), Echo()
    account = await own_synapse.account("herald")
    matrix = connected(account, storage, reports=reports)
    ready = asyncio.Event()
    async with own_synapse.away():
        task = asyncio.create_task(matrix.run(echo, ready.set))
        await reports.until(ok=False)
    async with asyncio.timeout(60):
        await ready.wait()
    task.cancel()
    await asyncio.wait([task])

    assert [(False, "the homeserver cannot be reached"), (True, "")] == reports.said


async def test_an_access_token_keeps_its_device(synapse: Synapse, storage: Storage) -> None:
    """Nothing is logged in: the device is the token's."""
    account = await synapse.account("herald")
    given = {"password": None, "access_token": account.token}
    async with person(synapse, "anna", encrypted=True) as anna:
        room = ""
        for number in range(2):
            matrix = connected(account, storage, **given)  # type: ignore[arg-type]
            async with running(matrix, Echo()):
                room = room or await chat(anna, account.user, encrypted=True)
                await anna.say(room, f"word {number}")
                await heard(anna, room, f"You said: word {number}.")

    assert set() == await devices(account)


@pytest.mark.parametrize("lost", ["keys", "session", "database"])
async def test_a_new_device_begins_where_the_old_one_is_of_no_use(
    synapse: Synapse, storage: Storage, tmp_path: Path, lost: str
) -> None:
    """The vault is lost, the homeserver has ended the session, a backup was restored: encrypted
    rooms go on.
    """
    account = await synapse.account("herald")
    async with person(synapse, "anna", encrypted=True) as anna:
        async with running(connected(account, storage), Echo()):
            room = await chat(anna, account.user, encrypted=True)
        if lost == "keys":
            next(tmp_path.glob("*.vault")).unlink()
        elif lost == "session":
            await log_out(account)
        else:
            await storage.facts.set("restored", "1")
        async with running(connected(account, storage), Echo()):
            await known(anna, account.user)
            await anna.say(room, "are you there?")
            await heard(anna, room, "You said: are you there?.")
        async with running(connected(account, storage), Echo()):
            await anna.say(room, "still there?")
            await heard(anna, room, "You said: still there?.")


async def log_out(account: Account) -> None:
    """End all sessions of Herald's, as its owner may in Element."""
    for device in await devices(account):
        identifier = {"type": "m.id.user", "user": account.user}
        auth = {
            "type": "m.login.password", "identifier": identifier, "password": account.password,
        }  # fmt: skip
        path = f"/_matrix/client/v3/devices/{device}"
        session = await account.ask("DELETE", path, {})
        auth["session"] = session["session"]
        await account.ask("DELETE", path, {"auth": auth})


async def known(anna: Person, us: str) -> None:
    """Until her client has asked for our devices."""
    anna.client.olm.users_for_key_query.add(us)
    await anna.client.keys_query()
    anna.client.invalidate_outbound_session(next(iter(anna.client.rooms)))


async def test_what_was_encrypted_while_away_is_never_written_to_in_the_clear(
    synapse: Synapse, storage: Storage
) -> None:
    """Nothing goes out before it is known which rooms are."""
    account = await synapse.account("herald")
    async with person(synapse, "anna", encrypted=True) as anna:
        async with running(connected(account, storage), Echo()):
            room = await chat(anna, account.user)
        await anna.encrypt_room(room)
        matrix = connected(account, storage)
        sending = asyncio.create_task(at_once(matrix, room))
        async with running(matrix, Echo()):
            await sending
            news = await heard(anna, room, "News")

    assert news.encrypted


async def at_once(matrix: Matrix, room: str) -> None:
    """Send as soon as it may be."""
    async with asyncio.timeout(30):
        while True:
            try:
                await matrix.send(Address("matrix", room), said("News"), key="1.0")
            except Later:
                await asyncio.sleep(0)
            else:
                return


async def test_what_was_just_joined_is_never_written_to_in_the_clear(
    synapse: Synapse, storage: Storage
) -> None:
    """Whether it is encrypted is known before anything can be sent there."""
    account = await synapse.account("herald")
    matrix = connected(account, storage)
    async with person(synapse, "anna", encrypted=True) as anna, running(matrix, Echo()):
        room = await anna.create_room(public=True, encrypted=True)
        assert matrix._life
        assert room == await matrix._life._moves.join(room)
        await matrix.send(Address("matrix", room), said("News"), key="1.0")

        assert (await heard(anna, room, "News")).encrypted


async def test_a_vault_of_another_key_is_said_and_stops_us(
    synapse: Synapse, storage: Storage, tmp_path: Path
) -> None:
    """Who lost the key, and put only the database aside, reads what is wrong, once."""
    account = await synapse.account("herald")
    async with (
        open_storage(tmp_path / "other.db", Seal(bytes(32))) as other,
        running(connected(account, other), Echo()),
    ):
        pass
    vault = next(tmp_path.glob("other.db.*.vault"))
    vault.rename(tmp_path / vault.name.replace("other.db", "herald.db"))
    with pytest.raises(Stop, match="key") as raised:
        async with running(connected(account, storage), Echo()):
            pass

    assert raised.value.alone


async def test_with_a_token_lost_keys_are_not_replaced_in_silence(
    synapse: Synapse, storage: Storage, tmp_path: Path
) -> None:
    """Whoever trusts the device is not given other keys under its name; plain rooms go on."""
    account = await synapse.account("herald")
    token = {"password": None, "access_token": account.token}
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage, **token), Echo()):
            room = await chat(anna, account.user)
        before = await identity(account)
        next(tmp_path.glob("*.vault")).unlink()
        async with running(connected(account, storage, **token), Echo()):
            await anna.say(room, "still there?")
            await heard(anna, room, "You said: still there?.")
            await anna.say(room, "and now?")
            await heard(anna, room, "You said: and now?.")

    assert before
    assert before == await identity(account)


async def identity(account: Account) -> dict[str, str]:
    """The keys by which others know the device."""
    path, asked = "/_matrix/client/v3/keys/query", {"device_keys": {account.user: []}}
    found = (await account.ask("POST", path, asked))["device_keys"].get(account.user, {})
    return dict(found.get(account.device, {}).get("keys", {}))


async def test_a_chore_that_dies_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it no keys would be uploaded any more, until a restart."""
    monkeypatch.setattr(trying, "pause_after", lambda failures: 0.001 * failures)
    times = 0

    async def dies() -> None:
        nonlocal times
        times += 1
        if times < 4:
            raise DatabaseError("The database is locked.")

    async with asyncio.timeout(10):
        await trying.chore(dies)

    assert 4 == times
