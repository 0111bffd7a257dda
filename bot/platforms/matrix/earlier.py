"""What we had said when somebody said something: asked of the homeserver, from that place back.

What is said may be dealt with long after, by a later run, too: a number means what it meant then.
Client-server specification, `/context`, `/messages` and `/relations`.
"""

from __future__ import annotations

import json

from bot.platforms.matrix.events import MESSAGE
from bot.platforms.matrix.keys import ENCRYPTED
from bot.platforms.matrix.offers import Offered, Offers, shown_by
from bot.platforms.matrix.wire import Json, Refusal, Wire, at

RELATIONS = "/_matrix/client/v1"
LOOKED_AT = 20  # events of ours, in each of two looks


class Earlier:
    """Asks. Its methods raise WireErrors."""

    def __init__(self, wire: Wire, offers: Offers) -> None:
        self._wire = wire
        self._offers = offers
        wanted = {"senders": [offers.us], "types": [MESSAGE, ENCRYPTED]}
        self._filter = json.dumps(wanted | {"lazy_load_members": True})

    async def ours(self, room: str, event: str, most: int) -> dict[str, Offered]:
        """The messages of ours that stood there before this event, at most so many, the last that
        was sent or changed first; as they read then. What was pushed stays where it was sent.
        """
        around = await self._around(room, event, 2 * LOOKED_AT)  # a half of it comes after
        found: dict[str, Offered] = {}
        right: dict[str, Offered] = {}
        self._add(found, room, around.get("events_before"), most, right)
        start = around.get("start")
        if len(found) < most and isinstance(start, str):
            query = {"dir": "b", "from": start, "limit": str(LOOKED_AT), "filter": self._filter}
            page = await self._wire.ask("GET", at("rooms", room, "messages"), query=query)
            self._add(found, room, page.get("chunk"), most, right)
        return found

    async def one(self, room: str, message: str, event: str) -> Offered | None:
        """What this message offered before this event; None if it is not ours, or not there."""
        found = await self._asked(at("rooms", room, "event", message))
        offered = self._offers.read(room, found)
        if offered is None or not _is_changed(found):
            return offered
        start = (await self._around(room, event, 1)).get("start")
        if not isinstance(start, str):
            return offered
        path = at("rooms", room, "relations", message, "m.replace", api=RELATIONS)
        page = await self._asked(path, {"dir": "b", "from": start, "limit": "1"})
        changed: dict[str, Offered] = {}
        right: dict[str, Offered] = {}
        self._add(changed, room, page.get("chunk"), 1, right)
        return (changed | right).get(message, offered)

    async def _around(self, room: str, event: str, most: int) -> Json:
        query = {"limit": str(most), "filter": self._filter}
        return await self._asked(at("rooms", room, "context", event), query)

    async def _asked(self, path: str, query: dict[str, str] | None = None) -> Json:
        """Nothing where it is not there, or not for us."""
        try:
            return await self._wire.ask("GET", path, query=query)
        except Refusal as error:
            if error.status not in (403, 404):
                raise
            return {}

    def _add(
        self, found: dict[str, Offered], room: str, events: object, most: int,
        right: dict[str, Offered],
    ) -> None:  # fmt: skip
        """These, which go back, behind what was found. `right`: how pushed ones were put right."""
        for event in events if isinstance(events, list) else []:
            offered, message = self._offers.read(room, event), shown_by(event)
            if offered is None or len(found) == most:
                continue
            if offered.pushed and message != event.get("event_id"):
                right.setdefault(message, offered)
            else:
                found.setdefault(message, right.get(message, offered))


def _is_changed(event: Json) -> bool:
    """Whether the server bundles a change with it ("Aggregations of child events")."""
    unsigned = event.get("unsigned")
    relations = unsigned.get("m.relations") if isinstance(unsigned, dict) else None
    return isinstance(relations, dict) and isinstance(relations.get("m.replace"), dict)
