"""What the doctor says of a Matrix account: it looks, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.platforms.checking import Around, Check
from bot.platforms.matrix import Options
from bot.platforms.matrix import check as module
from bot.platforms.matrix.check import check
from bot.platforms.matrix.check_keys import KEYS, OTHERS
from bot.platforms.matrix.kept import Login
from bot.platforms.matrix.keys import open_keys
from bot.platforms.matrix.wire import Wire
from storage import Seal, Storage, Vault, open_storage
from tests.fakes.loopback import Loopback
from tests.fakes.synapse import Account, Synapse
from tests.platforms.echo import Echo
from tests.platforms.matrix_stage import connected, running

AROUND = Around("", "127.0.0.1", 8080, False)


async def found(account: Account, around: Around = AROUND, **more: object) -> list[Check]:
    """What it says with these options, a password unless one says otherwise."""
    given: dict[str, object] = {
        "homeserver": account.url, "user": account.user, "password": account.password,
    }  # fmt: skip
    options = {name: value for name, value in (given | more).items() if value is not None}
    return await check(Options.model_validate(options), around)


def faults(checks: list[Check]) -> list[str]:
    return [f"{one.check}: {one.detail}" for one in checks if not one.ok]


async def test_a_sound_account_has_no_fault_and_no_new_device(synapse: Synapse) -> None:
    """With a password, which is not tried, and with a token."""
    account = await synapse.account("herald")
    token: dict[str, Any] = {"password": None, "access_token": account.token}

    assert [] == faults(await found(account)) == faults(await found(account, **token))
    devices = await account.ask("GET", "/_matrix/client/v3/devices")
    assert [account.device] == [device["device_id"] for device in devices["devices"]]


async def test_a_wrong_token_and_a_room_that_is_not_there(synapse: Synapse) -> None:
    """Each in one line; rooms by their place in the list."""
    account, other = await synapse.account("herald"), await synapse.account("other")

    assert ["matrix account: The homeserver refuses the access token."] == faults(
        await found(account, password=None, access_token="syt_wrong")
    )
    assert ["matrix account: The access token is for another user."] == faults(
        await found(account, password=None, access_token=other.token)
    )
    rooms = ["!someroom", "#nowhere:synapse.test"]
    assert ["room no. 2: No room has this alias."] == faults(await found(account, rooms=rooms))


class Domain(Loopback):
    """A web site whose homeserver is elsewhere, and that says so; or is broken."""

    status = 404

    async def respond(self, request: web.Request) -> web.Response:
        if request.path == "/.well-known/matrix/client":
            return web.json_response({"m.homeserver": {"base_url": "https://matrix.example.org/"}})
        return web.Response(status=self.status, text="nothing here")


@pytest.mark.parametrize(
    ("status", "said", "mend"),
    [
        (404, "What answers is none (HTTP 404).", "Set HERALD_MATRIX__HOMESERVER to https://matrix.example.org."),
        (503, "It has trouble (HTTP 503).", "Wait a while and ask again."),
    ],
)  # fmt: skip
async def test_a_domain_leads_to_its_homeserver(
    synapse: Synapse, status: int, said: str, mend: str
) -> None:
    """People give the name that stands in their user ids."""
    domain = Domain()
    domain.status = status
    await domain.start()
    try:
        account = await synapse.account("herald")
        checks = await found(account, homeserver=domain.url)
    finally:
        await domain.stop()
    fault = next(one for one in checks if not one.ok)

    assert (said, mend) == (fault.detail, fault.mend)


async def test_nobody_is_there(synapse: Synapse) -> None:
    """The network is named, and what to look at."""
    account = await synapse.account("herald")
    checks = await found(account, homeserver="http://127.0.0.1:9")

    assert ["matrix homeserver: It could not be reached."] == faults(checks)


async def test_without_the_libraries(synapse: Synapse, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is to be installed, before `herald run` says it."""
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    account = await synapse.account("herald")

    assert ["matrix libraries: They are not installed."] == faults(await found(account))


def beside(storage: Storage, *, running: bool = False) -> Around:
    """With the vault that lies beside this database."""
    return replace(AROUND, running=running, vault=lambda: storage.vault("matrix"))


def said(checks: list[Check], name: str) -> tuple[bool, str]:
    """Whether this one is well, and its line."""
    [one] = [check for check in checks if check.check == name]
    return one.ok, one.detail


