"""Many ask Herald into their rooms at once: the homeserver lets it into few at a time, and of some
rooms nobody is left who could let it in.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, cast

import pytest

from bot.platforms.matrix.door import LONGEST_WAIT
from bot.platforms.matrix.joining import Joining, UnansweredError
from bot.platforms.matrix.wire import Broken, NoAnswer, NotSent, Refusal, Wire
from bot.waiting import loop_seconds
from tests.virtual import virtual

EVERY = 10.0  # seconds, as Synapse's rc_joins has it
HOME = "synapse.test"


class Server:
    """A homeserver that lets us into one room every so many seconds, once a burst is used up.

    Of rooms whose name begins with !dead it answers after `dead` seconds that it could not.
    """

    def __init__(self, every: float = 0.0, dead: float = 600.0) -> None:
        self.asked: Counter[str] = Counter()
        self.away = False
        self._every = every
        self._dead = dead
        self._open_at = 0.0

    async def ask(self, method: str, path: str, *, seconds: float, **_: Any) -> dict[str, Any]:
        room = path.rpartition("/")[2].replace("%21", "!")
        self.asked[room] += 1
        if self.away:
            raise NotSent
        await asyncio.sleep(0.05)
        left = self._open_at - loop_seconds()
        if left > 0:
            raise Refusal(429, "M_LIMIT_EXCEEDED", left)
        self._open_at = loop_seconds() + self._every
        if room.startswith("!dead"):
            await asyncio.sleep(min(seconds, self._dead))
            raise NoAnswer if seconds < self._dead else Broken(502)
        return {"room_id": room}


def joining(server: Server) -> Joining:
    return Joining(cast(Wire, server), HOME)


async def unanswered(ways: Joining, room: str) -> None:
    with pytest.raises(UnansweredError):
        await ways.enter(room, "gone.test")


@virtual
async def test_all_get_in_and_nobody_knocks_without_end() -> None:
    """In the time that the homeserver's limit takes, with few refusals for each."""
    server, began = Server(EVERY), loop_seconds()
    ways = joining(server)
    joined = await asyncio.gather(*(ways.enter(f"!{n}", HOME) for n in range(100)))

    assert None not in joined
    assert loop_seconds() - began < 110 * EVERY
    assert server.asked.total() <= 400


@pytest.mark.parametrize("dead", [5.0, 40.0, 600.0])
@pytest.mark.parametrize("via", [HOME, "elsewhere.test"])
@virtual
async def test_rooms_that_are_gone_hold_up_nobody(dead: float, via: str) -> None:
    """Sixty of them were asked for before; nor do they while they are tried again."""
    server = Server(dead=dead)
    ways = joining(server)
    tasks = [asyncio.create_task(unanswered(ways, f"!dead{n}")) for n in range(60)]
    took = []
    for number in range(4):
        await asyncio.sleep(0.1)
        began = loop_seconds()
        assert f"!good{number}" == await ways.enter(f"!good{number}", via)
        took.append(loop_seconds() - began)
        await asyncio.sleep(100.0)
    await asyncio.gather(*tasks)

    assert took[0] < (100.0 if via != HOME else 1.0)
    assert max(took[1:]) < 20.0
    assert {3} == {times for room, times in server.asked.items() if room.startswith("!dead")}


class Bucket(Server):
    """As Synapse's: a burst of ten, then one every so many seconds, and a refusal costs nothing."""

    BURST = 10

    def __init__(self, every: float, dead: float) -> None:
        super().__init__(0.0, dead)
        self._drop = every
        self._level, self._at = 0.0, loop_seconds()

    async def ask(self, method: str, path: str, *, seconds: float, **_: Any) -> dict[str, Any]:
        now = loop_seconds()
        self._level = max(0.0, self._level - (now - self._at) / self._drop)
        self._at = now
        over = self._level + 1 - self.BURST
        if over > 1e-9:
            self.asked["refused"] += 1
            raise Refusal(429, "M_LIMIT_EXCEEDED", over * self._drop)
        self._level += 1
        return await super().ask(method, path, seconds=seconds)


