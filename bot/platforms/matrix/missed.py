"""What was said in a room between two answers of the homeserver, where one has not room for all.

Client-server specification, "Syncing", `limited`, and `GET /rooms/{roomId}/messages`.
"""

from __future__ import annotations

import json

import structlog

from bot.platforms.matrix.events import MESSAGE, REACTION
from bot.platforms.matrix.keys import ENCRYPTED
from bot.platforms.matrix.wire import Json, Wire, WireError, at

log = structlog.get_logger(__name__)

PAGES, A_PAGE = 10, 100  # events; who says more while we are away is not heard in all of it

_FILTER = json.dumps({"types": [MESSAGE, ENCRYPTED, REACTION]})


async def missed(wire: Wire, room: str, timeline: Json, since: str) -> list[Json]:
    """All that was said after `since` and before this part of the timeline, oldest first.

    Somebody may have asked to be told no more. What cannot be had is left out.
    """
    found: list[Json] = []
    place = timeline.get("prev_batch")
    for _ in range(PAGES):
        if not isinstance(place, str):
            break
        query = {"dir": "b", "from": place, "to": since, "limit": str(A_PAGE), "filter": _FILTER}
        try:
            page = await wire.ask("GET", at("rooms", room, "messages"), query=query)
        except WireError as error:
            log.warning("What was said in a room could not be read back.", end=type(error).__name__)
            break
        chunk = page.get("chunk")
        found += [e for e in (chunk if isinstance(chunk, list) else []) if _is_event(e)]
        place = page.get("end")
    return found[::-1]


def _is_event(event: object) -> bool:
    return isinstance(event, dict) and isinstance(event.get("content"), dict)
