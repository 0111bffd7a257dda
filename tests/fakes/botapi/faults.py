"""A script of misfortunes: which request meets which fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.fakes.botapi.query import Query


@dataclass(slots=True)
class Fault:
    """What befalls a request, before its effect, or `after` it.

    `delay` seconds pass first. Then, in this order of precedence: the connection is reset; the
    request hangs; it is answered with `status` and `body`, or with Telegram's JSON for
    `description` and `retry_after`. With `delay` alone the true answer follows.
    `passes` is how many matching requests go free first, `times` how many are struck then
    (-1: all).
    """

    method: str = ""
    chat: str = ""
    passes: int = 0
    times: int = 1
    after: bool = False
    delay: float = 0
    reset: bool = False
    hang: bool = False
    status: int = 0
    body: str = ""
    description: str = ""
    retry_after: int = 0

    def concerns(self, query: Query) -> bool:
        """Whether the request is of its method and chat; without a method, any but getUpdates."""
        wanted = self.method.lower()
        right = query.method == wanted if wanted else query.method != "getupdates"
        return right and self.chat in ("", query.text("chat_id"))

    def name(self) -> str:
        """A word for the truth log."""
        kind = "reset" if self.reset else "hang" if self.hang else str(self.status or "delay")
        return f"{kind} {'after' if self.after else 'before'}"

    def answer(self) -> dict[str, Any]:
        """The JSON for a fault that has no body of its own."""
        words = self.description
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": words}
        if self.retry_after:
            words = words or f"Too Many Requests: retry after {self.retry_after}"
            body |= {"parameters": {"retry_after": self.retry_after}, "description": words}
        return body


class Faults:
    """The faults to come, in the order they were added; a request meets one at most."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def add(self, *, nth: int = 1, chat: int | str = "", **what: Any) -> Fault:
        """Strike the `nth` matching request (1 is the next one); the rest is Fault's fields."""
        status = 429 if what.get("retry_after") else 0
        fault = Fault(passes=nth - 1, chat=str(chat), **({"status": status} | what))
        self._coming.append(fault)
        return fault

    def clear(self) -> None:
        """No more misfortunes."""
        self._coming.clear()

    def take(self, query: Query) -> Fault | None:
        """The fault that strikes this request, if one does; each counts what concerns it."""
        struck: Fault | None = None
        for fault in [fault for fault in self._coming if fault.concerns(query)]:
            if fault.passes:
                fault.passes -= 1
            elif struck is None:
                struck = fault
                fault.times -= 1
                if fault.times == 0:
                    self._coming.remove(fault)
        return struck
