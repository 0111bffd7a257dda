"""Misfortunes by rule: each send is looked at, and a function says what befalls it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.botapi.faults import Fault, Faults
from tests.fakes.botapi.query import Query

Rule = Callable[[Query], Fault | None]
GRACE = 0.35  # seconds in which what had left before the 429 was heard may still come in


@dataclass(frozen=True, slots=True)
class Freeze:
    """Somebody was told to wait so many seconds at a moment (Unix seconds); `chat` is whose send
    that was.
    """

    at: float
    seconds: float
    chat: str


class Script(Faults):
    """The faults that `rule` gives for sends; the numbered ones go on beside it.

    `struck` counts what happened, by the truth log's word for it; `freezes` are the waits that
    were asked for.
    """

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.rule = rule
        self.struck: Counter[str] = Counter()
        self.freezes: list[Freeze] = []

    def take(self, query: Query) -> Fault | None:
        fault = super().take(query)
        if fault is None and query.method.startswith("send"):
            fault = self.rule(query)
        if fault is not None:
            self.struck[fault.name()] += 1
        if fault is not None and fault.retry_after:
            self.freezes.append(Freeze(time.time(), fault.retry_after, query.text("chat_id")))
        return fault

    @property
    def doubtful(self) -> int:
        """How many sends arrived without the sender being told."""
        return sum(n for name, n in self.struck.items() if name.endswith(" after"))


def nothing(_: Query) -> Fault | None:
    """All is well."""
    return None


def slow_down(seconds: int) -> Fault:
    """A 429 that asks for so many seconds."""
    return Fault(status=429, retry_after=seconds)


def refused(status: int, words: str) -> Fault:
    """A refusal in Telegram's words."""
    return Fault(status=status, description=words)


def inside(entries: Iterable[Mapping[str, Any]], freezes: Iterable[Freeze], chat: str = "") -> int:
    """How many sends came in while nothing might: to this chat, or to any."""
    waits = [(each.at + GRACE, each.at + each.seconds) for each in freezes]
    return sum(
        any(begin < entry.get("came", entry["at"]) < end for begin, end in waits)
        for entry in entries
        if entry["method"].startswith("send") and chat in ("", entry["chat"])
    )
