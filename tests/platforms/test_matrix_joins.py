"""Many ask Herald into their rooms at once, and the homeserver lets it into few at a time."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from bot.platforms.matrix.keys import Keys
from bot.platforms.matrix.moves import Moves
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.wire import Refusal, Wire
from bot.waiting import loop_seconds
from tests.virtual import virtual

EVERY = 10.0  # seconds, as Synapse's rc_joins has it


class Door:
    """A homeserver that lets us into one room every ten seconds."""

    def __init__(self) -> None:
        self.asked = 0
        self._open_at = 0.0

    async def ask(self, method: str, path: str, **_: Any) -> dict[str, Any]:
        self.asked += 1
        await asyncio.sleep(0.05)
        left = self._open_at - loop_seconds()
        if left > 0:
            raise Refusal(429, "M_LIMIT_EXCEEDED", left)
        self._open_at = loop_seconds() + EVERY
        return {"room_id": path}


class Plain:
    """Rooms of which none is encrypted."""

    async def state(self, room: str, kind: str) -> None:
        return None


@virtual
async def test_all_get_in_and_nobody_knocks_without_end() -> None:
    """In the time that the homeserver's limit takes, with few refusals for each."""
    door, began = Door(), loop_seconds()
    moves = Moves(
        cast(Wire, door), cast(Keys, None), cast(Rooms, Plain()), cast(Any, None), cast(Any, None)
    )
    joined = await asyncio.gather(*(moves.join(f"!{n}:synapse.test") for n in range(100)))

    assert None not in joined
    assert loop_seconds() - began < 110 * EVERY
    assert door.asked <= 400
