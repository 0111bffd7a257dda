"""News of the homeserver: asked for with a long poll, handed on, and marked once dealt with.

Client-server specification, "Syncing".
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NoReturn

import structlog

from bot.platforms.matrix.errors import Trouble
from bot.platforms.matrix.events import MESSAGE, REACTION
from bot.platforms.matrix.inbox import Inbox
from bot.platforms.matrix.keys import ENCRYPTED, Keys
from bot.platforms.matrix.ledger import Batch, Ledger
from bot.platforms.matrix.missed import Gap, answered, came, inside_before, within
from bot.platforms.matrix.moves import replacement
from bot.platforms.matrix.rooms import ENCRYPTION, LEVELS, MEMBER, TOMBSTONE, Rooms
from bot.platforms.matrix.wire import Json, Refusal, Wire, WireError, at

log = structlog.get_logger(__name__)

POLL_SECONDS = 30
# What an earlier run asked in the very same words, Synapse answers from memory for two minutes
# (sync_response_cache_duration), and a room that was encrypted meanwhile would not be known as so.
LONGEST_FIRST_MS = 1000
GRACE_SECONDS = 15.0  # an answer to a long poll may be late
FIRST_SECONDS = 300.0  # an account with many rooms
SHORTEST_SECONDS = 0.1
IN_HAND = 5000  # events, before no more are asked for
A_PIECE = 50  # events or rooms, before others have their turn in the loop

# Whoever is in how many rooms: only what is dealt with here is sent, and of members nothing that
# is older. At most so many events of a room: Synapse gives no more (filter_timeline_limit).
_NOTHING: dict[str, object] = {"not_types": ["*"]}
_STATE = [ENCRYPTION, LEVELS, TOMBSTONE]
_TIMELINE = [MESSAGE, ENCRYPTED, REACTION, MEMBER, *_STATE]


def _filter(state: list[str], timeline: dict[str, object]) -> str:
    room = {
        "state": {"types": state}, "timeline": timeline,
        "ephemeral": _NOTHING, "account_data": _NOTHING,
    }  # fmt: skip
    return json.dumps({"presence": _NOTHING, "account_data": _NOTHING, "room": room})


FILTER = _filter(_STATE, {"types": _TIMELINE, "limit": 100})
# What was said before we first came is answered no more: all that counts is what is encrypted.
FIRST_FILTER = _filter([ENCRYPTION], {**_NOTHING, "limit": 1})


class Sync:
    """One run's. `us` is our user id, `since` how far an earlier run came, "" for the first.

    `restored`: that was before a backup, and what has been said since may be answered already.
    """

    def __init__(
        self, wire: Wire, keys: Keys, rooms: Rooms, inbox: Inbox, ledger: Ledger, us: str,
        since: str, *, restored: bool = False,
    ) -> None:  # fmt: skip
        self.news = asyncio.Event()  # rung when there may be something to tell of our keys
        self._wire = wire
        self._keys = keys
        self._rooms = rooms
        self._inbox = inbox
        self._ledger = ledger
        self._us = us
        self._since = since
        self._restored = restored

    async def run(self, trouble: Trouble, ready: Callable[[], None]) -> NoReturn:
        """Until cancelled; `ready` is called after the first answer. Raises Stop, DatabaseError."""
        clock = asyncio.get_running_loop().time
        up = False
        while True:
            began = clock()
            try:
                answer = await self._asked(wait=up)
            except WireError as error:
                pause = trouble.met(error)
                self._doubt(error)
                await asyncio.sleep(pause)
                continue
            trouble.over()
            await self._take(answer)
            if not up:
                up = True
                ready()
            await self._ledger.room(IN_HAND)
            if clock() - began < SHORTEST_SECONDS:  # news by news would be a request for each
                await asyncio.sleep(SHORTEST_SECONDS)

    def _doubt(self, error: WireError) -> None:
        """Where the homeserver does not know (any more) how far we were, we begin anew."""
        if self._since and isinstance(error, Refusal) and error.status == 400:
            log.warning("The homeserver does not know how far was read: that is where we begin.")
            self._since = ""

    async def _asked(self, *, wait: bool) -> Json:
        query = {"timeout": str(POLL_SECONDS * 1000 if wait else _unlike_before()),
                 "filter": FILTER if self._since else FIRST_FILTER}  # fmt: skip
        seconds = POLL_SECONDS + GRACE_SECONDS if wait else FIRST_SECONDS
        if self._since:
            query["since"] = self._since
        return await self._wire.ask("GET", at("sync"), query=query, seconds=seconds)

    async def _take(self, answer: Json) -> None:
        """Hand on what is new. Once we ask for what comes after it, the server forgets the keys
        that were in it: they are on our disk by then.
        """
        token, first = str(answer.get("next_batch", "")), not self._since
        if not token or token == self._since:
            return
        came = await self._keys.receive(answer)
        batch = self._ledger.begin(token)
        rooms = _dict(answer.get("rooms"))
        for room, told in _dict(rooms.get("invite")).items():
            self._inbox.invited(room, _inviter(told, self._us), batch)
        for room in _dict(rooms.get("leave")):
            self._rooms.forget(room)
            self._keys.forget(room)
            self._inbox.left(room, batch)
        joined = _dict(rooms.get("join"))
        for number, (room, old) in enumerate(_succession(joined)):
            if old and self._restored:
                self._inbox.follows(room, old, batch)
            await self._joined(room, joined[room], batch, first=first)
            if number % A_PIECE == A_PIECE - 1:
                await asyncio.sleep(0)
        self._inbox.keys_came(came)
        batch.done()
        self._since, self._restored = token, False
        self.news.set()

    async def _joined(self, room: str, told: Json, batch: Batch, *, first: bool) -> None:
        timeline = _dict(told.get("timeline"))
        events = list(_events(timeline))
        if timeline.get("limited"):
            self._rooms.forget(room)  # who came and went meanwhile is not told
        state = list(_events(told.get("state")))
        for event in (*state, *events):
            self._apply(room, event)
        if first:
            return
        ours = self._ours(events)
        spoken = answered(ours, self._us) if self._restored else 0
        if timeline.get("limited") and (self._restored or not self._came(events)):
            gap = Gap(
                room, self._since, timeline.get("prev_batch"), whole=self._restored,
                inside=inside_before(events, self._us) is not False,
            )  # fmt: skip
            self._inbox.missed(gap, batch, self._silent(spoken))
        for event in state:
            if event.get("type") == TOMBSTONE:
                self._inbox.happened(room, event, batch)
        for number, event in enumerate(ours):
            self._inbox.happened(room, event, batch, silent=number < spoken)
            if number % A_PIECE == A_PIECE - 1:
                await asyncio.sleep(0)

    def _came(self, events: list[Json]) -> bool:
        return any(came(event, self._us) for event in events)

    def _ours(self, events: list[Json]) -> list[Json]:
        """What was said since we last came in. Where a backup was restored we may have left
        since, and come back: then all that was said while we were in.
        """
        if self._restored:
            return list(within(events, self._us, inside=True))
        begins = (n for n in range(len(events))[::-1] if came(events[n], self._us))
        return events[next(begins, 0) :]

    def _silent(self, spoken: int) -> Callable[[Sequence[Json]], int]:
        """How many of the events before those that are told need no answer any more: where a backup
        was restored, all up to the last that we said.
        """
        if spoken:
            return len
        return partial(answered, us=self._us) if self._restored else _none

    def _apply(self, room: str, event: Json) -> None:
        if not isinstance(event.get("state_key"), str):
            return
        if event.get("type") == ENCRYPTION:
            self._keys.encrypt(room)
        elif event.get("type") in (MEMBER, LEVELS):
            self._rooms.apply(room, event)


def _succession(joined: Json) -> Iterator[tuple[str, str]]:
    """All rooms, each after the one that it replaces, which is the second, where that is told."""
    before = {}
    for old, told in joined.items():
        for event in (*_events(_dict(told).get("state")), *_events(_dict(told).get("timeline"))):
            new = replacement(event["content"]) if event.get("type") == TOMBSTONE else None
            if new in joined:
                before[new] = old
    seen: set[str] = set()
    for room in joined:
        line = []
        while room and room not in seen:
            seen.add(room)
            line.append(room)
            room = before.get(room, "")
        yield from ((one, before.get(one, "")) for one in reversed(line))


def _inviter(told: object, us: str) -> str:
    """The server of who invited us: it knows the room."""
    for event in _events(_dict(told).get("invite_state")):
        if event.get("type") == MEMBER and event.get("state_key") == us:
            return str(event.get("sender", "")).partition(":")[2]
    return ""


def _none(_: Sequence[Json]) -> int:
    return 0


def _events(found: object) -> Iterator[Json]:
    events = _dict(found).get("events")
    for event in events if isinstance(events, list) else ():
        if isinstance(event, dict) and isinstance(event.get("content"), dict):
            yield event


def _dict(found: object) -> Json:
    return found if isinstance(found, dict) else {}


def _unlike_before() -> int:
    """Milliseconds for which the first answer may be waited for, hardly ever the same."""
    return random.randint(1, LONGEST_FIRST_MS)  # noqa: S311 - no secret hangs on it
