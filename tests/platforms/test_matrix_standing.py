"""The rooms of the settings: joined and subscribed, as soon as that can be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from storage import Storage
from storage.model import Address
from tests.fakes.synapse import Person, Synapse, person
from tests.platforms.echo import Echo
from tests.platforms.matrix_stage import connected, running, us


async def until_subscribed(storage: Storage, room: str) -> str:
    """Wait for it; the language that was chosen."""
    async with asyncio.timeout(30):
        while True:
            found = await storage.subscribers.find(Address("matrix", room))
            if found is not None and found.active:
                return found.language
            await asyncio.sleep(0.02)


async def named(anna: Person, room: str, name: str) -> str:
    """Give the room an alias."""
    alias = f"#{name}-{room[1:9]}:synapse.test"
    path = f"/directory/room/{alias.replace('#', '%23')}"
    await anna.ask_server("PUT", path, {"room_id": room})
    return alias


async def test_rooms_are_joined_and_subscribed(synapse: Synapse, storage: Storage) -> None:
    """By alias or id; in the campaign's language; a room that was replaced by its successor."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        by_alias = await anna.create_room(public=True)
        by_id = await anna.create_room(public=True)
        old = await anna.create_room(public=True, version="10")
        new = await anna.upgrade_room(old)
        rooms = [await named(anna, by_alias, "news"), by_id, old]
        async with running(connected(account, storage, rooms=rooms), Echo()):
            languages = [await until_subscribed(storage, room) for room in (by_alias, by_id, new)]

        assert await storage.subscribers.find(Address("matrix", old)) is None
        assert {account.user} <= await anna.members(by_alias)
        assert ["en"] * 3 == languages


async def test_what_is_missing_is_said_once_by_its_place(
    synapse: Synapse, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And looked for again: invited and let talk, the room gets its releases."""
    monkeypatch.setattr("bot.platforms.named.FIRST_PAUSE", 0.2)
    monkeypatch.setattr("bot.platforms.named.LONGEST_PAUSE", 0.2)
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        closed = await anna.create_room()
        await anna.set_power_to_talk(closed, 50)
        matrix = connected(account, storage, rooms=["#nowhere:synapse.test", closed])
        with capture_logs() as logs:
            async with running(matrix, Echo()):
                await lines(logs, 2)
                await anna.invite(closed, us(matrix))
                await lines(logs, 3)
                await anna.set_power(closed, us(matrix), 50)
                await until_subscribed(storage, closed)

    said = [line for line in logs if "place" in line]
    assert [(1, "invited"), (2, "invited"), (2, "power level")] == [
        (line["place"], next(w for w in ("invited", "power level") if w in line["missing"]))
        for line in said
    ]


async def test_an_invitation_is_used_at_once(synapse: Synapse, storage: Storage) -> None:
    """Nobody has to wait for the next look, which is half a minute away."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        closed = await anna.create_room()
        with capture_logs() as logs:
            async with running(connected(account, storage, rooms=[closed]), Echo()):
                await lines(logs, 1)
                await anna.invite(closed, account.user)
                async with asyncio.timeout(20):
                    await until_subscribed(storage, closed)


async def lines(logs: Sequence[object], count: int) -> None:
    """Until so much has been said of rooms."""
    async with asyncio.timeout(30):
        while sum("'place'" in repr(line) for line in logs) < count:
            await asyncio.sleep(0.02)