@pytest.mark.parametrize("by", ["password", "token"])
async def test_the_same_keys_are_here_and_there(
    synapse: Synapse, storage: Storage, by: str
) -> None:
    """None before the first start, then the same; and none that others know once it was lost."""
    account = await synapse.account("herald")
    given: dict[str, Any] = {}
    if by == "token":
        given = {"password": None, "access_token": account.token}
    before = await found(account, **given)
    async with running(connected(account, storage, **given), Echo()):
        pass
    after = await found(account, beside(storage), **given)
    lost = await found(account, **given)

    assert (True, "There are none yet: the first start makes them.") == said(before, KEYS)
    assert (True, "The homeserver has the same ones for Herald's device.") == said(after, KEYS)
    assert [] == faults(after)
    assert (by == "password") == said(lost, KEYS)[0]
    if by == "token":
        there = "For Herald's device the homeserver has some, and the vault is lost or new."
        assert [f"{KEYS}: {there}"] == faults(lost)


async def test_other_keys_are_there(synapse: Synapse, storage: Storage, tmp_path: Path) -> None:
    """Another Herald was this device before; what to do is said."""
    account = await synapse.account("herald")
    token: dict[str, Any] = {"password": None, "access_token": account.token}
    async with running(connected(account, storage, **token), Echo()):
        pass
    async with open_storage(tmp_path / "other.db", Seal(bytes(32))) as other:
        async with running(connected(account, other, **token), Echo()):
            pass
        checks = await found(account, beside(other), **token)

    there = "For Herald's device the homeserver has other ones than the vault."
    assert [f"{KEYS}: {there}"] == faults(checks)
    assert ["HERALD_MATRIX__ACCESS_TOKEN" in one.mend for one in checks if not one.ok] == [True]


async def test_keys_that_are_only_here(synapse: Synapse, storage: Storage) -> None:
    """A start mends it: it is a fault while Herald runs."""
    account = await synapse.account("herald")
    token: dict[str, Any] = {"password": None, "access_token": account.token}
    login = Login(account.url, account.user, account.device, account.token)
    with storage.vault("matrix") as vault:
        await open_keys(Wire(account.url), vault, login)
    line = "The homeserver has none for Herald's device"

    ok, detail = said(await found(account, beside(storage), **token), KEYS)
    assert (True, f"{line}; the next start mends it.") == (ok, detail)
    ok, detail = said(await found(account, beside(storage, running=True), **token), KEYS)
    assert (False, f"{line}.") == (ok, detail)


async def test_a_session_that_was_ended(synapse: Synapse, storage: Storage) -> None:
    """With a password it is no fault."""
    account = await synapse.account("herald")
    async with running(connected(account, storage), Echo()):
        pass
    await account.ask("POST", "/_matrix/client/v3/logout/all", {})
    checks = await found(account, beside(storage))

    assert (True, "The homeserver has ended Herald's session: the next start logs in again.") == (
        said(checks, KEYS)
    )


async def test_a_second_herald_has_the_account(
    synapse: Synapse, storage: Storage, tmp_path: Path
) -> None:
    """Each logs in as a device of its own, and both would answer."""
    account = await synapse.account("herald")
    async with running(connected(account, storage), Echo()):
        pass
    alone = await found(account, beside(storage))
    async with (
        open_storage(tmp_path / "other.db", Seal(bytes(32))) as other,
        running(connected(account, other), Echo()),
    ):
        both = await found(account, beside(storage))

    assert (True, "No other Herald has used the account lately.") == said(alone, OTHERS)
    assert [f"{OTHERS}: Another Herald used the account 0 minutes ago."] == faults(both)


async def test_a_vault_of_another_key(synapse: Synapse, storage: Storage, tmp_path: Path) -> None:
    """It is said, and hides nothing else."""
    account = await synapse.account("herald")
    async with running(connected(account, storage), Echo()):
        pass
    file = next(tmp_path.glob("*.vault"))
    around = replace(AROUND, vault=lambda: Vault(file, "matrix", Seal(bytes(32))))
    checks = await found(account, around)

    ok, detail = said(checks, KEYS)
    assert not ok
    assert "was not sealed with this key" in detail
    assert 1 == len(faults(checks))
