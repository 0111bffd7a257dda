"""Whether a delivery has arrived whose answer was lost, longer ago than a homeserver remembers.

Within its memory of request ids (a day with Synapse, less with others) it drops what it has taken.
Else the room is searched for the delivery's id, which stands in the event for all to read.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog

from bot.chat import Message, Sent
from bot.platforms.matrix.errors import FORBIDDEN, NOT_FOUND
from bot.platforms.matrix.events import MESSAGE
from bot.platforms.matrix.keys import ENCRYPTED
from bot.platforms.matrix.post import DELIVERY, PICTURE
from bot.platforms.matrix.wire import Json, Refusal, Wire, at
from bot.waiting import loop_seconds
from storage.model import Address

log = structlog.get_logger(__name__)

SURE_SECONDS = 600.0  # every homeserver remembers for so long what it was sent
DOUBT_SECONDS = 3600.0  # so long each send to a room is preceded by a look
CLOCKS_SECONDS = 3600.0  # so far a server's clock may be from ours
A_PAGE, PAGES = 100, 10  # of our own events in a room
REMEMBERED = 10_000

Value = TypeVar("Value")

# The probe of chat.Probe knows an end; here all that is asked is whether one is looked for.
BOUND = "now"


@dataclass(frozen=True, slots=True)
class Found:
    """The events of one delivery, "" for what is not there."""

    text: str = ""
    picture: str = ""


class Looking:
    """A chat.Probe that leaves the look to the send: there the delivery's id is known."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        # By rooms: since Unix seconds, and when (the loop's seconds) that was said.
        self._doubtful: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lost: OrderedDict[str, float] = OrderedDict()  # keys, since the loop's seconds

    async def bound(self) -> str:
        """There is no end to look up to: what a run before sent has its id."""
        return BOUND

    def recovered(self) -> None:
        """Answers may go out at any time: they have other ids."""

    def mark(self, address: Address) -> str:  # noqa: ARG002 - the same for each
        """When it may have been sent at the earliest, in whole Unix seconds."""
        return str(int(self._now().timestamp()))

    async def arrived(self, address: Address, message: Message, mark: str) -> Sent | None:  # noqa: ARG002
        """Not known yet: the send that follows will look for it."""
        since = mark.partition("-")[0]
        if since.isdecimal():
            before = self._doubt(address.chat) or float(since)
            doubt = min(before, float(since)), loop_seconds()
            _remember(self._doubtful, address.chat, doubt)
        return None

    def since(self, room: str, key: str) -> float | None:
        """From when on (Unix seconds) to look for this delivery before it is sent; None: not."""
        known = self._doubt(room)
        lost = self._lost.get(key)
        if known is None and lost is not None and loop_seconds() - lost > SURE_SECONDS:
            known = self._now().timestamp() - (loop_seconds() - lost)
        return known

    def lost(self, key: str) -> None:
        """It is not known how the send of this delivery ended."""
        if key not in self._lost:
            _remember(self._lost, key, loop_seconds())

    def ended(self, key: str) -> None:
        """It is."""
        self._lost.pop(key, None)

    def _doubt(self, room: str) -> float | None:
        """From when on something may have arrived there; it is the next send's, or one's soon."""
        since, said = self._doubtful.get(room, (None, 0.0))
        return since if loop_seconds() - said < DOUBT_SECONDS else None


async def look(wire: Wire, us: str, room: str, key: str, since: float) -> Found:
    """What is there of this delivery. Raises WireErrors."""
    wanted = {"senders": [us], "types": [MESSAGE, ENCRYPTED]}
    query = {"dir": "b", "limit": str(A_PAGE), "filter": json.dumps(wanted)}
    text = picture = ""
    for _ in range(PAGES):
        try:
            found = await wire.ask("GET", at("rooms", room, "messages"), query=query)
        except Refusal as error:
            if error.code in (FORBIDDEN, NOT_FOUND):  # the send will say what it is
                break
            raise
        events = [event for event in found.get("chunk") or [] if isinstance(event, dict)]
        for event in events:
            text = text or _id(event, DELIVERY, key)
            picture = picture or _id(event, PICTURE, key)
        if text or _before(events, since - CLOCKS_SECONDS) or not found.get("end"):
            break
        query["from"] = str(found["end"])
    log.info("A delivery in doubt was looked for.", found=bool(text))
    return Found(text, picture)


def _id(event: Json, name: str, key: str) -> str:
    content = event.get("content")
    ours = isinstance(content, dict) and content.get(name) == key
    return str(event.get("event_id")) if ours else ""


def _before(events: list[Json], since: float) -> bool:
    """Whether the oldest of these is older."""
    last = events[-1].get("origin_server_ts") if events else None
    return isinstance(last, int) and last / 1000 < since


def _remember(known: OrderedDict[str, Value], name: str, value: Value) -> None:
    known[name] = value
    known.move_to_end(name)
    while len(known) > REMEMBERED:
        known.popitem(last=False)
