"""Virtual time: where nothing is ready the clock jumps to the next timer, so an hour takes none.

Work in threads (aiosqlite's, and the executor's) is waited for in real time before the clock may
jump. Sockets and other processes are not: this is for what happens inside one process.
"""

from __future__ import annotations

import asyncio
import functools
import math
import queue
import selectors
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec, TypeVar
from unittest import mock

import aiosqlite.core

BEGAN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # what the wall clock says at second 0
# Later than any second that code might hold for "never", and no round number.
FIRST_SECOND = 1000.25
BUSY, BUSY_SECONDS = 1000, 1e-6  # so long take so many turns of the loop, one after the other

P = ParamSpec("P")
T = TypeVar("T")


class StuckError(Exception):
    """Everybody waits, and for nothing that will come."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` stands still while something happens, and jumps when nothing does.

    `late` gives the seconds by which a timer goes off too late, as those of real loops do.
    """

    def __init__(self, late: Callable[[], float] = lambda: 0.0) -> None:
        self._now = FIRST_SECOND
        self._late = late
        self._away = 0  # pieces of work that are in threads
        self._busy = 0  # turns of the loop since the clock jumped
        super().__init__(_Selector(self))
        self._clock_resolution = math.ulp(self._now)

    def time(self) -> float:
        return self._now

    def stall(self, seconds: float) -> None:
        """Hold up the loop for so long, as work without an await does."""
        self._now += seconds

    def jump(self, seconds: float | None) -> bool:
        """Move the clock on by so much; False if something is under way that must be awaited."""
        if self._away:
            return False
        if seconds is None:
            raise StuckError("Nothing is ready, no timer is set and no thread is at work.")
        self._now += seconds + self._late()
        # No timer goes off before its time, as a real loop's do by a nanosecond.
        self._clock_resolution = math.ulp(self._now)
        self._busy = 0
        return True

    def goes_on(self) -> None:
        """Something was ready. A little time passes after a lot: somebody may wait for that."""
        self._busy += 1
        if self._busy % BUSY == 0:
            self._now += BUSY_SECONDS

    def leaves(self) -> None:
        """One more piece of work is in a thread."""
        self._away += 1

    def _back(self) -> None:
        self._away -= 1

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        # How aiosqlite's thread says that a piece of work is done, with a result or an error. It
        # counts as back when its news is taken in: before, the clock must not jump.
        if callback in (aiosqlite.core.set_result, aiosqlite.core.set_exception):
            return super().call_soon_threadsafe(self._lands, callback, args, context=context)
        return super().call_soon_threadsafe(callback, *args, context=context)

    def _lands(self, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        self._back()
        callback(*args)

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        chosen = executor or self._own_executor()
        self.leaves()
        work: Future[T] = chosen.submit(func, *args)
        awaited = asyncio.wrap_future(work, loop=self)
        # Added behind the one that hands over the result: see above.
        work.add_done_callback(lambda _: super(VirtualLoop, self).call_soon_threadsafe(self._back))
        return awaited

    async def shutdown_default_executor(self, *args: Any) -> None:
        self.leaves()  # it is waited for in a thread
        try:
            await super().shutdown_default_executor(*args)
        finally:
            self._back()

    def _own_executor(self) -> Executor:
        if getattr(self, "_default_executor", None) is None:
            self.set_default_executor(ThreadPoolExecutor(thread_name_prefix="virtual"))
        found: Executor = self._default_executor  # type: ignore[attr-defined]
        return found


class _Selector(selectors.DefaultSelector):
    """Never waits for a timer: it moves the loop's clock instead."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            self._loop.goes_on()
            return ready
        if self._loop.jump(timeout):
            return ready
        return super().select(None)  # a thread will wake us


class _Counted(queue.SimpleQueue[Any]):
    """What an aiosqlite connection hands to its thread: a future, and what is to be done."""

    def put_nowait(self, item: Any) -> None:
        if item[0] is not None:
            loop = item[0].get_loop()
            if isinstance(loop, VirtualLoop):
                loop.leaves()
        super().put_nowait(item)


@contextmanager
def _counting() -> Iterator[None]:
    with mock.patch.object(aiosqlite.core, "SimpleQueue", _Counted):
        yield


def run_virtually(
    coroutine: Coroutine[Any, Any, T], *, late: Callable[[], float] = lambda: 0.0
) -> T:
    """Run it to its end in virtual time. Raises StuckError where it would wait for ever."""
    with _counting(), asyncio.Runner(loop_factory=lambda: VirtualLoop(late)) as runner:
        return runner.run(coroutine)


def virtual(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """A test that runs in virtual time. Its fixtures do not: what is async it opens itself."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        run_virtually(test(*args, **kwargs))

    return run


def this_loop() -> VirtualLoop:
    """The running loop."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def clock() -> datetime:
    """The time of day (UTC) that belongs to the running loop's seconds."""
    return BEGAN + timedelta(seconds=asyncio.get_running_loop().time() - FIRST_SECOND)
