"""A limit for what must not hang: the program's own processor time, not the clock's."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Fail where the block needs more processor time than that, wherever it hangs."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        pytest.fail(f"it takes longer than {seconds:.0f} s")  # what our readers do not catch

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
