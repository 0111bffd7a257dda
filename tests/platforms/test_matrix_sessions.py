"""What is said to devices: a key once to each, to nobody who is gone; what is broken is mended."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.platforms.matrix import devices as module
from bot.platforms.matrix.devices import A_PIECE
from bot.platforms.matrix.wire import Broken
from storage import Storage
from tests.platforms.matrix_crowd import ANNA, Crowd, Device, Side, crowd, everybody, side

BORIS = "@boris:crowd.test"
MANY = 2 * A_PIECE + 5


@pytest.fixture
async def server() -> AsyncIterator[Crowd]:
    """A homeserver with Anna, who has two devices."""
    async with crowd() as found:
        found.has(ANNA, 2)
        yield found


@pytest.fixture
async def herald(server: Crowd, storage: Storage) -> AsyncIterator[Side]:
    """Our side."""
    async with side(server, storage) as found:
        yield found


async def test_what_the_homeserver_took_is_not_sent_again(server: Crowd, herald: Side) -> None:
    """A key that was shared half way is shared the other half; with whom went, with nobody."""
    server.has(ANNA, MANY)
    server.has(BORIS, 1)

    async def refuse() -> None:
        server.refused["sendToDevice"] = 1

    server.before["sendToDevice"] = refuse
    with pytest.raises(Broken):
        await herald.say(ANNA, BORIS)
    half = sum(server.got.values())
    await herald.say(ANNA, BORIS)

    assert A_PIECE == half
    assert {1} == set(server.got.values())
    assert everybody(server, [ANNA, BORIS]) == set(server.got)


async def test_a_key_that_somebody_has_who_went_is_not_used(server: Crowd, herald: Side) -> None:
    """They got it before it was shared with all, and must not read what is said with it."""
    server.has(BORIS, MANY)

    async def refuse() -> None:
        server.refused["sendToDevice"] = 1

    server.before["sendToDevice"] = refuse
    with pytest.raises(Broken):
        await herald.say(ANNA, BORIS)
    assert 0 < server.got[ANNA, "D0"] + server.got[BORIS, "D0"]
    had = set(server.got)
    stays, goes = (BORIS, ANNA) if (ANNA, "D0") in had else (ANNA, BORIS)
    server.got.clear()
    await herald.say(stays)

    assert everybody(server, [stays]) == set(server.got)
    assert goes not in {user for user, _ in server.got}


async def wedged(server: Crowd, herald: Side, *, rubbish: bool) -> Device:
    """Anna's first device, with which a new session has to be begun."""
    await herald.say(ANNA)
    device = server.devices[ANNA]["D0"]
    if rubbish:
        device.one_time = {"signed_curve25519:AAAA": {"key": "rubbish", "signatures": {}}}
    herald.keys.machine.wedged_devices.append(herald.keys.devices.of([ANNA])[0])
    server.got.clear()
    server.claimed.clear()
    return device


async def test_a_broken_session_is_mended(server: Crowd, herald: Side) -> None:
    """Its device is told so, once."""
    await wedged(server, herald, rubbish=False)
    for _ in range(3):
        await herald.keys.upkeep()

    assert {(ANNA, "D0"): 1} == server.claimed == server.got


async def test_a_key_of_no_use_is_asked_for_once_a_day(
    server: Crowd, herald: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after each piece of news, of which there are many; with a good one it is mended."""
    now = 1000.0
    monkeypatch.setattr(module, "loop_seconds", lambda: now)
    device = await wedged(server, herald, rubbish=True)
    for _ in range(3):
        await herald.keys.upkeep()
    now += 23 * 3600
    await herald.keys.upkeep()
    once = server.claimed.copy()
    now += 2 * 3600
    device.one_time = Device(ANNA, "D0").one_time
    await herald.keys.upkeep()

    assert {(ANNA, "D0"): 1} == once
    assert {(ANNA, "D0"): 2} == server.claimed


async def test_a_broken_session_with_who_is_gone_is_left(server: Crowd, herald: Side) -> None:
    """Nothing is asked of a device that is not there any more."""
    device = await wedged(server, herald, rubbish=True)
    server.lacks(device)
    await herald.keys.receive({"device_lists": {"changed": [ANNA]}})
    await herald.say(ANNA)
    server.claimed.clear()
    await herald.keys.upkeep()

    assert {} == server.claimed
    assert [] == herald.keys.machine.wedged_devices
