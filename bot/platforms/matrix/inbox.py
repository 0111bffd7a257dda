"""Events on their way in: those of one room in order, done when the desk has dealt with them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from bot.platforms.lanes import Lanes
from bot.platforms.matrix.desk import Desk
from bot.platforms.matrix.errors import asks_for_a_pause, stopped
from bot.platforms.matrix.keys import ENCRYPTED, Keys, Session
from bot.platforms.matrix.ledger import Batch
from bot.platforms.matrix.missed import Gap, Missed
from bot.platforms.matrix.wire import Json, Refusal, WireError
from bot.platforms.trying import pause_after
from storage import DatabaseError

log = structlog.get_logger(__name__)

HANDLE_SECONDS = 30.0  # a look at a room of another server's may take so long
SLOW_TIMES = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0  # seconds between tries while the database is not there
WAITING = 10_000  # events of one room
UNREADABLE = 1000  # events kept until their key comes
KEY_SECONDS = 20.0  # so long a key may be behind what it opens, before somebody is asked again

Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """An encrypted event whose key has not come; `silent`: what it asks for was answered once."""

    room: str
    event: Json
    batch: Batch
    silent: bool


class Inbox:
    """One run's way in. What is `silent` goes to the desk that does what is asked and says nothing.
    `us` is our user id.
    """

    def __init__(self, desk: Desk, silently: Desk, keys: Keys, missed: Missed, us: str) -> None:
        self._desk = desk
        self._silently = silently
        self._keys = keys
        self._missed = missed
        self._us = us
        self._lanes = Lanes(WAITING)
        self._unreadable: OrderedDict[str, _Unreadable] = OrderedDict()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._last: dict[str, str] = {}  # of the silent ones, by their rooms

    def invited(self, room: str, via: str, batch: Batch) -> None:
        """Somebody wants us there. However long it takes, for many may ask: the room's other events
        come only after.
        """
        self._put(room, partial(self._desk.invited, room, via), batch, None)

    def left(self, room: str, batch: Batch) -> None:
        """We are out of this room."""
        self._put(room, partial(self._desk.left, room), batch)

    def follows(self, room: str, old: str, batch: Batch) -> None:
        """This room replaces the old one: what happens here comes after all that is known to happen
        there, and after what is kept of the old one is kept of this.
        """
        over = asyncio.Event()

        async def reached() -> None:
            over.set()

        async def waited() -> None:
            await over.wait()

        if self._put(old, reached, batch, None):
            self._put(room, waited, batch, None)
        self._put(room, partial(self._desk.follows, room), batch)

    def missed(self, gap: Gap, batch: Batch, silent: Callable[[Sequence[Json]], int]) -> None:
        """More was said in a room than the homeserver told: it is read back before what comes
        after it is dealt with. `silent` tells how many of these events are.
        """
        self._put(gap.room, partial(self._missed.read, gap), batch, None)
        self._put(gap.room, partial(self._make_up, gap, batch, silent), batch, None)

    async def _make_up(
        self, gap: Gap, batch: Batch, silent: Callable[[Sequence[Json]], int]
    ) -> None:
        left = silent(gap.events)
        while gap.events:
            event, left = gap.events[0], left - 1
            read = self._read(gap.room, event, batch, silent=left >= 0)
            gap.events.popleft()
            if read is not None:
                act = self._act(gap.room, read, silent=left >= 0)
                batch.take()
                await self._process(act, batch, HANDLE_SECONDS)

    def happened(self, room: str, event: Json, batch: Batch, *, silent: bool = False) -> None:
        """An event in this room. Where it is encrypted and its key is missing, it waits for it."""
        read = self._read(room, event, batch, silent=silent)
        if read is not None:
            self._put(room, self._act(room, read, silent=silent), batch)

    def _act(self, room: str, event: Json, *, silent: bool, late: bool = False) -> Act:
        return partial((self._silently if silent else self._desk).happened, room, event, late=late)

    def _read(self, room: str, event: Json, batch: Batch, *, silent: bool) -> Json | None:
        """What it says; None where that cannot be known yet."""
        if event.get("type") != ENCRYPTED or event.get("sender") == self._us:
            return event
        read = self._keys.decrypted(room, event)
        if read is not None:
            return read
        number = str(event.get("event_id"))
        if number in self._unreadable:
            return None
        batch.take()
        self._unreadable[number] = _Unreadable(room, event, batch, silent)
        if silent:
            self._last[room] = number
        loop = asyncio.get_running_loop()
        self._timers[number] = loop.call_later(KEY_SECONDS, self._give_up, number)
        while len(self._unreadable) > UNREADABLE:
            self._give_up(next(iter(self._unreadable)))
        return None

    def keys_came(self, sessions: Iterable[Session]) -> None:
        """What was waiting for these is read now."""
        opened = set(sessions)
        for number, it in tuple(self._unreadable.items()):
            content = it.event.get("content")
            session = content.get("session_id") if isinstance(content, dict) else None
            if (it.room, session) not in opened:
                continue
            read = self._keys.decrypted(it.room, it.event)
            if read is not None:
                self._drop(number)
                act = self._act(it.room, read, silent=it.silent, late=True)
                self._put(it.room, act, it.batch)
                it.batch.done()

    async def end(self, seconds: float) -> None:
        """Let what is in hand be done, for so long at most; what is not comes again."""
        for timer in self._timers.values():
            timer.cancel()
        await self._lanes.end(seconds)

    def _give_up(self, number: str) -> None:
        """Who wrote it is told. Of what was answered once nobody knows whether it was a wish to be
        told no more: so they are, once.
        """
        it = self._unreadable[number]
        self._drop(number)
        if not it.silent or self._last.get(it.room) == number:
            self._put(it.room, partial(self._desk.unreadable, it.room, it.event), it.batch)
        it.batch.done()

    def _drop(self, number: str) -> None:
        del self._unreadable[number]
        self._timers.pop(number).cancel()

    def _put(
        self, room: str, act: Act, batch: Batch, seconds: float | None = HANDLE_SECONDS
    ) -> bool:
        batch.take()
        taken = self._lanes.put(room, partial(self._process, act, batch, seconds))
        if not taken:
            log.warning("One room asks more than can be kept; an event is skipped.")
            batch.done()
        return taken

    async def _process(self, act: Act, batch: Batch, seconds: float | None) -> None:
        """Until its effect is committed; cancelled, it is not done, and comes again.

        What fails for another reason than the database or the homeserver's being away counts as
        done: it would fail for ever.
        """
        failures = slow = 0
        pause: float | None = FIRST_PAUSE
        while pause is not None:
            try:
                async with asyncio.timeout(seconds):
                    pause = await _tried(act, failures)
            except TimeoutError:
                slow += 1
                if slow == SLOW_TIMES:
                    log.error("An event took too long and was given up.")
                    break
                continue
            except Exception:  # the loop that turns: the next event must be dealt with
                log.error("An event failed.", exc_info=True)
                break
            if pause is not None:
                failures += 1
                await asyncio.sleep(pause)
        batch.done()


async def _tried(act: Act, failures: int) -> float | None:
    """None once it is done; else the seconds until it may be tried again."""
    try:
        await act()
    except DatabaseError as error:
        log.warning("An event has to wait.", reason=str(error))
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures, 10))
    except Refusal as error:
        if stopped(error) is not None:
            return LONGEST_PAUSE  # not done: whoever asks for news ends this run
        wait = asks_for_a_pause(error)
        if wait is None:
            log.debug("A room says no.", code=error.code)
        return wait
    except WireError:  # whoever asks for news has said so
        return pause_after(failures + 1)
    return None
