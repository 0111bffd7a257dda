"""What a number or a reaction chooses: of what stood in the room when it was written.

Events come in the room's order, our own among them: so what has passed by is what stood there. Of
what was said before this run, or when a key came late, the homeserver is asked (`earlier`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.platforms.matrix.drawing import Drawn
from bot.platforms.matrix.earlier import Earlier
from bot.platforms.matrix.events import MESSAGE
from bot.platforms.matrix.keys import ENCRYPTED
from bot.platforms.matrix.offers import Offered, Offers, shown_by
from bot.platforms.matrix.wire import Json, Wire
from bot.waiting import loop_seconds

REMEMBERED = 5000  # messages
ROOMS = 5000
RECENT = 8  # messages of ours in a room, of which a number may be one's
FRESH_SECONDS = 600.0  # so long a list that was asked for is in use


@dataclass(slots=True)
class _Recent:
    """The messages of ours in a room, the last that was sent or changed first; `whole` once those
    of before this run are among them. What we sent last that was asked for has numbers up to
    `highest`, and is in use `until` then.
    """

    messages: Mapping[str, Offered] = field(default_factory=dict)
    whole: bool = False
    highest: int = 0
    until: float = 0.0


class Choices:
    """What is offered, in memory, and else in the rooms. `us` is who we are there."""

    def __init__(self, wire: Wire, us: str, secret: bytes) -> None:
        self._offers = Offers(us, secret)
        self._earlier = Earlier(wire, self._offers)
        self._known: OrderedDict[str, Offered | None] = OrderedDict()
        self._rooms: OrderedDict[str, _Recent] = OrderedDict()

    def first(self, room: str, *, pushed: bool) -> int:
        """The number with which a list begins: what is pushed takes none from one in use."""
        recent = self._rooms.get(room)
        if not pushed or recent is None or loop_seconds() > recent.until:
            return 1
        return recent.highest + 1

    def again(self, message: str) -> int:
        """The number with which its list begins, where what this message says is put right."""
        offered = self._known.get(message)
        return min(offered.commands, default=1) if offered is not None else 1

    def sealed(self, room: str, drawn: Drawn, *, pushed: bool) -> Json:
        """The field that goes with a message; none where there is nothing to choose."""
        return self._offers.sealed(room, drawn, pushed=pushed)

    def offered(self, room: str, drawn: Drawn, *, pushed: bool) -> None:
        """That was sent. It can be chosen from once it has come back (`saw`)."""
        if not pushed:
            recent = self._recent(room)
            recent.highest = max(drawn.commands, default=0)
            recent.until = loop_seconds() + FRESH_SECONDS

    def saw(self, room: str, event: Json) -> None:
        """An event of ours has its place in the room: whatever comes now was said after it."""
        offered = self._offers.read(room, event)
        if offered is None or event.get("type") not in (MESSAGE, ENCRYPTED):
            return
        message, recent = shown_by(event), self._recent(room)
        self._remember(message, offered)
        if offered.pushed and message != event.get("event_id"):
            # Put right long after it was read: it is not what anybody looks at now.
            if message in recent.messages:
                recent.messages = dict(recent.messages) | {message: offered}
            return
        others = [one for one in recent.messages.items() if one[0] != message]
        recent.messages = {message: offered} | dict(others[: RECENT - 1])

    async def under(
        self, room: str, message: str, event: str, *, late: bool = False
    ) -> Offered | None:
        """What this message offered before this event, if it is one of ours. `late`: other events
        that came after this one have been dealt with. Raises WireErrors.
        """
        if late:
            return await self._earlier.one(room, message, event)
        if message not in self._known:
            self._remember(message, await self._earlier.one(room, message, event))
        return self._known[message]

    async def latest(
        self, room: str, number: int, event: str, *, late: bool = False
    ) -> tuple[str, str, Offered] | None:
        """The last message of ours there before this event that has this number: the command, the
        message and what it offers.

        `late` as `under` has it. Raises WireErrors.
        """
        if late:
            return _with(number, await self._earlier.ours(room, event, RECENT))
        recent = self._recent(room)
        found = _with(number, recent.messages)
        if found is None and not recent.whole:
            recent.messages = await self._earlier.ours(room, event, RECENT)
            recent.whole = True
            found = _with(number, recent.messages)
        return found

    def _remember(self, message: str, offered: Offered | None) -> None:
        self._known[message] = offered
        self._known.move_to_end(message)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _recent(self, room: str) -> _Recent:
        recent = self._rooms.setdefault(room, _Recent())
        self._rooms.move_to_end(room)
        while len(self._rooms) > ROOMS:
            self._rooms.popitem(last=False)
        return recent


def _with(number: int, messages: Mapping[str, Offered]) -> tuple[str, str, Offered] | None:
    for message, offered in messages.items():
        if number in offered.commands:
            return offered.commands[number], message, offered
    return None
