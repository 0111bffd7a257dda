"""/forget reaches what Matrix keeps of a chat in a file of its own."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.chat import Campaign
from bot.router import Router
from storage import Storage
from tests.fakes.synapse import Synapse, person
from tests.platforms.matrix_stage import connected, heard, running, us

CAMPAIGN = Campaign("Test", {})


async def test_nothing_of_the_chat_is_left_in_the_vault(synapse: Synapse, storage: Storage) -> None:
    """No key to what was written, no admin's room; and the last word can still be read."""
    router = Router(storage, CAMPAIGN, lambda: datetime.now(UTC))
    account = await synapse.account("herald")
    async with person(synapse, "anna", encrypted=True) as anna:
        matrix = connected(account, storage, admins=[anna.user])
        async with running(matrix, router.answer):
            room = await anna.create_room(direct=True, encrypted=True, invite=[us(matrix)])
            await anna.meets(room, us(matrix))
            await heard(anna, room, "Welcome!")
            await anna.say(room, "/subscribe")
            await heard(anna, room, "You are subscribed.")
            vault = matrix._living().kept.vault
            before = {kind: len(vault.all(kind)) for kind in ("admin", "group")}
            await anna.say(room, "/forget yes")
            done = await heard(anna, room, "I have forgotten you")
            after = {kind: len(vault.all(kind)) for kind in ("admin", "group")}

    assert {"admin": 1, "group": 1} == before
    assert {"admin": 0, "group": 0} == after
    assert done.encrypted
