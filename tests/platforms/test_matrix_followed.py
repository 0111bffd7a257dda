"""A room has moved to where nobody answers for a while: it is followed all the same, later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.platforms.matrix import moves
from bot.platforms.matrix.kept import Kept
from storage import Storage
from storage.model import Address
from tests.fakes.synapse import Gate, Synapse, person
from tests.platforms.echo import Echo
from tests.platforms.matrix_stage import connected, heard, running


@pytest.fixture
async def gate(synapse: Synapse, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gate]:
    """What stands between Herald and the homeserver; Herald is quick to try again."""
    monkeypatch.setattr(moves, "ROUND", (15.0,))
    monkeypatch.setattr(moves, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(moves, "LONGEST_PAUSE", 0.05)
    async with Gate(synapse.url) as found:
        yield found


def joins(method: str, path: str) -> bool:
    return method == "POST" and "/join/" in path


def joins_gone(method: str, path: str) -> bool:
    return joins(method, path) and "gone" in path


async def until_moved(storage: Storage, old: str, new: str) -> None:
    async with asyncio.timeout(30):
        while await storage.subscribers.find(Address("matrix", new)) is None:
            await asyncio.sleep(0.02)
    assert await storage.subscribers.find(Address("matrix", old)) is None


async def test_an_outage_is_waited_out(gate: Gate, synapse: Synapse, storage: Storage) -> None:
    """However often nobody answers; meanwhile what is asked in the old room is answered."""
    account = await synapse.account("herald")
    matrix = connected(account, storage, homeserver=gate.url)
    async with person(synapse, "anna") as anna, running(matrix, Echo()):
        old = await anna.create_room(public=True, invite=[account.user], version="10")
        await heard(anna, old, "/start")
        await storage.subscribers.subscribe(Address("matrix", old))
        catch = gate.catch(joins, status=502, times=1000)
        new = await anna.upgrade_room(old)
        await anna.set_power(old, account.user, 100)
        async with asyncio.timeout(30):
            while catch.times > 992:
                await asyncio.sleep(0.02)
        await anna.say(old, "!help")
        await heard(anna, old, "You said: !help.")
        catch.times = 0
        await until_moved(storage, old, new)


@pytest.mark.parametrize("days", [29, 31])
async def test_after_a_month_it_is_given_up(
    gate: Gate, synapse: Synapse, storage: Storage, days: int
) -> None:
    """A room that is gone for good is not asked for at every start."""
    account = await synapse.account("herald")
    catch = gate.catch(joins_gone, status=502, times=1000)
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage, homeserver=gate.url), Echo()):
            old = await anna.create_room(public=True, invite=[account.user], version="10")
            await heard(anna, old, "/start")
            await anna.set_state(old, "m.room.tombstone", {"replacement_room": "!gone:gone.test"})
            await catch.caught()
        with storage.vault("matrix") as vault:
            Kept(vault).keep_move(old, "gone.test", datetime.now(UTC) - timedelta(days=days))
        matrix = connected(account, storage, homeserver=gate.url)
        async with running(matrix, Echo()), asyncio.timeout(30):
            tries = catch.times - 5
            while matrix._living().kept.moves and catch.times > tries:
                await asyncio.sleep(0.02)
            left = set(matrix._living().kept.moves)

    assert ({old} if days < 30 else set()) == left


async def test_a_restart_forgets_no_move(gate: Gate, synapse: Synapse, storage: Storage) -> None:
    """The news of it came, and was dealt with as far as could be, before."""
    account = await synapse.account("herald")
    async with person(synapse, "anna") as anna:
        async with running(connected(account, storage, homeserver=gate.url), Echo()):
            old = await anna.create_room(public=True, invite=[account.user], version="10")
            await heard(anna, old, "/start")
            await storage.subscribers.subscribe(Address("matrix", old))
            catch = gate.catch(joins, status=502, times=1000)
            new = await anna.upgrade_room(old)
            await catch.caught()
        async with running(connected(account, storage), Echo()):
            await until_moved(storage, old, new)
        with storage.vault("matrix") as vault:
            assert [] == vault.all("move")
