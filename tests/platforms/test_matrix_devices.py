"""The devices of others: asked for once, taken in by pieces, believed or not, and forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.platforms.matrix.devices import A_PIECE
from bot.platforms.matrix.store import Machine
from bot.platforms.matrix.wire import Broken
from storage import Storage
from tests.platforms.matrix_crowd import ANNA, Crowd, Device, Side, crowd, everybody, side

BORIS = "@boris:crowd.test"
MANY = 2 * A_PIECE + 5
WORK = ("take_in", "begin_sessions", "room_key")


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


async def says(herald: Side, changed: str = "", left: str = "") -> None:
    """A sync tells that somebody's devices are others now, or that somebody is gone."""
    lists = {"changed": [changed] if changed else [], "left": [left] if left else []}
    await herald.keys.receive({"device_lists": lists})


class Watched:
    """How many devices each call on the machine is for, and in which turn of the loop it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        self.turns: list[int] = []
        self._turn = 0
        self._next()
        for name in WORK:
            monkeypatch.setattr(Machine, name, self._watching(getattr(Machine, name)))

    def _next(self) -> None:
        self._turn += 1
        asyncio.get_running_loop().call_soon(self._next)

    def _watching(self, work: Any) -> Any:
        def watched(machine: Machine, *given: Any) -> Any:
            *first, devices = given
            found = list(devices)
            self.sizes.append(len(found))
            self.turns.append(self._turn)
            return work(machine, *first, found)

        return watched


async def test_many_devices_are_dealt_with_in_pieces(
    server: Crowd, herald: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has hundreds gets the key with all of them, and the loop turns after each few."""
    server.has(ANNA, MANY)
    watched = Watched(monkeypatch)
    await herald.say(ANNA, BORIS)

    ours = [1]
    piecewise = [A_PIECE, A_PIECE, 5]
    assert [*piecewise, *ours, *piecewise, *piecewise] == watched.sizes
    assert len(set(watched.turns)) == len(watched.turns)
    assert everybody(server, [ANNA]) == set(server.got) == herald.kept()
    assert {1} == set(server.got.values())


