"""What the numbers under our messages ask: carried in the messages themselves, sealed.

So a number or a reaction still works after a restart, and in encrypted rooms, too: what Herald said
there it cannot read again, for keys to its own words are not kept. The server sees no command.
"""

from __future__ import annotations

import base64
import json
import os
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.platforms.matrix.drawing import Drawn
from bot.platforms.matrix.errors import FORBIDDEN, NOT_FOUND
from bot.platforms.matrix.events import MESSAGE
from bot.platforms.matrix.keys import ENCRYPTED
from bot.platforms.matrix.wire import Json, Refusal, Wire, at, written
from bot.waiting import loop_seconds

BUTTONS = "org.herald.buttons"

NONCE_BYTES = 12
REMEMBERED = 5000  # messages
ROOMS = 5000
RECENT = 8  # messages of ours in a room, of which a number may be one's
LOOKED_AT = 20
FRESH_SECONDS = 600.0  # so long a list that was asked for is in use


@dataclass(frozen=True, slots=True)
class Offered:
    """What a message of ours offers: commands by number, and the text (its beginning) above them.

    `pushed`: everybody in the room got it, and nobody asked for it.
    """

    commands: Mapping[int, str] = field(default_factory=dict)
    under: str = ""
    pushed: bool = False

    def command(self, number: int) -> str | None:
        """What this number asks; of a list that begins later 1 is the first, too."""
        if number in self.commands:
            return self.commands[number]
        ordered = [self.commands[n] for n in sorted(self.commands)]
        return next(islice(ordered, number - 1, None), None) if number > 0 else None


@dataclass(slots=True)
class _Recent:
    """The events of ours in a room that offer something, newest first; `whole` once looked up."""

    events: deque[str] = field(default_factory=lambda: deque(maxlen=RECENT))
    whole: bool = False
    highest: int = 0
    until: float = 0.0


class Choices:
    """What is offered, in memory, and else in the rooms. `us` is who we are there."""

    def __init__(self, wire: Wire, us: str, secret: bytes) -> None:
        self._wire = wire
        self._us = us
        self._box = AESGCM(secret)
        self._known: OrderedDict[str, Offered | None] = OrderedDict()
        self._rooms: OrderedDict[str, _Recent] = OrderedDict()

    def first(self, room: str, *, pushed: bool) -> int:
        """The number with which a list begins: what is pushed takes none from one in use."""
        recent = self._rooms.get(room)
        if not pushed or recent is None or loop_seconds() > recent.until:
            return 1
        return recent.highest + 1

    def sealed(self, room: str, drawn: Drawn, *, pushed: bool) -> Json:
        """The field that goes with a message; none where there is nothing to choose."""
        if not drawn.commands:
            return {}
        nonce = os.urandom(NONCE_BYTES)
        offered = {"commands": dict(drawn.commands), "under": drawn.under, "pushed": pushed}
        words = written(offered)
        box = nonce + self._box.encrypt(nonce, words, room.encode())
        return {BUTTONS: base64.b64encode(box).decode()}

    def offered(self, room: str, event: str, drawn: Drawn, *, pushed: bool) -> None:
        """This event reads like that now."""
        self._remember(event, Offered(drawn.commands, drawn.under, pushed))
        recent = self._newest(room, event)
        if not pushed:
            recent.highest = max(drawn.commands, default=0)
            recent.until = loop_seconds() + FRESH_SECONDS

    def saw(self, room: str, event: Json) -> None:
        """A run that we know nothing of has sent this there: how it read before it was changed."""
        offered = self._read(room, event | {"unsigned": {}})
        if offered is not None:
            number = _changed(event) or str(event.get("event_id"))
            self._remember(number, offered)
            self._newest(room, number)

    async def under(self, room: str, event: str) -> Offered | None:
        """What this event offers, if it is one of ours. Raises WireErrors."""
        if event not in self._known:
            try:
                found = await self._wire.ask("GET", at("rooms", room, "event", event))
            except Refusal as error:
                if error.code not in (FORBIDDEN, NOT_FOUND):
                    raise
                found = {}
            self._remember(event, self._read(room, found))
        return self._known[event]

    async def latest(self, room: str, number: int) -> tuple[str, str, Offered] | None:
        """The newest event of ours there that has this number, and its command.

        Raises WireErrors.
        """
        recent = self._recent(room)
        found = self._among(recent.events, number)
        if found is None and not recent.whole:
            await self._look(room, recent)
            found = self._among(recent.events, number)
        return found

    def _among(self, events: Iterable[str], number: int) -> tuple[str, str, Offered] | None:
        for event in events:
            offered = self._known.get(event)
            if offered is not None and number in offered.commands:
                return event, offered.commands[number], offered
        return None

    async def _look(self, room: str, recent: _Recent) -> None:
        """What earlier runs offered there."""
        wanted = {"senders": [self._us], "types": [MESSAGE, ENCRYPTED]}
        found = await self._wire.ask(
            "GET", at("rooms", room, "messages"),
            query={"dir": "b", "limit": str(LOOKED_AT), "filter": json.dumps(wanted)},
        )  # fmt: skip
        chunk = found.get("chunk")
        for event in chunk if isinstance(chunk, list) else []:
            offered = self._read(room, event)
            number = _changed(event) or str(event.get("event_id"))
            if offered is None or number in recent.events or len(recent.events) == RECENT:
                continue
            if number not in self._known:
                self._remember(number, offered)
            recent.events.append(number)
        recent.whole = True

    def _read(self, room: str, event: Json) -> Offered | None:
        """What an event of ours offers, as it was changed last."""
        if event.get("sender") != self._us:
            return None
        content = event.get("content")
        later = _latest_edit(event)
        if later is not None and later.get("sender") == self._us:
            content = later.get("content")
        if not isinstance(content, dict):
            return None
        opened = self._opened(room, content.get(BUTTONS))
        if opened is None:
            return Offered()
        commands = {int(n): str(command) for n, command in opened["commands"].items()}
        return Offered(commands, opened["under"], opened["pushed"])

    def _opened(self, room: str, box: object) -> Json | None:
        if not isinstance(box, str):
            return None
        try:
            raw = base64.b64decode(box, validate=True)
            words = self._box.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], room.encode())
        except (ValueError, InvalidTag):
            return None
        found: Json = json.loads(words)
        return found

    def _remember(self, event: str, offered: Offered | None) -> None:
        self._known[event] = offered
        self._known.move_to_end(event)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _newest(self, room: str, event: str) -> _Recent:
        recent = self._recent(room)
        if event in recent.events:
            recent.events.remove(event)
        recent.events.appendleft(event)
        return recent

    def _recent(self, room: str) -> _Recent:
        recent = self._rooms.setdefault(room, _Recent())
        self._rooms.move_to_end(room)
        while len(self._rooms) > ROOMS:
            self._rooms.popitem(last=False)
        return recent


def _latest_edit(event: Json) -> Json | None:
    """What the server bundles with an event ("Aggregations of child events")."""
    unsigned = event.get("unsigned")
    relations = unsigned.get("m.relations") if isinstance(unsigned, dict) else None
    edit = relations.get("m.replace") if isinstance(relations, dict) else None
    return edit if isinstance(edit, dict) else None


def _changed(event: Json) -> str:
    """The event that this one changes, "" where it changes none."""
    content = event.get("content")
    relation = content.get("m.relates_to") if isinstance(content, dict) else None
    if not isinstance(relation, dict) or relation.get("rel_type") != "m.replace":
        return ""
    return str(relation.get("event_id", ""))
