"""What strangers upload in place of keys keeps nobody else from reading."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from nio.api import Api
from nio.crypto import OlmAccount

from storage import Storage
from tests.fakes.synapse import Account, Synapse, person
from tests.platforms.echo import said
from tests.platforms.matrix_stage import chat, heard, herald, send, us

JOIN = "/_matrix/client/v3/join/"
UPLOAD = "/_matrix/client/v3/keys/upload"
ALGORITHMS = ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"]
RUBBISH = "rubbish"


def signed(account: OlmAccount, who: Account, content: dict[str, Any]) -> dict[str, Any]:
    """With a signature that is valid, whatever else is in it."""
    signature = account.sign(Api.to_canonical_json(content))
    return {**content, "signatures": {who.user: {f"ed25519:{who.device}": signature}}}


def uploaded(who: Account, rubbish: str) -> dict[str, Any]:
    """The keys of a device, of which one is none."""
    account = OlmAccount()
    keys = {f"{kind}:{who.device}": account.identity_keys[kind] for kind in account.identity_keys}
    device = {
        "user_id": who.user, "device_id": who.device, "algorithms": ALGORITHMS,
        "keys": keys | {f"{rubbish}:{who.device}": RUBBISH} if rubbish != "fallback" else keys,
    }  # fmt: skip
    found = {"device_keys": signed(account, who, device)}
    if rubbish == "fallback":  # never used up: it would be met again and again
        key = signed(account, who, {"key": RUBBISH, "fallback": True})
        found["fallback_keys"] = {"signed_curve25519:AAAA": key}
    return found


@pytest.mark.parametrize("rubbish", ["fallback", "curve25519"])
async def test_a_device_with_rubbish_for_a_key_silences_no_room(
    synapse: Synapse, storage: Storage, rubbish: str
) -> None:
    """Who has it reads nothing; all others read the next message as they read the last."""
    async with (
        person(synapse, "anna", encrypted=True) as anna,
        herald(synapse, storage) as matrix,
    ):
        mallory = await synapse.account("mallory")
        room = await chat(anna, us(matrix), encrypted=True)
        await send(matrix, room, said("The first"), key="1.0")
        await heard(anna, room, "The first")
        took = await mallory.ask("POST", UPLOAD, uploaded(mallory, rubbish))
        assert "one_time_key_counts" in took
        await anna.invite(room, mallory.user)
        await mallory.ask("POST", f"{JOIN}{room}", {})
        async with asyncio.timeout(30):
            while mallory.user not in await matrix._living().rooms.members(room):
                await asyncio.sleep(0.05)
        await send(matrix, room, said("The second"), key="2.0")

        assert (await heard(anna, room, "The second")).encrypted