async def test_who_goes_is_erased_in_pieces(
    server: Crowd, herald: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of their devices, from the vault, too; at once for who encrypts."""
    server.has(ANNA, MANY)
    await herald.say(ANNA)
    seen: list[tuple[int, int]] = []
    save = herald.keys.store.save_device_keys

    def saving(found: Any) -> None:
        seen.append((len(found[ANNA]), len(herald.known(ANNA))))
        save(found)

    monkeypatch.setattr(herald.keys.store, "save_device_keys", saving)
    await says(herald, left=ANNA)

    assert [(A_PIECE, 0), (A_PIECE, 0), (5, 0)] == seen
    assert set() == herald.kept()


async def test_a_list_that_changes_while_it_is_asked_for_is_asked_for_again(
    server: Crowd, herald: Side
) -> None:
    """What was answered is of before: the new device gets the key to this very message."""

    async def changes() -> None:
        server.adds(Device(ANNA, "NEW"))
        await says(herald, changed=ANNA)

    server.before["keys/query"] = changes
    await herald.say(ANNA)
    asked = server.asked["keys/query"]
    await herald.say(ANNA)

    assert {(ANNA, "D0"), (ANNA, "D1"), (ANNA, "NEW")} == set(server.got)
    assert asked == server.asked["keys/query"]


async def test_who_goes_while_they_are_asked_for_leaves_nothing(
    server: Crowd, herald: Side
) -> None:
    """The answer comes later than the word that they are gone."""
    server.has(BORIS, 1)
    server.before["keys/query"] = lambda: says(herald, left=ANNA)
    await herald.keys.devices.learn([ANNA, BORIS])

    assert everybody(server, [BORIS]) == herald.kept()
    assert set() == herald.known(ANNA)


async def test_who_comes_back_while_they_are_forgotten_is_known(
    server: Crowd, herald: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was learned anew is not erased by what was begun before."""
    devices = server.has(ANNA, MANY)
    await herald.say(ANNA)
    machine, save = herald.keys.machine, herald.keys.store.save_device_keys

    def saving(found: Any) -> None:
        save(found)
        monkeypatch.setattr(herald.keys.store, "save_device_keys", save)
        machine.take_in(ANNA, [(device.name, device.keys) for device in devices])

    monkeypatch.setattr(herald.keys.store, "save_device_keys", saving)
    await says(herald, left=ANNA)

    assert everybody(server, [ANNA]) == herald.kept()
    assert {name for _, name in herald.kept()} == herald.known(ANNA)


async def test_rooms_that_say_something_at_once_ask_once(server: Crowd, herald: Side) -> None:
    """Each waits for the one answer, and each key reaches all."""
    server.has(BORIS, 1)
    before = server.asked["keys/query"]
    await asyncio.gather(
        *(herald.say(ANNA, BORIS, room=f"!room{number}:crowd.test") for number in range(5))
    )

    assert before + 1 == server.asked["keys/query"]
    assert {5} == set(server.got.values())
    assert everybody(server, [ANNA, BORIS]) == set(server.got)


async def test_an_answer_that_is_lost_is_asked_for_by_who_waits(
    server: Crowd, herald: Side
) -> None:
    """One room's failure is not the other's."""
    server.refused["keys/query"] = 1
    ends = await asyncio.gather(
        herald.say(ANNA), herald.say(ANNA, room="!other:crowd.test"), return_exceptions=True
    )

    assert [Broken, dict] == [type(end) for end in ends]
    assert everybody(server, [ANNA]) == set(server.got)


async def test_a_device_that_is_gone_is_out_of_the_next_key(server: Crowd, herald: Side) -> None:
    """And out of the vault; the others get the new key."""
    first, _ = server.devices[ANNA].values()
    before = await herald.say(ANNA)
    server.lacks(first)
    await says(herald, changed=ANNA)
    after = await herald.say(ANNA)

    assert before["session_id"] != after["session_id"]
    assert {(ANNA, "D0"): 1, (ANNA, "D1"): 2} == server.got
    assert {(ANNA, "D1")} == herald.kept()


async def test_another_device_under_a_known_name_is_not_believed(
    server: Crowd, herald: Side
) -> None:
    """A homeserver could make one, to listen."""
    await herald.say(ANNA)
    known = {d.curve25519 for d in herald.keys.devices.of([ANNA])}
    server.adds(Device(ANNA, "D0"))
    await says(herald, changed=ANNA)
    await herald.say(ANNA)

    assert known == {d.curve25519 for d in herald.keys.devices.of([ANNA])}


async def test_what_is_no_device_keeps_no_other_out(server: Crowd, herald: Side) -> None:
    """Not signed, said to be another's, of no shape at all: left out, each alone."""
    forged, stolen, broken = (Device(ANNA, name) for name in ("F", "S", "B"))
    other = Device(ANNA, "F").keys["keys"]["curve25519:F"]
    forged.keys = {**forged.keys, "keys": {**forged.keys["keys"], "curve25519:F": other}}
    said = {name: stolen.keys[name] for name in ("device_id", "algorithms", "keys")}
    stolen.keys = stolen.signed({**said, "user_id": BORIS})
    broken.keys = {"user_id": ANNA, "device_id": "B", "keys": "none"}
    for device in (forged, stolen, broken):
        server.adds(device)
    await herald.say(ANNA)

    assert {"D0", "D1"} == herald.known(ANNA)
    assert {(ANNA, "D0"), (ANNA, "D1")} == set(server.got)


async def test_what_a_device_is_called_is_not_kept(server: Crowd, herald: Side) -> None:
    """A person's name may be in it."""
    await herald.say(ANNA)

    assert {""} == {d.display_name for d in herald.keys.store.load_device_keys()}