@pytest.mark.parametrize("dead", [5.0, 40.0, 600.0])
@pytest.mark.parametrize("every", [EVERY, 100.0])
@virtual
async def test_where_few_are_let_in_rooms_that_are_gone_cost_no_more_than_others(
    every: float, dead: float
) -> None:
    """Each its one place in the line: whoever was refused for the limit keeps it."""
    server = Bucket(every, dead)
    ways = joining(server)
    tasks = [asyncio.create_task(unanswered(ways, f"!dead{n}")) for n in range(60)]
    await asyncio.sleep(1.0)
    began = loop_seconds()
    await ways.enter("!good", "elsewhere.test")
    took = loop_seconds() - began
    asked = server.asked.total()
    await asyncio.gather(*tasks)

    assert took <= (60 - Bucket.BURST + 2) * every
    assert asked <= 10 * 60
    assert {3} == {times for room, times in server.asked.items() if room.startswith("!dead")}


@virtual
async def test_who_stops_waiting_takes_nobodys_place() -> None:
    """Cancelled in the line, or while they are asked for."""
    ways = joining(Bucket(EVERY, dead=600.0))
    tasks = [asyncio.create_task(ways.enter(f"!dead{n}", "gone.test")) for n in range(60)]
    await asyncio.sleep(1.0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    began = loop_seconds()
    await asyncio.gather(*(ways.enter(f"!good{n}", "elsewhere.test") for n in range(20)))

    assert loop_seconds() - began <= 22 * EVERY


@virtual
async def test_whoever_is_tried_again_is_behind_who_is_new() -> None:
    """What the homeserver lets in is for those first who were not asked for yet."""
    server = Server(EVERY, dead=1.0)
    ways = joining(server)
    tasks = [asyncio.create_task(unanswered(ways, f"!dead{n}")) for n in range(10)]
    await asyncio.sleep(0)
    began = loop_seconds()
    await asyncio.gather(*(ways.enter(f"!good{n}", "elsewhere.test") for n in range(10)))
    took = loop_seconds() - began
    await asyncio.gather(*tasks)

    assert took < 40 * EVERY


@virtual
async def test_a_room_of_the_settings_waits_for_no_other() -> None:
    """However many are dead."""
    ways = joining(Server())
    tasks = [asyncio.create_task(unanswered(ways, f"!dead{n}")) for n in range(60)]
    await asyncio.sleep(1.0)
    began = loop_seconds()
    await ways.enter("!news", "elsewhere.test", (100.0,), ahead=True)
    took = loop_seconds() - began
    await asyncio.gather(*tasks)

    assert took < 1.0


@virtual
async def test_a_server_that_says_anything_shuts_no_door_for_long() -> None:
    """A stranger's server asks for a pause of a year: its room is given up in the end."""

    class Stranger(Server):
        async def ask(self, method: str, path: str, *, seconds: float, **_: Any) -> dict[str, Any]:
            if "mallory" in path:
                raise Refusal(429, "M_LIMIT_EXCEEDED", 31_536_000.0)
            return await super().ask(method, path, seconds=seconds)

    ways = joining(Stranger())
    tasks = [asyncio.create_task(ways.enter(f"!mallory{n}", "elsewhere.test")) for n in range(5)]
    await asyncio.sleep(1.0)
    began = loop_seconds()
    await ways.enter("!good", "elsewhere.test")
    took = loop_seconds() - began

    assert took <= 5 * LONGEST_WAIT
    assert [None] * 5 == await asyncio.gather(*tasks)


@virtual
async def test_our_own_server_is_waited_for_by_others() -> None:
    """While it is away no try is counted: whoever asks for news says when it is back."""
    server = Server()
    server.away = True
    with pytest.raises(NotSent):
        await joining(server).enter("!good", HOME)

    assert 1 == server.asked["!good"]
