"""The vault is lost, and there is but an access token: nothing is said with keys of nobody's. With
the password a new device begins, where the old one was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.chat import Later, Message, Sent
from bot.platforms.matrix.kept import Kept
from bot.platforms.matrix.keys import ForeignKeys
from bot.platforms.matrix.platform import LOST, Matrix
from bot.platforms.matrix.store import VaultStore
from storage import Storage, open_storage
from storage.model import Address, Attachment, RichText
from tests.fakes.botapi_stage import png
from tests.fakes.synapse import Gate, Person, Synapse, person
from tests.platforms.echo import Echo, said
from tests.platforms.matrix_crowd import ANNA, ME, MY_DEVICE, Device, crowd, side
from tests.platforms.matrix_stage import Reports, chat, connected, heard, running, send
from tests.platforms.test_matrix_restored import SEAL, active, life, subscribed

PICTURE = Attachment(png(20, 10), "image/png", "lead.png")


@asynccontextmanager
async def without_keys(
    synapse: Synapse, storage: Storage, anna: Person, folder: Path, reports: Reports
) -> AsyncIterator[tuple[Matrix, Gate, str, str, str]]:
    """A run whose vault is lost: the platform, what it asks, a message of before, and the rooms,
    of which the first is encrypted.
    """
    account = await synapse.account("herald")
    async with Gate(synapse.url) as gate:
        matrix = connected(account, storage, password=None, access_token=account.token)
        async with running(matrix, Echo()):
            rooms = [await chat(anna, account.user, encrypted=sealed) for sealed in (True, False)]
            sent = await send(matrix, rooms[0], said("Before"))
            await heard(anna, rooms[0], "Before")
        next(folder.glob("*.vault")).unlink()
        later = connected(
            account, storage, homeserver=gate.url, reports=reports,
            password=None, access_token=account.token,
        )  # fmt: skip
        async with running(later, Echo()):
            # Synapse may give the answer to the first run's first question once more.
            async with asyncio.timeout(30):
                while rooms[0] not in later._living().keys.rooms:
                    await asyncio.sleep(0.02)
            yield later, gate, sent, rooms[0], rooms[1]


async def refused(sending: object) -> None:
    """It waits a while, and is no trouble of the platform's."""
    with pytest.raises(Later, match="the keys of Herald's device are lost") as raised:
        await sending  # type: ignore[misc]
    assert "chat" == raised.value.scope
    assert raised.value.seconds is not None
    assert raised.value.seconds >= 60
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


async def test_encrypted_rooms_get_nothing_and_plain_ones_go_on(
    synapse: Synapse, storage: Storage, tmp_path: Path
) -> None:
    """No message, no picture, no change, and no key for anybody; what waits is not lost by it."""
    news = Message(RichText("News"), picture=PICTURE)
    async with (
        person(synapse, "anna", encrypted=True) as anna,
        without_keys(synapse, storage, anna, tmp_path, Reports()) as found,
    ):
        matrix, gate, sent, sealed, plain = found
        await refused(send(matrix, sealed, news, "2.0"))
        await refused(matrix.edit(Address("matrix", sealed), Sent(sent), said("Other")))
        await anna.say(plain, "still there?")
        await heard(anna, plain, "You said: still there?.")
        await send(matrix, plain, said("The end"), "3.0")
        await heard(anna, plain, "The end")

    asked = [path for _, path in gate.asked]
    assert [] == [p for p in asked if "m.room.encrypted" in p or "/upload" in p or "claim" in p]


async def test_no_session_is_begun_with_keys_of_nobody(storage: Storage) -> None:
    """Nor is our name given other keys: what others know us by stays at the homeserver."""
    async with crowd() as server, side(server, storage) as herald:
        server.has(ANNA, 2)
        await herald.say(ANNA)
        server.claimed.clear()
        server.mine = Device(ME, MY_DEVICE).keys
        server.has(ANNA, 2)  # so that what was made for an answer is made anew
        with pytest.raises(ForeignKeys):
            await herald.keys.begin()
        uploads = server.asked["keys/upload"]
        herald.keys.machine.account.shared = False
        herald.keys.machine.wedged_devices.extend(herald.keys.devices.of([ANNA]))
        await herald.keys.upkeep()

    assert {} == server.claimed
    assert uploads == server.asked["keys/upload"]


async def test_it_is_said_once_and_stands_in_the_status(
    synapse: Synapse, storage: Storage, tmp_path: Path
) -> None:
    """The last word on how the platform is, however well the homeserver is."""
    reports = Reports()
    async with person(synapse, "anna", encrypted=True) as anna:
        with capture_logs() as logs:
            async with without_keys(synapse, storage, anna, tmp_path, reports) as found:
                _, gate, _, _, plain = found
                catch = gate.catch(lambda _, path: path.endswith("/sync"), status=502)
                await anna.say(plain, "this ends a poll")
                await catch.caught()
                await anna.say(plain, "and now?")
                await heard(anna, plain, "You said: and now?.")

    assert (False, LOST) == reports.said[0] == reports.said[-1]
    assert 3 == len(reports.said)
    assert 1 == sum("keys of this device are lost" in str(line.get("event")) for line in logs)


@pytest.mark.parametrize("away", [False, True], ids=["at once", "at the second try"])
async def test_with_the_password_nothing_is_lost_that_was_said_meanwhile(
    synapse: Synapse, tmp_path: Path, away: bool
) -> None:
    """The new device reads on where the old one was, of which nothing is left; the homeserver may
    be away once the old one is logged out.
    """
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna, Gate(synapse.url) as gate:
        token: dict[str, object] = {
            "homeserver": gate.url, "password": None, "access_token": account.token,
        }  # fmt: skip
        async with life(tmp_path, account, **token):
            room = await subscribed(anna, account.user, encrypted=False)
        next(tmp_path.glob("*.vault")).unlink()
        async with life(tmp_path, account, **token):
            pass
        await anna.say(room, "/unsubscribe")
        if away:
            gate.catch(lambda _, path: path.endswith("/login"), status=502)
        async with life(tmp_path, account, homeserver=gate.url) as storage:
            await heard(anna, room, "You are unsubscribed.")
            subscribed_still = await active(storage, room)
        async with open_storage(tmp_path / "here.db", SEAL) as storage:
            with storage.vault("matrix") as vault:
                login = Kept(vault).login()
                left = VaultStore(vault, account.user, account.device)
                kept = left.load_account(), left.load_sync_token()

    assert not subscribed_still
    assert login is not None
    assert account.device != login.device
    assert (None, None) == kept
