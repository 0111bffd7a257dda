"""What our messages offer: numbers and their commands, sealed into the messages themselves.

So a number or a reaction still works after a restart, and in encrypted rooms, too: what Herald said
there it cannot read again, for keys to its own words are not kept. The server sees no command.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.platforms.matrix.drawing import Drawn
from bot.platforms.matrix.wire import Json, written

BUTTONS = "org.herald.buttons"

NONCE_BYTES = 12


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


class Offers:
    """Writes and reads them. `us` is who we are there."""

    def __init__(self, us: str, secret: bytes) -> None:
        self.us = us
        self._box = AESGCM(secret)

    def sealed(self, room: str, drawn: Drawn, *, pushed: bool) -> Json:
        """The field that goes with a message; none where there is nothing to choose."""
        if not drawn.commands:
            return {}
        nonce = os.urandom(NONCE_BYTES)
        offered = {"commands": dict(drawn.commands), "under": drawn.under, "pushed": pushed}
        words = written(offered)
        box = nonce + self._box.encrypt(nonce, words, room.encode())
        return {BUTTONS: base64.b64encode(box).decode()}

    def read(self, room: str, event: Json) -> Offered | None:
        """What this very event offers, whatever has changed it since; None if it is not ours."""
        content = event.get("content")
        if event.get("sender") != self.us or not isinstance(content, dict):
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


def shown_by(event: Json) -> str:
    """The message that this event is, or that it changes; "" where it has no id."""
    content = event.get("content")
    relation = content.get("m.relates_to") if isinstance(content, dict) else None
    if isinstance(relation, dict) and relation.get("rel_type") == "m.replace":
        return str(relation.get("event_id", ""))
    return str(event.get("event_id", ""))
