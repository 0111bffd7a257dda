"""Events on their way in: those of one room in order, done when the desk has dealt with them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

import structlog

from bot.platforms.lanes import Lanes
from bot.platforms.matrix.desk import Desk
from bot.platforms.matrix.errors import asks_for_a_pause, stopped
from bot.platforms.matrix.keys import Keys, Session
from bot.platforms.matrix.ledger import Batch
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


class Inbox:
    """One run's way in."""

    def __init__(self, desk: Desk, keys: Keys) -> None:
        self._desk = desk
        self._keys = keys
        self._lanes = Lanes(WAITING)
        self._unreadable: OrderedDict[str, tuple[str, Json, Batch]] = OrderedDict()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def invited(self, room: str, via: str, batch: Batch) -> None:
        """Somebody wants us there. However long it takes, for many may ask: the room's other events
        come only after.
        """
        self._put(room, partial(self._desk.invited, room, via), batch, None)

    def left(self, room: str, batch: Batch) -> None:
        """We are out of this room."""
        self._put(room, partial(self._desk.left, room), batch)

    def happened(self, room: str, event: Json, batch: Batch) -> None:
        """An event in this room, that nobody has encrypted, or that is read already."""
        self._put(room, partial(self._desk.happened, room, event), batch)

    def encrypted(self, room: str, event: Json, batch: Batch) -> None:
        """An encrypted event in this room. Where its key is missing, it waits for it."""
        read = self._keys.decrypted(room, event)
        if read is not None:
            self.happened(room, read, batch)
            return
        number = str(event.get("event_id"))
        batch.take()
        self._unreadable[number] = (room, event, batch)
        loop = asyncio.get_running_loop()
        self._timers[number] = loop.call_later(KEY_SECONDS, self._give_up, number)
        while len(self._unreadable) > UNREADABLE:
            self._give_up(next(iter(self._unreadable)))

    def keys_came(self, sessions: Iterable[Session]) -> None:
        """What was waiting for these is read now."""
        opened = set(sessions)
        for number, (room, event, batch) in tuple(self._unreadable.items()):
            content = event.get("content")
            session = content.get("session_id") if isinstance(content, dict) else None
            if (room, session) not in opened:
                continue
            read = self._keys.decrypted(room, event)
            if read is not None:
                self._drop(number)
                self.happened(room, read, batch)
                batch.done()

    async def end(self, seconds: float) -> None:
        """Let what is in hand be done, for so long at most; what is not comes again."""
        for timer in self._timers.values():
            timer.cancel()
        await self._lanes.end(seconds)

    def _give_up(self, number: str) -> None:
        room, event, batch = self._unreadable[number]
        self._drop(number)
        self._put(room, partial(self._desk.unreadable, room, event), batch)
        batch.done()

    def _drop(self, number: str) -> None:
        del self._unreadable[number]
        self._timers.pop(number).cancel()

    def _put(
        self, room: str, act: Act, batch: Batch, seconds: float | None = HANDLE_SECONDS
    ) -> None:
        batch.take()
        if not self._lanes.put(room, partial(self._process, act, batch, seconds)):
            log.warning("One room asks more than can be kept; an event is skipped.")
            batch.done()

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
