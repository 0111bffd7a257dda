"""A backup is restored, and since it rooms have moved, or we have left them and come back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.platforms.matrix import sync
from storage.backup import restore
from storage.model import Address
from tests.fakes.synapse import Synapse, person
from tests.platforms.matrix_stage import heard
from tests.platforms.test_matrix_restored import active, back_up, life, subscribed, until


async def test_who_was_let_go_where_a_room_has_moved_to_stays_so(
    tmp_path: Path, synapse: Synapse
) -> None:
    """The old room's subscription goes there first, however often."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with life(tmp_path, account) as storage:
            room = await subscribed(anna, account.user, encrypted=False)
            await back_up(storage, tmp_path)
            new = await anna.upgrade_room(room, invite=[account.user])
            await anna.meets(new, account.user)
            await until(storage, new, subscribed=True)
            await anna.say(new, "/unsubscribe")
            await heard(anna, new, "You are unsubscribed.")
        await restore(tmp_path / "backup.db", tmp_path / "here.db")
        async with life(tmp_path, account) as storage, asyncio.timeout(30):
            while await storage.subscribers.find(Address("matrix", new)) is None:
                await asyncio.sleep(0.02)
            await anna.say(new, "/onthisday")  # what is answered comes after all of that
            await anna.hears(lambda it: it.room == new and "On this day" in it.body)
            assert not await active(storage, new)
        async with life(tmp_path, account) as storage:
            assert not await active(storage, new)


@pytest.mark.parametrize("told", [100, 3], ids=["all told", "read back"])
async def test_who_was_let_go_before_we_left_and_came_back_stays_so(
    tmp_path: Path, synapse: Synapse, monkeypatch: pytest.MonkeyPatch, told: int
) -> None:
    """When that was said we were in the room; what was said while we were out is not for us."""
    timeline = {"types": sync._TIMELINE, "limit": told}
    monkeypatch.setattr(sync, "FILTER", sync._filter(sync._STATE, timeline))
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with life(tmp_path, account) as storage:
            room = await subscribed(anna, account.user, encrypted=False)
            first = (await heard(anna, room, "Welcome!")).id
            await back_up(storage, tmp_path)
            await anna.say(room, "/unsubscribe")
            await heard(anna, room, "You are unsubscribed.")
            await account.ask("POST", f"/_matrix/client/v3/rooms/{room}/leave", {})
            await anna.say(room, "/subscribe")
            await anna.invite(room, account.user)
            await anna.hears(
                lambda it: it.room == room and "Welcome!" in it.body and it.id != first
            )
        await restore(tmp_path / "backup.db", tmp_path / "here.db")
        async with life(tmp_path, account) as storage:
            await until(storage, room, subscribed=False)
            await anna.say(room, "/onthisday")
            await anna.hears(lambda it: it.room == room and "On this day" in it.body)
            assert not await active(storage, room)
