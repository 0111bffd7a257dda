"""What was said in a room between two answers of the homeserver, where one has not room for all.

Client-server specification, "Syncing", `limited`, and `GET /rooms/{roomId}/messages`.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import structlog

from bot.platforms.matrix.errors import asks_for_a_pause, stopped
from bot.platforms.matrix.events import MESSAGE, REACTION, membership
from bot.platforms.matrix.keys import ENCRYPTED
from bot.platforms.matrix.rooms import MEMBER
from bot.platforms.matrix.wire import Broken, Json, NoAnswer, Refusal, Wire, WireError, at

log = structlog.get_logger(__name__)

PAGES, A_PAGE = 100, 100  # events; who says more while we are away is not heard in all of it
AT_ONCE = 4  # rooms that are read back; the others wait for their turn, and hold up nobody
FAILURES = 30  # in a row, with pauses of up to half a minute; then one room's past is given up

_FILTER = json.dumps({"types": [MESSAGE, ENCRYPTED, REACTION, MEMBER]})


class Gap:
    """What was said in a room after `since` and before `until`; `events` are the oldest first.

    Of what was said before we last came in nothing is among them. With `whole` only of what was
    said while we were out: `inside` says whether we were in at its end, where it does not tell.
    """

    def __init__(
        self, room: str, since: str, until: object, *, whole: bool = False, inside: bool = True
    ) -> None:
        self.room = room
        self.since = since
        self.whole = whole
        self.inside = inside
        self.place = until if isinstance(until, str) else ""
        self.pages = PAGES
        self.failures = 0
        self.events: deque[Json] = deque()


class Missed:
    """Reads gaps back, a few at a time. `us` is our user id."""

    def __init__(self, wire: Wire, us: str) -> None:
        self._wire = wire
        self._us = us
        self._places = asyncio.Semaphore(AT_ONCE)

    async def read(self, gap: Gap) -> None:
        """Until all of it is there. Somebody may have asked to be told no more.

        Raises WireErrors: called again, it goes on where it was. What cannot be had is left out.
        """
        await self._read(gap)
        if gap.whole:
            gap.events = deque(within(gap.events, self._us, inside=gap.inside))

    async def _read(self, gap: Gap) -> None:
        while gap.place and gap.pages:
            try:
                async with self._places:
                    page = await self._page(gap)
            except WireError as error:
                if _passes(error, gap):
                    raise
                log.warning(
                    "What was said in a room could not be read back.", end=type(error).__name__
                )
                return
            gap.failures = 0
            self._take(gap, page)
        if gap.place:
            log.warning("More was said in a room than is read back: the oldest of it is not heard.")

    async def _page(self, gap: Gap) -> Json:
        query = {
            "dir": "b", "from": gap.place, "to": gap.since, "limit": str(A_PAGE),
            "filter": _FILTER,
        }  # fmt: skip
        return await self._wire.ask("GET", at("rooms", gap.room, "messages"), query=query)

    def _take(self, gap: Gap, page: Json) -> None:
        chunk, end = page.get("chunk"), page.get("end")
        gap.place = end if isinstance(end, str) else ""
        gap.pages -= 1
        for event in chunk if isinstance(chunk, list) else []:
            if not (isinstance(event, dict) and isinstance(event.get("content"), dict)):
                continue
            gap.events.appendleft(event)
            if came(event, self._us) and not gap.whole:
                gap.place = ""
                return


def came(event: Json, us: str) -> bool:
    """Whether with this event our time in the room begins: what was said before is not for us."""
    if event.get("type") != MEMBER:
        return False
    user, now, was = membership(event)
    return user == us and now == "join" and was != "join"


def went(event: Json, us: str) -> bool:
    """Whether with this event our time in the room ends."""
    if event.get("type") != MEMBER:
        return False
    user, now, was = membership(event)
    return user == us and now != "join" and was == "join"


def inside_before(events: Iterable[Json], us: str) -> bool | None:
    """Whether we were in the room before these, as the first that tells has it; None: none does."""
    for event in events:
        if came(event, us):
            return False
        if went(event, us):
            return True
    return None


def within(events: Iterable[Json], us: str, *, inside: bool) -> Iterator[Json]:
    """Those that were said while we were in the room; `inside` where none of them tells."""
    events = tuple(events)
    known = inside_before(events, us)
    inside = inside if known is None else known
    for event in events:
        inside = inside or came(event, us)
        if inside:
            yield event
        inside = inside and not went(event, us)


def answered(events: Sequence[Json], us: str) -> int:
    """How many of these there are up to the last that we said, and with it."""
    spoke = (n for n, e in enumerate(events, 1) if e.get("sender") == us and _is_said(e))
    return max(spoke, default=0)


def _is_said(event: Json) -> bool:
    return event.get("type") in (MESSAGE, ENCRYPTED)


def _passes(error: WireError, gap: Gap) -> bool:
    """Whether it may be there if it is asked for again."""
    if isinstance(error, NoAnswer | Broken) and asks_for_a_pause(error) is None:
        gap.failures += 1  # our homeserver may be well, and this room's past be lost
        return gap.failures < FAILURES
    if isinstance(error, Refusal):
        return asks_for_a_pause(error) is not None or stopped(error) is not None
    return True
