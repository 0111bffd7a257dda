"""What is known of rooms: who is in them, and who may do what there. Asked for when it matters.

A run begins without any of it: a homeserver tells only what is new. What the sync says of a room
that is known is applied; the rest is asked of the homeserver the first time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from math import inf

from bot.platforms.matrix.errors import FORBIDDEN, NOT_FOUND
from bot.platforms.matrix.power import Power, power
from bot.platforms.matrix.wire import Json, Refusal, Wire, at

MEMBER, LEVELS, CREATE = "m.room.member", "m.room.power_levels", "m.room.create"
TOMBSTONE, ENCRYPTION = "m.room.tombstone", "m.room.encryption"

REMEMBERED = 20_000
LOOKS = 3  # while what is looked at changes
FEW = 50  # of more than these it is only remembered that they are many: 120 bytes each


@dataclass(slots=True)
class _Room:
    """`changes` counts what the sync said meanwhile. At least `crowd` are there where who they are
    is not remembered; 0 where nothing is known.
    """

    members: set[str] | None = None
    crowd: int = 0
    power: Power | None = None
    changes: int = 0


class Rooms:
    """The rooms that `us` is in. Methods that ask the homeserver raise WireErrors."""

    def __init__(self, wire: Wire, us: str) -> None:
        self._wire = wire
        self._us = us
        self._rooms: OrderedDict[str, _Room] = OrderedDict()

    async def members(self, room: str) -> Collection[str]:
        """Who is in the room now: all, for what is encrypted is for each of them."""
        known = self._room(room)
        return known.members if known.members is not None else await self._look(room, known)

    async def few(self, room: str) -> Collection[str] | None:
        """Who is in the room now; None where they are many."""
        known = self._room(room)
        if known.crowd:
            return None
        found = known.members
        if found is None:
            found = await self._look(room, known, most=FEW)
        return found if len(found) <= FEW else None

    async def is_private(self, room: str) -> bool:
        """Whether it is a chat of two, us among them."""
        members = await self.few(room)
        return members is not None and len(members) == 2 and self._us in members

    async def is_empty(self, room: str) -> bool:
        """Whether nobody but us is there: asked anew, where we do not know of anybody."""
        known = self._rooms.get(room)
        if known is not None and (known.crowd or len(known.members or ()) > 1):
            return False
        return await self._joined(room) == {self._us}

    def known_private(self, room: str, user: str) -> bool:
        """Whether we know, without asking, that the two of us are alone there."""
        known = self._rooms.get(room)
        return known is not None and known.members == {self._us, user}

    async def power(self, room: str) -> Power:
        """Who may do what there."""
        known = self._room(room)
        if known.power is None:
            levels = await self.state(room, LEVELS)
            known.power = power(levels, await self._creation(room))
        return known.power

    async def is_in(self, room: str) -> bool:
        """Whether we are there, asked anew."""
        found = await self.state(room, MEMBER, self._us)
        return found is not None and found.get("membership") == "join"

    async def state(self, room: str, kind: str, key: str = "") -> Json | None:
        """The content of a state event; None where there is none, or none for us to see."""
        return await self._state(room, kind, key, {})

    async def predecessor(self, room: str) -> str | None:
        """The room that this one says it replaces."""
        content = ((await self._creation(room)) or {}).get("content")
        before = content.get("predecessor") if isinstance(content, dict) else None
        found = before.get("room_id") if isinstance(before, dict) else None
        return found if isinstance(found, str) else None

    def apply(self, room: str, event: Json) -> None:
        """What the sync says of a room's state."""
        known = self._rooms.get(room)
        content = event.get("content")
        if known is None or not isinstance(content, dict):
            return
        known.changes += 1
        if event.get("type") == MEMBER and known.members is not None:
            user = str(event.get("state_key"))
            change = known.members.add if content.get("membership") == "join" else (
                known.members.discard
            )  # fmt: skip
            change(user)
        elif event.get("type") == MEMBER:
            self._fewer(known, content)
        elif event.get("type") == LEVELS and known.power is not None:
            known.power = Power(content, known.power.creators, known.power.above)

    def forget(self, room: str) -> None:
        """What was known is not known any more: something was missed, or we are out."""
        known = self._rooms.pop(room, None)
        if known is not None:
            known.changes += 1

    async def _look(self, room: str, known: _Room, most: float = inf) -> set[str]:
        """Ask who is there. More than `most` are only counted."""
        members: set[str] = set()
        try:
            for _ in range(LOOKS):
                before = known.changes
                members = await self._joined(room)
                if known.members is not None:
                    return known.members
                if known.changes == before:
                    break
        except Refusal:
            self.forget(room)  # we are not in it, and nobody would ever tell us of it
            raise
        known.members, known.crowd = (members, 0) if len(members) <= most else (None, len(members))
        return members

    async def _joined(self, room: str) -> set[str]:
        found = await self._wire.ask("GET", at("rooms", room, "joined_members"))
        joined = found.get("joined")
        return set(joined) if isinstance(joined, dict) else set()

    @staticmethod
    def _fewer(known: _Room, content: Json) -> None:
        """One may have gone. Who comes is not counted: people also join to change their name."""
        if known.crowd and content.get("membership") != "join":
            known.crowd = known.crowd - 1 if known.crowd - 1 > FEW else 0

    async def _creation(self, room: str) -> Json | None:
        """The event with which the room began: whole, where the server tells more than content."""
        found = await self._state(room, CREATE, "", {"format": "event"})
        if found is None:
            return None
        return found if isinstance(found.get("content"), dict) else {"content": found}

    async def _state(self, room: str, kind: str, key: str, query: dict[str, str]) -> Json | None:
        path = at("rooms", room, "state", kind, key)
        try:
            return await self._wire.ask("GET", path, query=query)
        except Refusal as error:
            if error.code in (FORBIDDEN, NOT_FOUND):
                return None
            raise

    def _room(self, room: str) -> _Room:
        known = self._rooms.setdefault(room, _Room())
        self._rooms.move_to_end(room)
        while len(self._rooms) > REMEMBERED:
            self._rooms.popitem(last=False)
        return known
