"""What somebody sees in their rooms: messages with their edits, and what was taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import nio


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it reads now. `kind` is its msgtype; `answers` the event it replies to.

    `encrypted`: it came that way. `edits` is how often it was changed; one that was taken back
    is `redacted` and has no words. `at` is the server's time, Unix seconds.
    """

    room: str
    id: str
    sender: str
    body: str
    html: str = ""
    kind: str = "m.text"
    answers: str = ""
    encrypted: bool = False
    edits: int = 0
    redacted: bool = False
    url: str = ""
    at: float = 0.0


class Log:
    """All that was heard, in the order of arrival; an edit changes the message it belongs to."""

    def __init__(self) -> None:
        self._heard: dict[str, Heard] = {}
        self.events: list[nio.Event] = []

    def __iter__(self) -> Iterator[Heard]:
        return iter(tuple(self._heard.values()))

    def add(self, room: str, event: nio.Event) -> None:
        """Take in an event of this room, decrypted where that was possible."""
        self.events.append(event)
        content = event.source.get("content", {})
        if isinstance(event, nio.RedactionEvent):
            self._change(event.redacts or "", body="", html="", redacted=True)
        elif isinstance(event, nio.RoomMessage):
            relation = content.get("m.relates_to") or {}
            if relation.get("rel_type") == "m.replace":
                self._edit(event.sender, relation.get("event_id", ""), content["m.new_content"])
            else:
                self._heard[event.event_id] = _message(room, event)

    def _edit(self, sender: str, of: str, content: dict[str, str]) -> None:
        """Only who wrote it may change it (MSC2676, "Validity of replacement events")."""
        before = self._heard.get(of)
        if before and before.sender == sender and not before.redacted:
            html = content.get("formatted_body", "")
            self._change(of, body=content["body"], html=html, edits=before.edits + 1)

    def _change(self, of: str, **new: str | int | bool) -> None:
        if before := self._heard.get(of):
            self._heard[of] = replace(before, **new)  # type: ignore[arg-type]


def _message(room: str, event: nio.RoomMessage) -> Heard:
    content = event.source["content"]
    relation = content.get("m.relates_to") or {}
    return Heard(
        room, event.event_id, event.sender, content.get("body", ""),
        content.get("formatted_body", ""), content.get("msgtype", ""),
        (relation.get("m.in_reply_to") or {}).get("event_id", ""), event.decrypted,
        url=content.get("url") or (content.get("file") or {}).get("url", ""),
        at=event.server_timestamp / 1000,
    )  # fmt: skip
