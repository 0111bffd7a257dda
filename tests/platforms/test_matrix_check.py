"""What the doctor says of a Matrix account: it looks, and leaves nothing behind."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.platforms.checking import Around, Check
from bot.platforms.matrix import Options
from bot.platforms.matrix import check as module
from bot.platforms.matrix.check import check
from tests.fakes.loopback import Loopback
from tests.fakes.synapse import Account, Synapse

AROUND = Around("", "127.0.0.1", 8080, False)


async def found(account: Account, **more: object) -> list[Check]:
    """What it says with these options, a password unless one says otherwise."""
    given: dict[str, object] = {
        "homeserver": account.url, "user": account.user, "password": account.password,
    }  # fmt: skip
    options = {name: value for name, value in (given | more).items() if value is not None}
    return await check(Options.model_validate(options), AROUND)


def faults(checks: list[Check]) -> list[str]:
    return [f"{one.check}: {one.detail}" for one in checks if not one.ok]


async def test_a_sound_account_has_no_fault_and_no_new_device(synapse: Synapse) -> None:
    """With a password, which is not tried, and with a token."""
    account = await synapse.account("herald")
    token = {"password": None, "access_token": account.token}

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
